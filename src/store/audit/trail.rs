//! Looking things up in the trail.
//!
//! Invariant: shows what is stored; whether that is what was written is for `walk` to say.

use rusqlite::{Connection, OptionalExtension as _, Row, types::Value as Sql};

use crate::{
    domain::{
        dates::{Date, Period},
        views::{AuditDetail, AuditEntry, Limit, Listing},
    },
    store::{Result, StoreError, encode},
    vault::{Hex, audit::Head},
};

/// Which entries are wanted; what is not set, does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Happened on these days (UTC).
    pub period: Period,
    /// By this key, whatever the case of its label.
    pub actor: Option<String>,
    /// This action, or the actions below it: `transactions` covers `transactions.note`.
    pub action: Option<String>,
    /// On this thing.
    pub resource: Option<String>,
}

/// The entries that fit, newest first.
pub(crate) fn list(db: &Connection, filter: &AuditFilter, limit: Limit) -> Result<Listing<AuditEntry>> {
    let (test, mut values) = condition(filter)?;
    let sql = format!("SELECT count(*) FROM audit WHERE {test}");
    let total: i64 = db.query_row(&sql, rusqlite::params_from_iter(&values), |row| row.get(0))?;
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE {test} ORDER BY seq DESC LIMIT ? OFFSET ?");
    let mut statement = db.prepare(&sql)?;
    values.push(Sql::Integer(limit.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX))));
    values.push(Sql::Integer(i64::try_from(limit.offset).unwrap_or(i64::MAX)));
    let mut rows = statement.query(rusqlite::params_from_iter(&values))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(entry(row)?);
    }
    Ok(Listing::slice(items, total.unsigned_abs(), limit))
}

/// One entry, with its place in the chain.
pub(crate) fn show(db: &Connection, seq: u64) -> Result<AuditDetail> {
    let sql = format!("SELECT {COLUMNS}, epoch, root, mac FROM audit WHERE seq = ?1");
    let mut statement = db.prepare(&sql)?;
    let number = i64::try_from(seq).unwrap_or(i64::MAX);
    let hex = |head: Head| Hex(head).to_string();
    let found = statement
        .query_row([number], |row| {
            Ok(entry(row).and_then(|entry| {
                let (root, mac) = (hex(row.get(7)?), hex(row.get(8)?));
                Ok(AuditDetail { entry, epoch: row.get::<_, i64>(6)?.unsigned_abs(), root, mac })
            }))
        })
        .optional()?;
    found.unwrap_or_else(|| Err(StoreError::NotFound { noun: "audit entry", text: seq.to_string() }))
}

const COLUMNS: &str = "seq, at, actor, action, resource, detail";

fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        at: encode::instant(row.get(1)?)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        resource: row.get(4)?,
        detail: serde_json::from_str(&row.get::<_, String>(5)?)?,
    })
}

/// The condition in SQL, and the values it is bound to.
fn condition(filter: &AuditFilter) -> Result<(String, Vec<Sql>)> {
    let AuditFilter { period, actor, action, resource } = filter;
    let mut tests = vec!["1"];
    let mut values = Vec::new();
    let days = [("at >= ?", period.begin), ("at < ?", period.end)];
    for (test, day) in days.into_iter().filter_map(|(test, day)| Some((test, day?))) {
        tests.push(test);
        values.push(Sql::Integer(midnight(day)?));
    }
    let named = [("actor = ? COLLATE NOCASE", actor), ("resource = ? COLLATE NOCASE", resource)];
    for (test, text) in named.into_iter().filter_map(|(test, text)| Some((test, text.as_ref()?))) {
        tests.push(test);
        values.push(Sql::Text(text.clone()));
    }
    if let Some(action) = action {
        tests.push("substr(action || '.', 1, length(?)) = ?");
        let whole = format!("{}.", action.trim_end_matches('.'));
        values.extend([Sql::Text(whole.clone()), Sql::Text(whole)]);
    }
    Ok((tests.join(" AND "), values))
}

/// The first millisecond of a day, in UTC.
fn midnight(day: Date) -> Result<i64> {
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC);
    let at = zoned.map_err(|_| StoreError::NotFound { noun: "audit day", text: day.to_string() })?;
    Ok(encode::millis(at.timestamp()))
}
