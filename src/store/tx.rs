//! One write transaction: the only way to change the book.
//!
//! Invariant: change, digests, audit entry and epoch are committed together or not at all.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::Value;

use super::{
    Result, StoreError,
    audit::{self, Draft, Event, Stand},
    dictionary::Dictionary,
    digests::Digests,
    encode,
};
use crate::{domain::dates::Timestamp, vault::audit::Head};

/// A change under way; see [`super::Store::write`].
pub struct Tx<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) digests: Digests,
    pub(crate) dictionary: Dictionary,
    pub(crate) at: Timestamp,
    /// The connections whose calls are counted with this change, 0 for none.
    pub(crate) counted: BTreeSet<i64>,
    detail: Value,
    resource: Option<String>,
}

/// What a committed change left: how many changes there were, and the head of the audit trail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) epoch: u64,
    pub(crate) head: Head,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a Connection, digests: Digests, at: Timestamp) -> Self {
        let detail = Value::Object(serde_json::Map::new());
        Self { db, digests, dictionary: Dictionary::default(), at, counted: BTreeSet::new(), detail, resource: None }
    }

    /// Adds a fact to the audit entry of this change: counts and ids, never merchants, amounts or tokens.
    pub fn note(&mut self, key: &str, value: impl Into<Value>) {
        if let Value::Object(facts) = &mut self.detail {
            facts.insert(key.to_owned(), value.into());
        }
    }

    /// Names the thing that the audit entry is about, where the event could not know it beforehand.
    pub fn about(&mut self, resource: impl std::fmt::Display) {
        self.resource = Some(resource.to_string());
    }

    /// Writes digests, epoch and audit entries: first what waited, then this change. The commit follows.
    pub(crate) fn seal(self, event: &Event, actor: String, waiting: &[Draft]) -> Result<Stamp> {
        let stand = self.stand()?;
        enter(self.db, waiting, stand)?;
        let draft = Draft {
            at: encode::millis(event.at),
            actor,
            action: event.action.clone(),
            resource: self.resource.or_else(|| event.resource.clone()),
            detail: self.detail,
        };
        let head = audit::append(self.db, &draft, stand)?;
        stamp(stand, head)
    }

    /// Writes only what waited.
    pub(crate) fn enter(self, waiting: &[Draft]) -> Result<Stamp> {
        let stand = self.stand()?;
        enter(self.db, waiting, stand)?;
        stamp(stand, audit::head(self.db)?)
    }

    fn stand(&self) -> Result<Stand> {
        let root = self.digests.flush(self.db)?;
        let sql = "UPDATE vault SET epoch = epoch + 1 RETURNING epoch";
        let epoch = self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(Stand { epoch, root })
    }
}

fn enter(db: &Connection, waiting: &[Draft], stand: Stand) -> Result<()> {
    waiting.iter().try_for_each(|draft| audit::append(db, draft, stand).map(drop))
}

fn stamp(stand: Stand, head: Head) -> Result<Stamp> {
    let epoch = u64::try_from(stand.epoch).map_err(|_| StoreError::Damaged("the epoch is negative".to_owned()))?;
    Ok(Stamp { epoch, head })
}
