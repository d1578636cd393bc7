//! Rotation: the database under a new ledger key, the banks' secrets under a new bank key.
//!
//! The key file holds old and new keys from the first step to the last, and the salt at the start of `vault.db` says
//! which of them it has; so the vault opens after every step, and each step can be repeated. Invariant: the old
//! database is replaced only by a copy that has been proved and is on the disk.

use std::{
    fs::{File, OpenOptions},
    io::Read as _,
    path::PathBuf,
};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    change::Change,
    connect::{self, DB_FILE},
    derive::Purpose,
    error::{Result, VaultError},
    keyset::{Database, Lasting},
    lockfile::{Alone, WriterLock},
    material::{Hex, Key},
    slots::{Cap, Slot},
    unlocked::Unlocked,
};
use crate::fsx::{self, Closed as _, FsError};

/// The database under the new key, until it takes the old one's place.
const COPY: &str = "vault.db.new";

/// What stands beside a database while it is written.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// How long a process waits for the writer's lock when it has the vault alone: nobody can hold it.
const ALONE: std::time::Duration = std::time::Duration::from_secs(1);

impl Change<'_> {
    /// Removes a slot. What it could open gets other keys.
    pub fn remove(&mut self, slot: &Slot) -> Result<()> {
        if slot.id == self.vault.slot().id {
            return Err(VaultError::OwnSlot { label: slot.label.clone() });
        }
        let before = self.outer.slots.len();
        self.outer.slots.retain(|kept| kept.id != slot.id);
        if self.outer.slots.len() == before {
            return Err(VaultError::NoSlot { text: slot.id.to_string() });
        }
        self.require_owner(slot)?;
        self.rotate_ledger()?;
        if slot.may(Cap::Bank) { self.rotate_bank() } else { Ok(()) }
    }

    /// Makes the next ledger key, which the database is to be copied under.
    pub fn rotate_ledger(&mut self) -> Result<()> {
        if self.outer.ledger.pending.is_some() {
            return Ok(());
        }
        if self.outer.lasting.is_none() {
            self.outer.lasting = Some(Lasting::of(self.outer.ledger.current()?, self.outer.vault_id));
        }
        let key_id = self.outer.ledger.begin()?;
        self.outer.next_db = Some(Database { salt: Hex::random()?, key_id });
        Ok(())
    }

    /// Makes the next bank key, which the banks' secrets are to be sealed under.
    pub fn rotate_bank(&mut self) -> Result<()> {
        if self.inner.bank.pending.is_none() {
            self.inner.bank.begin()?;
        }
        Ok(())
    }

    /// Forgets the old keys, once nothing is under them any more.
    pub fn forget_old_keys(&mut self, now: Timestamp) {
        self.outer.ledger.finish(now);
        self.inner.bank.finish(now);
        if let Some(next) = self.outer.next_db.take() {
            self.outer.db = next;
        }
    }
}

impl Unlocked {
    /// What this vault is a copy of, if it is one.
    pub(super) fn snapshot(&self) -> Option<&super::snapshot::Snapshot> {
        self.payload().snapshot.as_ref()
    }

    /// Tells whether a rotation has begun and not ended.
    pub fn rotates(&self) -> bool {
        self.payload().ledger.pending.is_some() || self.rotates_bank()
    }

    /// Tells whether secrets have to be sealed under another bank key.
    pub fn rotates_bank(&self) -> bool {
        self.inner().is_ok_and(|inner| inner.bank.pending.is_some())
    }

    /// Tells whether the database still has its old key.
    pub fn awaits_copy(&self) -> Result<bool> {
        Ok(self.payload().next_db.is_some() && self.database()?.key_id == self.payload().db.key_id)
    }

