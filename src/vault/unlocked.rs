//! An open vault: connections, sealing, derived keys, the pin. Usable from several threads at once.
//!
//! Invariant: keys leave this type only as derived keys for one purpose, never L or B themselves.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use age::x25519;
use jiff::Timestamp;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::{
    Location,
    agefile::{self, ContentKey, Opened, SlotIdentity},
    attempts::Attempts,
    audit::Head,
    connect::{self, Access},
    error::{Result, VaultError},
    keyset::{FORMAT, Inner, KEYS_FILE, KeyChange, LARGEST, Outer},
    lockfile::{Alone, VaultLock, WriterLock},
    material::{Hex, Key, VaultId},
    pin::{Freshness, Pin, PinBoard},
    readings::{Readings, Waiting},
    slots::Slot,
};
use crate::fsx;

/// The copy of the database from before its last migration.
pub(super) const SAFETY_COPY: &str = "vault.db.before-migration";

/// An open vault. Everyone who has one holds `vault.lock` shared.
pub struct Unlocked {
    location: Location,
    outer: Outer,
    outer_key: ContentKey,
    inner: Option<(Inner, ContentKey)>,
    identity: Option<SlotIdentity>,
    slot: usize,
    pins: PinBoard,
    attempts: Attempts,
    readings: Readings,
    seen: Seen,
}

/// What stood there when the vault was opened.
pub(super) struct Seen {
    /// The key file, which only this process changes while it holds the writer's lock.
    pub keys: Mutex<KeyFile>,
    /// The place among those who are in the vault.
    pub lock: Arc<VaultLock>,
}

/// What an unlocked vault takes over from the locked one.
pub(super) struct Surroundings {
    pub location: Location,
    pub attempts: Attempts,
    pub seen: Seen,
}

/// By what a vault was opened.
pub(super) enum Opener {
    /// By a slot's secret.
    Slot(SlotIdentity),
    /// By what a session kept: which slot had been used, and the inner payload's key if it was to be kept.
    Session { slot: Hex<8>, inner: Option<ContentKey> },
}

/// The key file as this process knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyFile {
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// Its generation.
    pub generation: u64,
}

impl Unlocked {
    pub(super) fn assemble(
        surroundings: Surroundings,
        outer: Outer,
        outer_key: ContentKey,
        opener: Opener,
    ) -> Result<Self> {
        let Surroundings { location, attempts, seen } = surroundings;
        let (inner, slot, identity) = match opener {
            Opener::Slot(identity) => {
                let recipient = identity.to_public().to_string();
                let slot = outer.slots.iter().position(|slot| slot.recipient == recipient);
                (outer.open_inner(&identity)?, slot, Some(identity))
            }
            Opener::Session { slot, inner } => {
                let slot = outer.slots.iter().position(|known| known.id == slot);
                (inner.map(|key| outer.open_inner(&key)).transpose()?.flatten(), slot, None)
            }
        };
        let slot = slot.ok_or_else(|| VaultError::damaged(KEYS_FILE, "it does not list the slot that opened it"))?;
        let lasting = outer.lasting()?;
        let pins = PinBoard::new(&location.state_dir, outer.vault_id, lasting.pin);
        let readings = Readings::new(&location.state_dir, outer.vault_id, lasting.readings);
        Ok(Self { location, outer, outer_key, inner, identity, slot, pins, attempts, readings, seen })
    }

    /// The vault's directory, canonical.
    pub fn dir(&self) -> &Path {
        &self.location.dir
    }

    /// The vault's random id.
    pub fn vault_id(&self) -> VaultId {
        self.outer.vault_id
    }

    /// Generation of the key file; one more with each change of slots or keys.
    pub fn generation(&self) -> u64 {
        self.key_file().generation
    }

    /// Version of the key file's format.
    pub fn format(&self) -> u32 {
        FORMAT
    }

    /// When the vault was made.
    pub fn created(&self) -> Timestamp {
        self.outer.created
    }

    /// All ways in.
    pub fn slots(&self) -> &[Slot] {
        &self.outer.slots
    }

    /// The way in that was taken.
    pub fn slot(&self) -> &Slot {
        &self.outer.slots[self.slot]
    }

