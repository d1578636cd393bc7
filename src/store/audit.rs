//! The audit trail: one entry a change, chained by forward-secure MACs, in the change's own transaction.
//!
//! Entry `n` gets its MAC under key `n` over the entry before it; key `n + 1` follows from key `n` and overwrites it.
//! Invariant: an entry never holds a merchant, an amount or a token.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;

use super::{Result, StoreError, encode};
use crate::{
    domain::{
        dates::Timestamp,
        views::{Limit, Listing},
    },
    vault::{
        Key, VaultId,
        audit::{self as chain, Head},
    },
};

/// What somebody did, as the audit trail keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who: the slot's label, `cli`, `schedule`.
    pub actor: String,
    /// What: `sync`, `link`, `transactions.note` …
    pub action: String,
    /// On which thing (`c1`, `t42`), if on one.
    pub resource: Option<String>,
}

/// One entry of `audit list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// On which thing.
    pub resource: Option<String>,
    /// Counts and ids, never merchants, amounts or tokens.
    pub detail: serde_json::Value,
}

/// `audit verify --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Verdict {
    /// Whether every entry is as it was written.
    pub ok: bool,
    /// How many entries there are.
    pub entries: u64,
    /// The first that is not.
    pub first_bad: Option<u64>,
}

/// What is appended besides the event.
pub(crate) struct Context<'a> {
    pub(crate) detail: &'a serde_json::Value,
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
pub(crate) fn append(db: &Connection, event: &Event, context: &Context<'_>) -> Result<Head> {
    let State { seq, key, head } = state(db)?;
    let seq = seq + 1;
    let detail = serde_json::to_string(context.detail)?;
    let at = encode::millis(event.at);
    let Context { epoch, root, .. } = context;
    let entry = canonical(&Stored {
        seq,
        at,
        actor: &event.actor,
        action: &event.action,
        resource: event.resource.as_deref(),
        detail: &detail,
        epoch: *epoch,
        root: *root,
    });
    let (head, key) = chain::next(&key, &head, &entry);
    db.prepare_cached(
        "INSERT INTO audit (seq, at, actor, action, resource, detail, epoch, root, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((seq, at, &event.actor, &event.action, &event.resource, &detail, epoch, root, head))?;
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

/// The entries, newest first.
pub(crate) fn list(db: &Connection, limit: Limit) -> Result<Listing<AuditEntry>> {
    let total: i64 = db.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    let mut statement =
        db.prepare("SELECT seq, at, actor, action, resource, detail FROM audit ORDER BY seq DESC LIMIT ?1 OFFSET ?2")?;
    let most = limit.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let mut rows = statement.query((most, i64::try_from(limit.offset).unwrap_or(i64::MAX)))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(AuditEntry {
            seq: row.get::<_, i64>(0)?.unsigned_abs(),
            at: encode::instant(row.get(1)?)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            resource: row.get(4)?,
            detail: serde_json::from_str(&row.get::<_, String>(5)?)?,
        });
    }
    Ok(Listing::slice(items, total.unsigned_abs(), limit))
}

/// Follows the chain from its first key; whoever changed, left out or moved an entry is found out.
pub(crate) fn verify(db: &Connection, vault_id: VaultId, first: &Key) -> Result<Verdict> {
    let mut statement =
        db.prepare("SELECT seq, at, actor, action, resource, detail, epoch, root, mac FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut trouble = None;
    let entries = std::iter::from_fn(|| match rows.next().and_then(|row| row.map(entry).transpose()) {
        Ok(entry) => entry,
        Err(error) => {
            trouble = Some(error);
            None
        }
    });
    let walked = chain::verify(first, vault_id, entries);
    if let Some(error) = trouble {
        return Err(error.into());
    }
    let total = count(db)?;
    let end = state(db)?;
    let first_bad = match walked {
        Err(bad) => Some(bad + 1),
        Ok(whole) => {
            let same = whole.head == end.head && whole.next_key.expose() == end.key.expose();
            (!same).then_some(whole.entries + 1)
        }
    };
    Ok(Verdict { ok: first_bad.is_none(), entries: total, first_bad })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<(Vec<u8>, Head)> {
    let resource: Option<String> = row.get(4)?;
    let (actor, action, detail): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(5)?);
    let stored = Stored {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor: &actor,
        action: &action,
        resource: resource.as_deref(),
        detail: &detail,
        epoch: row.get(6)?,
        root: row.get(7)?,
    };
    Ok((canonical(&stored), row.get(8)?))
}

/// The end of the chain.
pub(crate) fn head(db: &Connection) -> Result<Head> {
    Ok(state(db)?.head)
}

/// The link that the change of that number left.
pub(crate) fn link_of(db: &Connection, vault_id: VaultId, epoch: u64) -> Result<Option<Head>> {
    if epoch == 0 {
        return Ok(Some(chain::genesis(vault_id)));
    }
    let epoch = i64::try_from(epoch).unwrap_or(i64::MAX);
    let sql = "SELECT mac FROM audit WHERE epoch = ?1";
    Ok(db.prepare_cached(sql)?.query_row([epoch], |row| row.get(0)).optional()?)
}

fn count(db: &Connection) -> Result<u64> {
    let count: i64 = db.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
