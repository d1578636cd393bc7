//! Which conditions the owner was told of, and what of the log of syncs alerts are made of.
//!
//! Invariant: a condition has a row for as long as it holds, and its row says whether it was told.

use std::collections::BTreeSet;

use super::{Result, Store, Tx, encode};
use crate::domain::{alerts::Alert, dates::Timestamp, ids::ConnectionId};

/// A condition that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAlert {
    /// Its key.
    pub key: String,
    /// When it was first found.
    pub first_seen: Timestamp,
    /// When the owner was told.
    pub told_at: Option<Timestamp>,
}

impl Store {
    /// The conditions that are kept, by their keys.
    pub fn kept_alerts(&self) -> Result<Vec<KeptAlert>> {
        let mut statement = self.db.prepare_cached("SELECT key, first_seen, told_at FROM alerts ORDER BY key")?;
        let mut rows = statement.query([])?;
        let mut kept = Vec::new();
        while let Some(row) = rows.next()? {
            kept.push(KeptAlert {
                key: row.get(0)?,
                first_seen: encode::instant(row.get(1)?)?,
                told_at: encode::instant_opt(row.get(2)?)?,
            });
        }
        Ok(kept)
    }

    /// How many syncs in a row failed at last, by connection; a sign-in that is wanted is no failure.
    pub fn failures_in_a_row(&self) -> Result<Vec<(ConnectionId, u64)>> {
        let mut statement = self.db.prepare_cached(
            "SELECT r.connection, count(*) FROM sync_runs r
             WHERE r.outcome = 'failed' AND r.id > coalesce((SELECT max(o.id) FROM sync_runs o
               WHERE o.connection = r.connection AND o.outcome <> 'failed'), 0)
             GROUP BY r.connection ORDER BY r.connection",
        )?;
        let mut rows = statement.query([])?;
        let mut failures = Vec::new();
        while let Some(row) = rows.next()? {
            failures.push((ConnectionId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()));
        }
        Ok(failures)
    }
}

impl Tx<'_> {
    /// Keeps what holds now and forgets what does not any more, which is told again when it comes back.
    pub fn keep_alerts(&mut self, now: &[Alert]) -> Result<()> {
        let keys: BTreeSet<&str> = now.iter().map(|alert| alert.key.as_str()).collect();
        let mut kept = Vec::new();
        {
            let mut statement = self.db.prepare_cached("SELECT key FROM alerts")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                kept.push(row.get::<_, String>(0)?);
            }
        }
        for gone in kept.iter().filter(|key| !keys.contains(key.as_str())) {
            self.db.prepare_cached("DELETE FROM alerts WHERE key = ?1")?.execute([gone])?;
        }
        let at = encode::millis(self.at);
        for alert in now {
            self.db
                .prepare_cached(
                    "INSERT INTO alerts (key, kind, first_seen) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )?
                .execute((&alert.key, alert.kind.as_str(), at))?;
        }
        self.note("hold", now.len());
        Ok(())
    }

    /// Marks what the owner was told of.
    pub fn alerts_told(&mut self, told: &[Alert]) -> Result<()> {
        let at = encode::millis(self.at);
        for alert in told {
            self.db.prepare_cached("UPDATE alerts SET told_at = ?2 WHERE key = ?1")?.execute((&alert.key, at))?;
        }
        self.note("told", told.len());
        Ok(())
    }
}