    /// Takes up the change that ends a rotation. Any key that reaches the banks may end what an owner began.
    pub fn end_rotation(&self, writer: &WriterLock) -> Result<Change<'_>> {
        if self.rotates() { Change::begin(self, writer) } else { Err(VaultError::Crypto("no rotation is under way")) }
    }

    /// The writer's lock, for one who is alone in the vault.
    pub fn writer_lock_alone(&self, _alone: &Alone) -> Result<WriterLock> {
        self.writer_lock(ALONE)
    }

    /// When the ledger's key and the banks' key were made.
    pub fn keys_made(&self) -> (Timestamp, Option<Timestamp>) {
        let created = self.created();
        let bank = self.inner().ok().map(|inner| inner.bank.since.unwrap_or(created));
        (self.payload().ledger.since.unwrap_or(created), bank)
    }

    /// How the database on the disk is keyed: during a rotation its first bytes tell.
    pub(super) fn database(&self) -> Result<&Database> {
        let Some(next) = &self.payload().next_db else { return Ok(&self.payload().db) };
        let path = self.dir().join(DB_FILE);
        let mut salt = [0; 16];
        let mut file = match fsx::open_private(&path) {
            Err(error) if error.is_missing() => return Err(VaultError::damaged(DB_FILE, "it is missing")),
            outcome => outcome?,
        };
        file.read_exact(&mut salt).map_err(|_| VaultError::damaged(DB_FILE, "it is cut short"))?;
        Ok(if salt == next.salt.0 { next } else { &self.payload().db })
    }

    pub(super) fn key_of(&self, database: &Database) -> Result<Key> {
        let key_id = database.key_id;
        Ok(Purpose::Database { key_id }.key(self.payload().ledger.get(key_id)?, self.vault_id()))
    }

    /// Copies the database under its new key and opens the copy. `progress` is told bytes done and in all.
    pub fn copy_database(&self, _alone: &Alone, progress: impl FnMut(u64, u64) + Send + 'static) -> Result<Connection> {
        let (old, next) = (&self.payload().db, self.payload().next_db.as_ref());
        let next = next.ok_or(VaultError::Crypto("no rotation is under way"))?;
        let copy = self.copy_path();
        for suffix in [""].into_iter().chain(BESIDE) {
            fsx::remove(&with(&copy, suffix))?;
        }
        let source = connect::Keyed { path: self.dir().join(DB_FILE), key: self.key_of(old)?, salt: old.salt };
        connect::settle_log(&source)?;
        self.require_no_log()?;
        let size = std::fs::metadata(&source.path).map_err(FsError::io("look at", &source.path))?.len();
        let free = fsx::free_space(self.dir())?;
        if free < size.saturating_add(size / 8) {
            return Err(VaultError::NoSpace { needed: size, free });
        }
        let fresh = OpenOptions::new().write(true).create_new(true).closed().open(&copy);
        drop(fresh.map_err(FsError::io("create", &copy))?);
        let target = connect::Keyed { path: copy, key: self.key_of(next)?, salt: next.salt };
        connect::export(&source, &target, progress)?;
        self.require_no_log()?;
        connect::open_copy(&target)
    }

    /// Puts the copy in the database's place. Its connections must be closed.
    pub fn install_copy(&self, _alone: &Alone) -> Result<()> {
        let (copy, db) = (self.copy_path(), self.dir().join(DB_FILE));
        File::open(&copy).and_then(|file| file.sync_all()).map_err(FsError::io("sync", &copy))?;
        std::fs::rename(&copy, &db).map_err(FsError::io("replace", &db))?;
        Ok(fsx::sync_dir(self.dir())?)
    }

    fn copy_path(&self) -> PathBuf {
        self.dir().join(COPY)
    }

    /// A log of the old database must not lie beside the new one.
    fn require_no_log(&self) -> Result<()> {
        let log = self.dir().join(format!("{DB_FILE}-wal"));
        match std::fs::metadata(&log) {
            Ok(found) if found.len() > 0 => Err(VaultError::Busy { file: "vault.db-wal", waited_ms: 0 }),
            Ok(_) => Ok(fsx::remove(&log)?),
            Err(_) => Ok(()),
        }
    }
}

fn with(path: &std::path::Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
