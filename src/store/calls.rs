//! Calls of the provider by day: how many, how they ended, how long they took.
//!
//! Invariants: what is kept is bounded in days, outcomes and steps of time, and is no part of the book that digests and audit
//! trail vouch for: a counter is not worth an entry. A note of a call goes after the commit that counts it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan as _, tz::TimeZone};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{Result, Store, StoreError, Tx, encode};
use crate::{
    domain::{
        calls::{Call, CallBook, CallCount, INTERRUPTED, OTHER, Times},
        dates::{Date, Timestamp},
        ids::ConnectionId,
    },
    vault::Unlocked,
};

/// So many days are kept.
const DAYS: i32 = 400;
/// So many of them by connection.
const CONNECTION_DAYS: i32 = 31;
/// So many outcomes of one endpoint are told apart on one day.
const OUTCOMES: i64 = 64;

/// A call as it is written down before it leaves.
#[derive(Serialize, Deserialize)]
struct Note {
    at: i64,
    endpoint: String,
    connection: Option<i64>,
    billable: bool,
}

/// The number that notes about a connection stand under.
fn about(connection: Option<ConnectionId>) -> i64 {
    connection.map_or(0, |connection| connection.0)
}

impl Store {
    /// Counts calls in a commit of its own.
    pub fn count_calls(&mut self, calls: &[Call], now: Timestamp) -> Result<()> {
        if self.witness.is_none() {
            return Err(StoreError::ReadOnly);
        }
        let transaction = self.db.transaction()?;
        count(&transaction, calls, now)?;
        transaction.commit()?;
        self.forget_notes(&calls.iter().map(|call| about(call.connection)).collect())
    }

    /// Writes down a call that is about to leave: it counts as made, whatever becomes of this process.
    pub fn note_call(vault: &Unlocked, call: &Call, now: Timestamp) -> Result<()> {
        let note = Note {
            at: encode::millis(now),
            endpoint: call.endpoint.to_string(),
            connection: call.connection.map(|connection| connection.0),
            billable: call.billable,
        };
        Ok(vault.note_call(about(call.connection), &serde_json::to_vec(&note)?)?)
    }

    /// Counts the calls that a killed process had written down. Those about no connection come back: whoever finishes what they
    /// were for knows the connection, and counts them.
    pub fn settle_calls(&mut self) -> Result<Vec<Call>> {
        let (Some(vault), Some(lock)) = (&self.vault, &self.lock) else { return Ok(Vec::new()) };
        let (mut orphans, mut settled) = (Vec::new(), BTreeSet::new());
        let notes = vault.noted_calls(lock)?;
        let transaction = self.db.transaction()?;
        for note in notes {
            // What does not read any more was never written by bursar.
            let Ok(note) = serde_json::from_slice::<Note>(&note) else { continue };
            let call = Call {
                endpoint: note.endpoint.into(),
                connection: note.connection.map(ConnectionId),
                outcome: INTERRUPTED.to_owned(),
                millis: None,
                left: true,
                billable: note.billable,
            };
            if call.connection.is_some() {
                settled.insert(about(call.connection));
                count(&transaction, &[call], encode::instant(note.at)?)?;
            } else {
                orphans.push(call);
            }
        }
        transaction.commit()?;
        self.forget_notes(&settled)?;
        Ok(orphans)
    }

    /// Forgets the notes of calls that were counted.
    pub(super) fn forget_notes(&self, counted: &BTreeSet<i64>) -> Result<()> {
        let Some(vault) = &self.vault else { return Ok(()) };
        counted.iter().try_for_each(|about| Ok(vault.forget_calls(*about)?))
    }

    /// What was counted from a day on (UTC).
    pub fn calls(&self, since: Option<Date>) -> Result<CallBook> {
        let since = since.map_or(0, encode::day);
        let sql = "SELECT date, endpoint, outcome, calls, billable, millis FROM calls WHERE date >= ?1
                   ORDER BY date, endpoint, outcome";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([since])?;
        let mut book = CallBook::default();
        while let Some(row) = rows.next()? {
            book.counts.push(CallCount {
                date: encode::date(row.get(0)?)?,
                endpoint: row.get(1)?,
                outcome: row.get(2)?,
                calls: row.get::<_, i64>(3)?.unsigned_abs(),
                billable: row.get::<_, i64>(4)?.unsigned_abs(),
                millis: row.get::<_, i64>(5)?.unsigned_abs(),
            });
        }
        let sql = "SELECT endpoint, step, sum(calls) FROM call_times WHERE date >= ?1 GROUP BY endpoint, step";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([since])?;
        while let Some(row) = rows.next()? {
            let times: &mut Times = book.times.entry(row.get(0)?).or_default();
            times.add(row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs());
        }
        Ok(book)
    }

