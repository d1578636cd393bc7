//! Changing the key file: slots come, go, expire, get another passphrase.
//!
//! A change is made on a copy of the payloads and written as the next generation in one rename, after it has been
//! read back and opened. Invariant: an owner's slot that does not expire always remains.

use jiff::Timestamp;

use super::{
    agefile,
    error::{Result, VaultError},
    factor::{Made, cost_after},
    keyset::{Inner, KEYS_FILE, KeyChange, LARGEST, Outer},
    lockfile::WriterLock,
    passphrase,
    role::{Right, Role},
    slots::{Slot, SlotKind, Terms},
    stanza::MOST_SLOTS,
    unlocked::Unlocked,
};
use crate::{fsx::Staged, secret::Secret};

/// Characters of a key's label or a member's name.
const LONGEST_NAME: usize = 64;

/// A change of the key file that has not been written yet.
pub struct Change<'a> {
    pub(super) vault: &'a Unlocked,
    pub(super) outer: Outer,
    pub(super) inner: Inner,
}

impl Unlocked {
    /// Begins a change of slots. Refused when another process changed them since this one looked.
    pub fn change_keys(&self, writer: &WriterLock) -> Result<Change<'_>> {
        self.require(Right::Admin)?;
        Change::begin(self, writer)
    }
}

impl<'a> Change<'a> {
    pub(super) fn begin(vault: &'a Unlocked, _writer: &WriterLock) -> Result<Self> {
        vault.require_same_keys()?;
        // After a change the vault that it was made from knows an older payload than the file has.
        if vault.payload().generation != vault.generation() {
            return Err(VaultError::KeysMoved);
        }
        Ok(Self { vault, outer: vault.payload().copy()?, inner: vault.inner()?.copy()? })
    }

    /// Adds a slot.
    pub fn add(&mut self, made: &Made) -> Result<()> {
        let slot = &made.slot;
        check_name(&slot.label)?;
        if self.outer.slots.iter().any(|known| known.recipient == slot.recipient) {
            return Err(VaultError::SlotExists { label: slot.label.clone() });
        }
        // Each of these costs whoever opens the vault a try, so a reader refuses more of them.
        for costs in [|slot: &Slot| slot.kdf.is_some(), |slot: &Slot| slot.wrapped.is_some()] {
            if costs(slot) && self.outer.slots.iter().filter(|known| costs(known)).count() >= MOST_SLOTS {
                return Err(VaultError::TooManySlots { most: MOST_SLOTS });
            }
        }
        self.outer.slots.push(slot.clone());
        Ok(())
    }

    /// Sets or takes away the end of a slot.
    pub fn expire(&mut self, id: &Slot, at: Option<Timestamp>) -> Result<()> {
        let slot = self.slot_mut(id)?;
        slot.expires = at;
        self.require_owner(id)
    }

    /// Gives a passphrase slot another passphrase, at no lower cost.
    pub fn set_passphrase(&mut self, id: &Slot, text: &Secret<String>) -> Result<Slot> {
        passphrase::check(text, &[])?;
        let slot = self.slot_mut(id)?;
        let Some(kdf) = slot.kdf.filter(|_| slot.kind == SlotKind::Passphrase) else {
            return Err(VaultError::NoPassphrase { label: slot.label.clone() });
        };
        let terms = Terms { label: Some(&slot.label), role: Role::of(slot), expires: slot.expires, now: slot.created };
        let (fresh, _) = Slot::of_passphrase(text, None, cost_after(kdf.params)?, &terms)?;
        *slot = Slot { id: slot.id, caps: slot.caps.clone(), ..fresh };
        Ok(slot.clone())
    }

    /// Writes the next generation and tells it. The audit log has to hear of it in the same breath.
    pub fn commit(self, action: &str, slot: Option<&Slot>, now: Timestamp) -> Result<u64> {
        Ok(self.write(action, slot, now)?.0)
    }

    /// The same, and the vault as it is then.
    pub fn commit_open(self, action: &str, slot: Option<&Slot>, now: Timestamp) -> Result<(u64, Unlocked)> {
        let vault = self.vault;
        let (generation, sealed) = self.write(action, slot, now)?;
        Ok((generation, vault.reopened(&sealed, generation)?))
    }

    fn write(mut self, action: &str, slot: Option<&Slot>, now: Timestamp) -> Result<(u64, Vec<u8>)> {
        let generation = self.outer.generation + 1;
        self.outer.generation = generation;
        self.inner.generation = generation;
        self.outer.change =
            Some(KeyChange { action: action.to_owned(), slot: slot.map(|slot| slot.id.to_string()), at: now });
        let sealed = self.outer.seal(&self.inner)?;
        if sealed.len() as u64 > LARGEST {
            return Err(VaultError::KeyFileFull);
        }
        let unreadable = || VaultError::damaged(KEYS_FILE, "it does not open right after it was written");
        let mut keys = Staged::write(&self.vault.dir().join(KEYS_FILE), &sealed)?;
        let written = keys.read_back()?;
        if written != sealed {
            return Err(unreadable());
        }
        self.try_out(&written).map_err(|_| unreadable())?;
        keys.commit()?;
        self.vault.adopt_keys(&sealed, generation);
        Ok((generation, sealed))
    }

    /// Opens what was written with the identity that is at hand, unless its own slot was changed.
    fn try_out(&self, written: &[u8]) -> Result<()> {
        let identity = self.vault.identity()?;
        let own = identity.to_public().to_string();
        if !self.outer.slots.iter().any(|slot| slot.recipient == own) {
            return Ok(());
        }
        let plain = agefile::open(written, identity).map_err(|_| VaultError::Crypto("opening"))?;
        Outer::parse(&plain)?.open_inner(identity)?.map(|_| ()).ok_or(VaultError::NoBankKey)
    }

    fn slot_mut(&mut self, wanted: &Slot) -> Result<&mut Slot> {
        let found = self.outer.slots.iter_mut().find(|slot| slot.id == wanted.id);
        found.ok_or_else(|| VaultError::NoSlot { text: wanted.id.to_string() })
    }

    pub(super) fn require_owner(&self, changed: &Slot) -> Result<()> {
        if self.outer.slots.iter().any(Slot::owns_for_good) {
            return Ok(());
        }
        Err(VaultError::LastOwner { label: changed.label.clone() })
    }
}

/// Refuses a name that could not be shown and typed again.
pub(super) fn check_name(name: &str) -> Result<()> {
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && name == name.trim() && !name.contains(char::is_control) {
        return Ok(());
    }
    Err(VaultError::BadName { most: LONGEST_NAME })
}
