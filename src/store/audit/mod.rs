//! The audit trail: who did and saw what, chained by forward-secure MACs; a change's entry is in the change's own
//! transaction.
//!
//! Entry `n` gets its MAC under key `n` over the entry before it; key `n + 1` follows from key `n` and overwrites it.
//! Invariant: an entry never holds a merchant, an amount, a token or a search word.

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
mod trail;
mod waiting;
mod walk;

use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

pub use trail::AuditFilter;
pub(crate) use {
    trail::{list, show},
    waiting::{Taken, queue, take},
    walk::verify,
};

use super::{Result, StoreError};
use crate::{
    domain::dates::Timestamp,
    vault::{
        Key, VaultId,
        audit::{self as chain, Head},
    },
};

/// What somebody did, as the audit trail keeps it. Who it was, the store knows: the key that opened the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What: `sync`, `link`, `transactions.note` …
    pub action: String,
    /// On which thing (`c1`, `t42`), if on one.
    pub resource: Option<String>,
}

/// One entry to come: everything but its place in the chain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) resource: Option<String>,
    pub(crate) detail: serde_json::Value,
}

/// The state of the book that entries are written beside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stand {
    pub(crate) epoch: i64,
    pub(crate) root: Head,
}

struct State {
    seq: i64,
    key: Key,
    head: Head,
}

fn state(db: &Connection) -> Result<State> {
    let found = db
        .prepare_cached("SELECT seq, key, head FROM audit_state")?
        .query_row([], |row| Ok(State { seq: row.get(0)?, key: Key::from_bytes(&row.get(1)?), head: row.get(2)? }))
        .optional()?;
    found.ok_or_else(|| StoreError::Damaged("the audit trail has no state".to_owned()))
}

/// Starts the trail of a new book under its first key.
pub(crate) fn start(db: &Connection, vault_id: VaultId, first: &Key) -> Result<()> {
    let sql = "INSERT INTO audit_state (id, seq, key, head) VALUES (1, 0, ?1, ?2)";
    db.execute(sql, (first.expose(), chain::genesis(vault_id)))?;
    Ok(())
}

/// Appends an entry, and the new head comes back.
pub(crate) fn append(db: &Connection, draft: &Draft, stand: Stand) -> Result<Head> {
    let State { seq, key, head } = state(db)?;
    let seq = seq + 1;
    let detail = serde_json::to_string(&draft.detail)?;
    let Draft { at, actor, action, resource, .. } = draft;
    let Stand { epoch, root } = stand;
    let entry =
        canonical(&Stored { seq, at: *at, actor, action, resource: resource.as_deref(), detail: &detail, epoch, root });
    let (head, key) = chain::next(&key, &head, &entry);
    db.prepare_cached(
        "INSERT INTO audit (seq, at, actor, action, resource, detail, epoch, root, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((seq, at, actor, action, resource, &detail, epoch, root, head))?;
    db.prepare_cached("UPDATE audit_state SET seq = ?1, key = ?2, head = ?3")?.execute((seq, key.expose(), head))?;
    Ok(head)
}

struct Stored<'a> {
    seq: i64,
    at: i64,
    actor: &'a str,
    action: &'a str,
    resource: Option<&'a str>,
    detail: &'a str,
    epoch: i64,
    root: [u8; 32],
}

fn canonical(entry: &Stored<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [entry.seq, entry.at, entry.epoch] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&entry.root);
    for text in [Some(entry.actor), Some(entry.action), entry.resource, Some(entry.detail)] {
        bytes.push(u8::from(text.is_some()));
        let text = text.unwrap_or_default();
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// The end of the chain.
pub(crate) fn head(db: &Connection) -> Result<Head> {
    Ok(state(db)?.head)
}

/// The state of the book that the last entry was written beside; `None` before the first.
pub(crate) fn last_stand(db: &Connection) -> Result<Option<Stand>> {
    let sql = "SELECT epoch, root FROM audit ORDER BY seq DESC LIMIT 1";
    Ok(db.query_row(sql, [], |row| Ok(Stand { epoch: row.get(0)?, root: row.get(1)? })).optional()?)
}

/// The last link that the change of that number left.
pub(crate) fn link_of(db: &Connection, vault_id: VaultId, epoch: u64) -> Result<Option<Head>> {
    if epoch == 0 {
        return Ok(Some(chain::genesis(vault_id)));
    }
    let epoch = i64::try_from(epoch).unwrap_or(i64::MAX);
    let sql = "SELECT mac FROM audit WHERE epoch = ?1 ORDER BY seq DESC LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([epoch], |row| row.get(0)).optional()?)
}

pub(crate) fn count(db: &Connection) -> Result<u64> {
    let count: i64 = db.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
