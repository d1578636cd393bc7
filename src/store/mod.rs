//! The book: an SQL database in the vault, and the only SQL of the house.
//!
//! Uses the domain, secrets and the vault. Reading goes through [`Store`], every change through
//! [`Store::write`]. Invariant: no change without its audit entry, its digests and a new epoch in the same commit.

mod accounts;
mod adopt;
mod alerts;
mod audit;
mod balances;
mod calls;
mod check;
mod connections;
mod consents;
mod credentials;
mod dictionary;
mod digests;
mod edits;
mod effective;
mod encode;
mod environment;
mod error;
mod facts;
mod filter;
mod intents;
mod known;
mod migrate;
mod names;
mod news;
mod numbers;
mod open;
mod pairing;
mod pending;
mod phrase;
mod posting;
mod products;
mod purge;
mod refused;
mod regular;
mod reseal;
mod row;
mod runs;
mod seen;
mod series;
mod snapshot;
mod streams;
mod sums;
mod sync;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trades;
mod transactions;
mod tx;
mod uses;

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, TransactionBehavior};
use serde_json::{Map, Value};

pub use accounts::AccountEdit;
pub use adopt::{Adoption, JoinedAccount, Likeness, Unjoined};
pub use alerts::KeptAlert;
#[cfg(feature = "fuzzing")]
pub(crate) use audit::fuzz::tampered as audit_tampered;
pub use audit::{AuditFilter, Event};
pub use connections::{ConnectionSecrets, NewConnection};
pub use consents::Consent;
pub use edits::{CategoryChoice, TransactionEdit};
pub use error::{Result, StoreError, Trouble};
pub use intents::{Exchange, Intent, IntentState, NewIntent};
pub use known::{KnownAccount, KnownBank};
pub use pending::PendingRow;
pub use purge::Contents;
pub use regular::Look;
pub use reseal::Sealed;
pub use runs::SyncRunView;
pub use sync::{SyncCounts, SyncEnd, SyncMode, SyncRun};
pub use tx::Tx;

use self::digests::Digests;
use crate::{
    domain::views::{AuditAnchor, AuditDetail, AuditEntry, Limit, Listing, Verdict},
    vault::{Anchor, Hex, Key, Unlocked, VaultId, WriterLock, audit::Head},
};

/// What the store needs of the vault besides the connection.
pub struct Keys {
    /// The vault's id, which the audit chain begins with.
    pub vault_id: VaultId,
    /// The MAC key of the digests.
    pub digest: Key,
    /// The first key of the audit chain; needed to create a book and to verify the chain.
    pub audit_start: Option<Key>,
    /// The slot that opened the vault, which every audit entry names.
    pub slot: Option<String>,
}

/// Told after each commit, so that an older copy of the vault is noticed: epoch and head of the audit trail.
pub type Witness = Box<dyn Fn(u64, &Head) -> Result<()> + Send>;

/// The open book.
pub struct Store {
    db: Connection,
    keys: Keys,
    witness: Option<Witness>,
    /// Held as long as a store may write.
    lock: Option<WriterLock>,
    /// The vault of a book on the disk: whose key opened it, and the readings that wait.
    vault: Option<Arc<Unlocked>>,
}

/// Page cache of the writing connection: with less, the indexes of a first sync of a million rows no longer fit and
/// their pages go to the disk and back; with more, a sync needs over 64 MiB.
const CACHE_KIB: i64 = 28 * 1024;

/// Page cache of a scan, and of whoever only reads: SQLite's own measure.
const READ_KIB: i64 = 2000;

/// Prepared statements kept by a connection.
const STATEMENTS: usize = 96;

impl Store {
    /// A store on an open connection; without a witness it is for reading only.
    pub fn new(db: Connection, keys: Keys, witness: Option<Witness>) -> Result<Self> {
        Self::begin(db, keys, witness, None)
    }

    /// The same; a book of an older format is copied to `safety_copy` before it is migrated.
    fn begin(mut db: Connection, keys: Keys, witness: Option<Witness>, safety_copy: Option<&Path>) -> Result<Self> {
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        match migrate::inspect(&db)? {
            migrate::State::Current => {}
            migrate::State::Empty if witness.is_some() => create(&mut db, &keys)?,
            migrate::State::Empty => return Err(StoreError::Damaged("it is empty".to_owned())),
            migrate::State::Older(_) if witness.is_some() => migrate::migrate(&mut db, safety_copy, |_| Ok(()))?,
            migrate::State::Older(found) => {
                return Err(StoreError::Damaged(format!("its format {found} has to be migrated first")));
            }
        }
        db.execute_batch("PRAGMA foreign_keys = ON")?;
        filter::register(&db)?;
        let store = Self { db, keys, witness, lock: None, vault: None };
        store.cache(CACHE_KIB)?;
        Ok(store)
    }