    /// The slot that a person means: by its label or a beginning of its id, else by its kind. What fits several is
    /// refused: a label may look like the beginning of another slot's id.
    pub fn find_slot(&self, text: &str) -> Result<&Slot> {
        let all = || self.outer.slots.iter();
        let named = |slot: &&Slot| slot.label == text || (!text.is_empty() && slot.id.to_string().starts_with(text));
        let mut found: Vec<&Slot> = all().filter(named).collect();
        if found.is_empty() {
            found = all().filter(|slot| slot.kind.as_str() == text).collect();
        }
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(VaultError::NoSlot { text: text.to_owned() }),
            several => Err(VaultError::ManySlots {
                text: text.to_owned(),
                candidates: several.iter().map(|slot| format!("{} ({})", slot.id, slot.label)).collect(),
            }),
        }
    }

    /// Tells whether this slot reaches bank tokens.
    pub fn can_use_bank(&self) -> bool {
        self.inner.is_some()
    }

    /// Tells whether a session opened it rather than somebody's secret.
    pub fn by_session(&self) -> bool {
        self.identity.is_none()
    }

    /// The keys of the two files that a session may keep; the inner one only from a vault that has it.
    pub(super) fn content_keys(&self) -> (&ContentKey, Option<&ContentKey>) {
        (&self.outer_key, self.inner.as_ref().map(|(_, key)| key))
    }

    /// Opens a connection to `vault.db`.
    pub fn connect(&self, access: Access) -> Result<Connection> {
        let database = self.database()?;
        connect::open(self.dir(), &self.key_of(database)?, database.salt, access)
    }

    /// Becomes the one writer, waiting at most this long.
    pub fn writer_lock(&self, timeout: Duration) -> Result<WriterLock> {
        WriterLock::acquire(self.dir(), timeout)
    }

    /// Waits until this process is alone in the vault, for what nobody else may see half done. Refused when the keys
    /// were changed by somebody else meanwhile.
    pub fn alone(&self, timeout: Duration) -> Result<Alone> {
        let alone = self.seen.lock.alone(timeout)?;
        self.require_same_keys()?;
        Ok(alone)
    }

    /// Tells whether the key file is another one than this process read or wrote last; one that cannot be read may be.
    pub fn keys_moved(&self) -> bool {
        self.require_same_keys().is_err()
    }

    /// Refuses to go on when somebody else has changed the key file since it was read.
    pub(super) fn require_same_keys(&self) -> Result<()> {
        let sealed = fsx::read_private(&self.dir().join(KEYS_FILE), LARGEST)?;
        let same = <[u8; 32]>::from(Sha256::digest(&sealed)) == self.key_file().digest;
        if same { Ok(()) } else { Err(VaultError::KeysMoved) }
    }

    /// The same vault as a newer key file has it, which the same identity opens.
    pub(super) fn reopened(&self, sealed: &[u8], generation: u64) -> Result<Self> {
        let identity = self.identity()?;
        let unreadable = |_| VaultError::damaged(KEYS_FILE, "it does not open right after it was written");
        let Opened { plain, key } = agefile::open_keeping(sealed, identity).map_err(unreadable)?;
        let keys = KeyFile { digest: Sha256::digest(sealed).into(), generation };
        let surroundings = Surroundings {
            location: self.location.clone(),
            attempts: self.attempts.clone(),
            seen: Seen { keys: Mutex::new(keys), lock: Arc::clone(&self.seen.lock) },
        };
        Self::assemble(surroundings, Outer::parse(&plain)?, key, Opener::Slot(identity.clone()))
    }

    /// Tells whether a slot may be removed, before anything is asked.
    pub fn may_remove(&self, slot: &Slot) -> Result<()> {
        if slot.id == self.slot().id {
            return Err(VaultError::OwnSlot { label: slot.label.clone() });
        }
        let mut left = self.slots().iter().filter(|kept| kept.id != slot.id);
        if left.any(Slot::owns_for_good) { Ok(()) } else { Err(VaultError::LastOwner { label: slot.label.clone() }) }
    }

    /// Remembers a key file that this process has just put in place.
    pub(super) fn adopt_keys(&self, sealed: &[u8], generation: u64) {
        *self.seen.keys.lock().unwrap_or_else(PoisonError::into_inner) =
            KeyFile { digest: Sha256::digest(sealed).into(), generation };
    }

    fn key_file(&self) -> KeyFile {
        *self.seen.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn payload(&self) -> &Outer {
        &self.outer
    }

    /// The last change of the key file, and the generation it led to.
    pub fn last_change(&self) -> Option<(u64, &KeyChange)> {
        self.outer.change.as_ref().map(|change| (self.outer.generation, change))
    }

    /// Where the copy lies that is made before the database is migrated.
    pub fn safety_copy(&self) -> PathBuf {
        self.dir().join(SAFETY_COPY)
    }

    /// Removes the copy made before a migration, once the migrated book has been checked.
    pub fn discard_safety_copy(&self) -> Result<()> {
        Ok(fsx::remove(&self.safety_copy())?)
    }

    /// The MAC key for content digests.
    pub fn digest_key(&self) -> Result<Key> {
        Ok(self.outer.lasting()?.digest)
    }

    /// The first key of the audit chain, for putting into a new database and for verifying the whole chain.
    pub fn audit_start(&self) -> Result<&Key> {
        Ok(&self.inner()?.audit_k0)
    }

    /// What this device saw of the vault last.
    pub fn pin(&self) -> Option<Pin> {
        self.pins.read()
    }

    /// Compares the database's state with the pin; `VaultError::RolledBack` if it is older or has another past.
    /// A vault seen for the first time is pinned.
    pub fn freshness(&self, epoch: u64, audit_head: &Head) -> Result<Freshness> {
        let now = self.present(epoch, audit_head);
        let freshness = self.pins.compare(now)?;
        if freshness == Freshness::FirstSeen {
            self.pins.set(now)?;
        }
        Ok(freshness)
    }

    /// Raises the pin after a commit. Never lowers it, never waits for the disk.
    pub fn record(&self, epoch: u64, audit_head: &Head) -> Result<()> {
        self.pins.raise(self.present(epoch, audit_head))
    }

    /// Sets the pin to an older state that the user has decided to accept.
    pub fn accept(&self, epoch: u64, audit_head: &Head) -> Result<()> {
        self.pins.set(self.present(epoch, audit_head))
    }

    /// How many unlocks failed on this device since the last `clear_failed_unlocks`.
    pub fn failed_unlocks(&self) -> u64 {
        self.attempts.count()
    }

    /// Forgets the failures, once the audit log has them.
    pub fn clear_failed_unlocks(&self) -> Result<()> {
        self.attempts.clear()
    }

    pub(super) fn readings(&self) -> &Readings {
        &self.readings
    }

    /// Writes down that something was read, to be entered in the audit log by the next change.
    pub fn queue_reading(&self, record: &[u8]) -> Result<()> {
        self.readings.add(record)
    }

    /// How many bytes of readings wait to be entered.
    pub fn waiting_readings(&self) -> u64 {
        self.readings.size()
    }

    /// The readings that wait, for the one who writes; they wait on until `forget_readings`.
    pub fn take_readings(&self, writer: &WriterLock) -> Result<Waiting> {
        self.readings.take(writer)
    }

    /// Forgets the readings that were taken, once the audit log has them.
    pub fn forget_readings(&self) -> Result<()> {
        self.readings.forget()
    }

    /// Tells whether the kernel agreed to keep the master keys out of swap.
    pub fn keys_stay_in_memory(&self) -> bool {
        let bank = self.inner.iter().flat_map(|(inner, _)| inner.bank.keys.values());
        self.outer.ledger.keys.values().chain(bank).all(Key::is_pinned)
    }

    pub(super) fn forget_pin(&self) -> Result<()> {
        self.pins.remove()
    }

    /// Refuses a key file that is older than this device's pin (`VaultError::RolledBack`).
    pub fn check_generation(&self) -> Result<()> {
        match self.pin() {
            Some(pin) if pin.generation > self.generation() => {
                Err(VaultError::RolledBack { what: "generation", pinned: pin.generation, found: self.generation() })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_expiry(&self, now: Timestamp) -> Result<()> {
        match self.slot().expires {
            Some(at) if at <= now => Err(VaultError::Expired { label: self.slot().label.clone(), at }),
            _ => Ok(()),
        }
    }

    pub(super) fn bank_recipients(&self) -> Result<Vec<x25519::Recipient>> {
        self.outer.bank_recipients()
    }

    /// The identity of the slot that was used; a session keeps none.
    pub(super) fn identity(&self) -> Result<&SlotIdentity> {
        self.identity.as_ref().ok_or(VaultError::SessionOnly)
    }

    pub(super) fn inner(&self) -> Result<&Inner> {
        let none = || if self.by_session() { VaultError::SessionOnly } else { VaultError::NoBankKey };
        self.inner.as_ref().map(|(inner, _)| inner).ok_or_else(none)
    }

    fn present(&self, epoch: u64, audit_head: &Head) -> Pin {
        Pin { generation: self.generation(), epoch, audit_head: *audit_head }
    }
}

impl std::fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unlocked").field("vault_id", &self.vault_id()).field("slot", &self.slot().id).finish()
    }
}
