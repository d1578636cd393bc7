//! One write transaction: the only way to change the book.
//!
//! Invariant: change, digests, audit entry and epoch are committed together or not at all.

use rusqlite::Connection;
use serde_json::Value;

use super::{
    Result, StoreError,
    audit::{self, Event},
    dictionary::Dictionary,
    digests::Digests,
};
use crate::{domain::dates::Timestamp, vault::audit::Head};

/// A change under way; see [`super::Store::write`].
pub struct Tx<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) digests: Digests,
    pub(crate) dictionary: Dictionary,
    pub(crate) at: Timestamp,
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
        Self { db, digests, dictionary: Dictionary::default(), at, detail, resource: None }
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

    /// Writes digests, epoch and audit entry; the commit follows.
    pub(crate) fn seal(self, event: &Event) -> Result<Stamp> {
        let root = self.digests.flush(self.db)?;
        let sql = "UPDATE vault SET epoch = epoch + 1 RETURNING epoch";
        let epoch: i64 = self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let resource = self.resource.or_else(|| event.resource.clone());
        let event = Event { resource, ..event.clone() };
        let head = audit::append(self.db, &event, &audit::Context { detail: &self.detail, epoch, root })?;
        let epoch = u64::try_from(epoch).map_err(|_| StoreError::Damaged("the epoch is negative".to_owned()))?;
        Ok(Stamp { epoch, head })
    }
}