    /// Sets the page cache of a connection that writes.
    fn cache(&self, kib: i64) -> Result<()> {
        if self.witness.is_some() {
            self.db.pragma_update(None, "cache_size", -kib)?;
        }
        Ok(())
    }

    /// Makes one change: everything `change` does through [`Tx`], with its audit entry, in one commit. An error
    /// leaves the book as it was.
    pub fn write<T, E>(
        &mut self,
        event: &Event,
        change: impl FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E>
    where
        E: From<StoreError>,
    {
        let witness = self.witness.as_ref().ok_or(StoreError::ReadOnly)?;
        let waiting = self.waiting(event);
        let actor = self.actor();
        let transaction =
            self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let mut tx = Tx::new(&transaction, Digests::new(&self.keys.digest), event.at);
        if let Some(slot) = &self.keys.slot {
            tx.note("key", slot.as_str());
        }
        let value = change(&mut tx)?;
        let counted = std::mem::take(&mut tx.counted);
        let stamp = tx.seal(event, actor, &waiting.drafts)?;
        transaction.commit().map_err(StoreError::from)?;
        witness(stamp.epoch, &stamp.head)?;
        self.forget(&waiting)?;
        self.forget_notes(&counted)?;
        Ok(value)
    }

    /// Enters the readings that wait, if any do, and how many they were comes back.
    pub fn enter_readings(&mut self, now: &Event) -> Result<u64> {
        let witness = self.witness.as_ref().ok_or(StoreError::ReadOnly)?;
        let waiting = self.waiting(now);
        if waiting.drafts.is_empty() {
            return Ok(0);
        }
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stamp = Tx::new(&transaction, Digests::new(&self.keys.digest), now.at).enter(&waiting.drafts)?;
        transaction.commit()?;
        witness(stamp.epoch, &stamp.head)?;
        self.forget(&waiting)?;
        Ok(waiting.drafts.len() as u64)
    }

    /// Queues the entry of a reading: what was shown and how much of it. It is entered by the next change.
    pub fn note_reading(vault: &Unlocked, event: &Event, detail: Map<String, Value>) -> Result<()> {
        audit::queue(vault, event, detail)
    }

    /// What waits; a queue that cannot be read waits on and keeps nobody from writing.
    fn waiting(&self, now: &Event) -> audit::Taken {
        let taken = self.vault.as_ref().zip(self.lock.as_ref()).map(|(vault, lock)| audit::take(vault, lock, now));
        taken.and_then(Result::ok).unwrap_or_default()
    }

    fn forget(&self, waiting: &audit::Taken) -> Result<()> {
        match &self.vault {
            Some(vault) if !waiting.drafts.is_empty() => Ok(vault.forget_readings()?),
            _ => Ok(()),
        }
    }

    /// Whose key opened the vault.
    fn actor(&self) -> String {
        self.vault.as_ref().map_or_else(|| "cli".to_owned(), |vault| vault.slot().label.clone())
    }

    /// How many changes were ever made.
    pub fn epoch(&self) -> Result<u64> {
        let epoch: i64 = self.db.query_row("SELECT epoch FROM vault", [], |row| row.get(0))?;
        u64::try_from(epoch).map_err(|_| StoreError::Damaged("the epoch is negative".to_owned()))
    }

    /// The end of the audit chain, for the pin and for an anchor outside.
    pub fn audit_head(&self) -> Result<Head> {
        audit::head(&self.db)
    }

    /// Follows the audit chain from its first key and looks for the anchor; `None` when this slot does not reach that
    /// key.
    pub fn verify_audit(&self, anchor: Option<&Anchor>) -> Result<Option<Verdict>> {
        let first = self.keys.audit_start.as_ref();
        first.map(|first| audit::verify(&self.db, self.keys.vault_id, first, anchor)).transpose()
    }

    /// The audit trail, newest first.
    pub fn audit(&self, filter: &AuditFilter, limit: Limit) -> Result<Listing<AuditEntry>> {
        audit::list(&self.db, filter, limit)
    }

    /// The end of the audit trail, for keeping outside.
    pub fn audit_anchor(&self) -> Result<AuditAnchor> {
        let head = audit::head(&self.db)?;
        let words = crate::vault::anchor_words(&head).join(" ");
        Ok(AuditAnchor { entries: audit::count(&self.db)?, head: Hex(head).to_string(), words })
    }

    /// One entry of the audit trail.
    pub fn audit_entry(&self, seq: u64) -> Result<AuditDetail> {
        audit::show(&self.db, seq)
    }
}

fn create(db: &mut Connection, keys: &Keys) -> Result<()> {
    let first = keys.audit_start.as_ref().ok_or(StoreError::ReadOnly)?;
    migrate::migrate(db, None, |new| audit::start(new, keys.vault_id, first))
}
