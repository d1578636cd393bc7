//! Opening the book of an unlocked vault: the writer's lock, the connection, the comparison with the pin.
//!
//! Invariant: a book that is older than what this device saw, or has another past, is not opened unless its owner
//! said so.

use std::{sync::Arc, time::Duration};

use rusqlite::Connection;

use super::{Keys, Result, Store, StoreError, Witness, audit, migrate};
use crate::vault::{Access, Freshness, Key, Unlocked, VaultError, WriterLock};

impl Store {
    /// Opens the book; for writing, as the vault's one writer, waiting at most `lock_timeout` to become it. A vault
    /// without a book gets one on its first opening for writing.
    pub fn open(vault: &Arc<Unlocked>, access: Access, lock_timeout: Duration) -> Result<Self> {
        let store = Self::open_even_if_older(vault, access, lock_timeout)?;
        store.compare(vault)?;
        Ok(store)
    }

    /// Compares the book with what this device saw last, and remembers it if it is newer.
    fn compare(&self, vault: &Unlocked) -> Result<()> {
        let (epoch, head) = (self.epoch()?, self.audit_head()?);
        if let Freshness::Newer { pinned } = vault.freshness(epoch, &head)? {
            if audit::link_of(&self.db, vault.vault_id(), pinned.epoch)? != Some(pinned.audit_head) {
                let what = "another past at epoch";
                return Err(VaultError::RolledBack { what, pinned: pinned.epoch, found: epoch }.into());
            }
            vault.record(epoch, &head)?;
        }
        Ok(())
    }

    /// Tells whether the vault is older than what this device saw last, or has another past.
    pub fn is_older(&self, vault: &Unlocked) -> Result<bool> {
        match self.compare(vault) {
            Err(StoreError::Vault(VaultError::RolledBack { .. })) => Ok(true),
            outcome => outcome.map(|()| false),
        }
    }

    /// Opens the book without asking the pin, for an owner who decided to accept an older one.
    pub fn open_even_if_older(vault: &Arc<Unlocked>, access: Access, lock_timeout: Duration) -> Result<Self> {
        let lock = match access {
            Access::Write => Some(vault.writer_lock(lock_timeout)?),
            Access::Read => None,
        };
        let witness = lock.is_some().then(|| {
            let vault = Arc::clone(vault);
            Box::new(move |epoch, head: &_| vault.record(epoch, head).map_err(StoreError::from)) as Witness
        });
        let keys = keys_of(vault)?;
        let mut db = vault.connect(access)?;
        if access == Access::Read && matches!(migrate::inspect(&db)?, migrate::State::Older(_)) {
            // Reading a book of an older format brings it to this one first, as its one writer.
            drop(db);
            drop(Self::open_even_if_older(vault, Access::Write, lock_timeout)?);
            db = vault.connect(access)?;
        }
        let migrates = lock.is_some() && matches!(migrate::inspect(&db)?, migrate::State::Older(_));
        let _alone = migrates.then(|| vault.alone(lock_timeout)).transpose()?;
        let store = Self::begin(db, keys, witness, Some(&vault.safety_copy()))?;
        Ok(Self { lock, vault: Some(Arc::clone(vault)), ..store })
    }

    /// The book in a copy of the vault's database, for proving it.
    pub fn of_copy(vault: &Unlocked, copy: Connection) -> Result<Self> {
        Self::begin(copy, keys_of(vault)?, None, None)
    }

    /// The writer's lock, for what has to happen under it beside the book (`pending/`).
    pub fn writer(&self) -> Result<&WriterLock> {
        self.lock.as_ref().ok_or(StoreError::ReadOnly)
    }
}

fn keys_of(vault: &Unlocked) -> Result<Keys> {
    let audit_start = if vault.can_use_bank() { Some(Key::from_bytes(vault.audit_start()?.expose())) } else { None };
    let slot = Some(vault.slot().id.to_string());
    Ok(Keys { vault_id: vault.vault_id(), digest: vault.digest_key()?, audit_start, slot })
}
