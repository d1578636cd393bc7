//! Snapshots: a vault of its own for one member, with nothing in it that reaches a bank.
//!
//! Built whole in a hidden directory beside its place, then renamed into it, like a new vault. Invariant: no key of the
//! vault it is taken from is in it, and no bank key at all.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    path::{Path, PathBuf},
};

use age::x25519;
use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    connect::{self, DB_FILE, Keyed},
    create::free_place,
    derive::Purpose,
    error::{Result, VaultError},
    keyset::{KEYS_FILE, Outer},
    lockfile::WriterLock,
    material::{Key, VaultId},
    members::Member,
    slots::{Slot, SlotKind, Terms},
    unlocked::Unlocked,
};
use crate::fsx::{self, Closed as _, FsError, Scratch, Staged};

/// What a vault is, if it is a copy for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The vault it was taken from.
    pub of: VaultId,
    /// When.
    pub taken: Timestamp,
    /// Whether it is without names and notes.
    pub redacted: bool,
}

/// A snapshot that is being made.
pub struct Draft {
    staging: Scratch,
    parent: PathBuf,
    name: OsString,
    outer: Outer,
    first: Key,
}

impl Unlocked {
    /// Begins a snapshot and opens its database, which holds everything until the book takes out what is not for the
    /// member. The writer's lock keeps it from changing meanwhile.
    pub fn draft_snapshot(
        &self,
        _writer: &WriterLock,
        member: &Member,
        dir: &Path,
        terms: &Terms<'_>,
    ) -> Result<(Draft, Connection)> {
        let (parent, name) = free_place(dir)?;
        if parent.starts_with(self.dir()) {
            return Err(VaultError::InsideVault);
        }
        let recipient: x25519::Recipient =
            member.recipient.parse().map_err(|reason| VaultError::NotARecipient { reason })?;
        let slot = Slot::of_recipient(SlotKind::Identity, &recipient, terms)?;
        let (mut outer, _) = Outer::generate(vec![slot], terms.now)?;
        outer.snapshot = Some(Snapshot { of: self.vault_id(), taken: terms.now, redacted: member.redacted });
        let staging = Scratch::make(&parent, ".bursar-share-")?;
        let path = staging.path().join(DB_FILE);
        let fresh = OpenOptions::new().write(true).create_new(true).closed().open(&path);
        drop(fresh.map_err(FsError::io("create", &path))?);
        let database = self.database()?;
        let source = Keyed { path: self.dir().join(DB_FILE), key: self.key_of(database)?, salt: database.salt };
        let key = Purpose::Database { key_id: outer.db.key_id }.key(outer.ledger.current()?, outer.vault_id);
        let target = Keyed { path, key, salt: outer.db.salt };
        connect::export(&source, &target, |_, _| ())?;
        let connection = connect::open_draft(&target)?;
        Ok((Draft { staging, parent, name, outer, first: Key::random()? }, connection))
    }
}

impl Draft {
    /// The snapshot's own id.
    pub fn vault_id(&self) -> VaultId {
        self.outer.vault_id
    }

    /// The MAC key of its digests.
    pub fn digest_key(&self) -> Result<Key> {
        Ok(self.outer.lasting()?.digest)
    }

    /// The first key of its audit chain, which nobody keeps.
    pub fn audit_start(&self) -> &Key {
        &self.first
    }

    /// Seals the key file to the member and puts the whole in its place. The database must be closed.
    pub fn finish(mut self) -> Result<PathBuf> {
        let sealed = self.outer.seal_to_readers()?;
        Staged::write(&self.staging.path().join(KEYS_FILE), &sealed)?.commit()?;
        let db = self.staging.path().join(DB_FILE);
        std::fs::File::open(&db).and_then(|file| file.sync_all()).map_err(FsError::io("sync", &db))?;
        fsx::sync_dir(self.staging.path())?;
        let place = self.parent.join(&self.name);
        self.staging.keep_as(&place)?;
        fsx::sync_dir(&self.parent)?;
        Ok(place)
    }
}