    /// Calls of each connection on the day of `now` (UTC), without those that never left this machine.
    pub fn connection_calls(&self, now: Timestamp) -> Result<BTreeMap<ConnectionId, u64>> {
        let sql = "SELECT connection, calls FROM connection_calls WHERE date = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([encode::day(day(now))])?;
        let mut found = BTreeMap::new();
        while let Some(row) = rows.next()? {
            found.insert(ConnectionId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs());
        }
        Ok(found)
    }

    /// Calls on the day of `now` (UTC) that may be billed one by one.
    pub fn billable_on_day(&self, now: Timestamp) -> Result<u64> {
        let sql = "SELECT coalesce(sum(billable), 0) FROM calls WHERE date = ?1";
        let count: i64 = self.db.prepare_cached(sql)?.query_row([encode::day(day(now))], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

impl Tx<'_> {
    /// Counts calls together with what they brought.
    pub fn count_calls(&mut self, calls: &[Call]) -> Result<()> {
        self.counted.extend(calls.iter().map(|call| about(call.connection)));
        count(self.db, calls, self.at)
    }
}

impl Tx<'_> {
    /// Counts calls that were made before their connection was in the book as being about it.
    pub fn adopt_calls(&mut self, connection: ConnectionId, mut calls: Vec<Call>) -> Result<()> {
        self.counted.insert(about(None));
        for call in &mut calls {
            call.connection = Some(connection);
        }
        self.count_calls(&calls)
    }
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

fn count(db: &Connection, calls: &[Call], now: Timestamp) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let date = encode::day(day(now));
    forget(db, day(now))?;
    for call in calls {
        let millis = i64::try_from(call.millis.unwrap_or(0)).unwrap_or(i64::MAX);
        let billable = i64::from(call.billable);
        let outcome = if is_new_beyond(db, date, call)? { OTHER } else { call.outcome.as_str() };
        db.prepare_cached(
            "INSERT INTO calls (date, endpoint, outcome, calls, billable, millis) VALUES (?1, ?2, ?3, 1, ?4, ?5)
             ON CONFLICT DO UPDATE SET calls = calls + 1, billable = billable + ?4,
               millis = min(millis, 9223372036854775807 - ?5) + ?5",
        )?
        .execute(params![date, call.endpoint, outcome, billable, millis])?;
        if let Some(millis) = call.millis {
            db.prepare_cached(
                "INSERT INTO call_times (date, endpoint, step, calls) VALUES (?1, ?2, ?3, 1)
                 ON CONFLICT DO UPDATE SET calls = calls + 1",
            )?
            .execute(params![date, call.endpoint, Times::step(millis)])?;
        }
        if let Some(connection) = call.connection.filter(|_| call.left) {
            db.prepare_cached(
                "INSERT INTO connection_calls (date, connection, calls, billable) VALUES (?1, ?2, 1, ?3)
                 ON CONFLICT DO UPDATE SET calls = calls + 1, billable = billable + ?3",
            )?
            .execute(params![date, connection.0, billable])?;
        }
    }
    Ok(())
}

/// Whether the outcome is one more than are told apart.
fn is_new_beyond(db: &Connection, date: i64, call: &Call) -> Result<bool> {
    let sql =
        "SELECT count(*) >= ?4 AND NOT coalesce(max(outcome = ?3), 0) FROM calls WHERE date = ?1 AND endpoint = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![date, call.endpoint, call.outcome, OUTCOMES], |row| row.get(0))?)
}

fn forget(db: &Connection, today: Date) -> Result<()> {
    let before = |days: i32| encode::day(today.saturating_sub(days.days()));
    for table in ["calls", "call_times"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE date < ?1"))?.execute([before(DAYS)])?;
    }
    db.prepare_cached("DELETE FROM connection_calls WHERE date < ?1")?.execute([before(CONNECTION_DAYS)])?;
    Ok(())
}
