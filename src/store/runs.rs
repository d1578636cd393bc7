//! The log of syncs: one row a run, failed ones too.

use rusqlite::params;

use super::{Result, Store, Tx, encode, sync::SyncEnd};
use crate::{
    domain::{
        dates::Timestamp,
        ids::ConnectionId,
        standing::Remedy,
        sync::{Health, ItemError, NO_KEYS},
        views::{Limit, Listing, OutcomeKind},
    },
    store::{connections, sync::SyncCounts},
};

/// One run of `sync log --json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct SyncRunView {
    /// The connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How it ended: `ok`, `reauth`, `failed`, `skipped` (stopped before its end).
    pub outcome: String,
    /// New transactions.
    pub added: u64,
    /// Changed ones.
    pub modified: u64,
    /// Ones the bank took back.
    pub removed: u64,
    /// Rows that the book cannot hold.
    pub refused: u64,
    /// What else there is to say.
    pub notes: Vec<String>,
    /// What went wrong, in the provider's or the bank's own words.
    pub error: Option<String>,
    /// The provider's code of it.
    pub error_code: Option<String>,
    /// The provider's id of the failed answer, for its support.
    pub request_id: Option<String>,
}

/// While a link waits for the history, each look is a run; those are not counted.
const FIRST_LOOKS_MS: i64 = 5 * 60_000;

impl Store {
    /// How often a connection was asked on the day of `now` (UTC), tries that failed or were stopped too, without the first minutes
    /// after its link and without those for which there were no keys to ask.
    pub fn syncs_on_day(&self, connection: ConnectionId, now: Timestamp) -> Result<u64> {
        let now = encode::millis(now);
        let midnight = now - now.rem_euclid(86_400_000);
        let sql = "SELECT count(*) FROM sync_runs r JOIN connections c ON c.id = r.connection
                   WHERE r.connection = ?1 AND r.started_at >= ?2 AND r.started_at > c.created_at + ?3
                   AND r.error_code IS NOT ?4";
        let about = (connection.0, midnight, FIRST_LOOKS_MS, NO_KEYS);
        let count: i64 = self.db.prepare_cached(sql)?.query_row(about, |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

/// A row of the log.
struct Row<'a> {
    connection: ConnectionId,
    started_at: Timestamp,
    outcome: OutcomeKind,
    error: Option<&'a ItemError>,
}

impl Row<'_> {
    fn write(&self, tx: &Tx<'_>, counts: &SyncCounts) -> Result<()> {
        let notes = (!counts.notes.is_empty()).then(|| serde_json::to_string(&counts.notes)).transpose()?;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        tx.db
            .prepare_cached(
                "INSERT INTO sync_runs (connection, started_at, finished_at, outcome, added, modified, removed,
                   refused, notes, error_code, error_message, request_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                self.connection.0,
                encode::millis(self.started_at),
                encode::millis(tx.at),
                self.outcome.as_str(),
                number(counts.added),
                number(counts.modified),
                number(counts.removed),
                number(counts.refused),
                notes,
                self.error.map(|error| &error.code),
                self.error.map(|error| &error.message),
                self.error.and_then(|error| error.request_id.as_ref())
            ])?;
        Ok(())
    }
}

/// Writes the row of a run that was saved, with what the provider said of the connection, else of products that it did not give.
pub(crate) fn record(tx: &Tx<'_>, connection: ConnectionId, end: &SyncEnd<'_>, counts: &SyncCounts) -> Result<()> {
    let outcome = OutcomeKind::saved(end.remedy);
    let unread = counts.failed.first().map(|first| {
        let sentences: Vec<String> = counts.failed.iter().map(ToString::to_string).collect();
        ItemError { code: first.code.clone(), message: sentences.join("; "), request_id: None }
    });
    let error = end.health.error.as_ref().or(unread.as_ref());
    Row { connection, started_at: end.started_at, outcome, error }.write(tx, counts)
}

impl Tx<'_> {
    /// Writes the row of a run that failed, and what the failure says of the connection. Nothing else changed.
    pub fn sync_failed(
        &mut self,
        connection: ConnectionId,
        started_at: Timestamp,
        remedy: Remedy,
        health: &Health,
    ) -> Result<()> {
        if !connections::outweighs(self.db, connection, remedy)? {
            connections::write_health(self.db, connection, remedy, health)?;
        }
        self.not_saved(&Row {
            connection,
            started_at,
            outcome: OutcomeKind::failed(remedy),
            error: health.error.as_ref(),
        })
    }

    /// Writes the row of a run that was stopped, which says nothing of the connection.
    pub fn sync_stopped(&mut self, connection: ConnectionId, started_at: Timestamp, why: &ItemError) -> Result<()> {
        self.not_saved(&Row { connection, started_at, outcome: OutcomeKind::Skipped, error: Some(why) })
    }

    fn not_saved(&mut self, row: &Row<'_>) -> Result<()> {
        row.write(self, &SyncCounts::default())?;
        self.db
            .prepare_cached("UPDATE connections SET last_attempt_at = ?2 WHERE id = ?1")?
            .execute((row.connection.0, encode::millis(self.at)))?;
        self.about(row.connection);
        self.note("outcome", row.outcome.as_str());
        if let Some(error) = row.error {
            self.note("error", error.code.as_str());
        }
        Ok(())
    }
}

impl Store {
    /// The log of syncs of one connection or all, newest first.
    pub fn sync_log(&self, of: Option<ConnectionId>, limit: Limit) -> Result<Listing<SyncRunView>> {
        let of = of.map(|id| id.0);
        let sql = "SELECT count(*) FROM sync_runs WHERE ?1 IS NULL OR connection = ?1";
        let total: i64 = self.db.query_row(sql, [of], |row| row.get(0))?;
        let (most, skipped) = super::transactions::slice(limit);
        let mut statement = self.db.prepare_cached(
            "SELECT r.connection, r.started_at, r.finished_at, r.outcome, r.added, r.modified, r.removed, r.notes,
               coalesce(r.error_message, r.error_code), r.request_id, r.refused, r.error_code,
               coalesce(c.name, c.institution, c.item_id)
             FROM sync_runs r JOIN connections c ON c.id = r.connection
             WHERE ?1 IS NULL OR r.connection = ?1 ORDER BY r.id DESC LIMIT ?2 OFFSET ?3",
        )?;
        let mut rows = statement.query((of, most, skipped))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            let notes: Option<String> = row.get(7)?;
            items.push(SyncRunView {
                connection: ConnectionId(row.get(0)?),
                name: row.get(12)?,
                started_at: encode::instant(row.get(1)?)?,
                finished_at: encode::instant(row.get(2)?)?,
                outcome: row.get(3)?,
                added: row.get::<_, i64>(4)?.unsigned_abs(),
                modified: row.get::<_, i64>(5)?.unsigned_abs(),
                removed: row.get::<_, i64>(6)?.unsigned_abs(),
                refused: row.get::<_, i64>(10)?.unsigned_abs(),
                notes: notes.map_or(Ok(Vec::new()), |json| serde_json::from_str(&json))?,
                error: row.get(8)?,
                error_code: row.get(11)?,
                request_id: row.get(9)?,
            });
        }
        Ok(Listing::slice(items, total.unsigned_abs(), limit))
    }
}
