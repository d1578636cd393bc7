//! Which conditions the owner was told of, and what of the log of syncs alerts are made of.
//!
//! Invariant: a condition has a row for as long as it holds, its row says whether it was told, and the digest of alerts
//! covers every row.

use std::collections::BTreeSet;

use super::{
    Result, Store, Tx,
    digests::{Area, Place},
    encode,
};
use crate::domain::{
    alerts::{Alert, AlertKind},
    dates::Timestamp,
    ids::ConnectionId,
};

/// A table and what the digest covers of it, in the order that is hashed.
pub(crate) type Covered = (&'static str, &'static str);

const TOLD: Covered = ("alerts", "SELECT key, kind, first_seen, told_at FROM alerts");
pub(crate) const REGULAR: Covered =
    ("regular_alerts", "SELECT kind, payee, account, currency, amount, amount_before, date, until FROM regular_alerts");
pub(crate) const LOOKS: Covered = ("looks", "SELECT date, transactions FROM looks");
pub(crate) const LATE: Covered = ("late_arrivals", "SELECT transaction_id, came_at FROM late_arrivals");

/// All tables of alerts.
pub(crate) const COVERED: [Covered; 4] = [TOLD, REGULAR, LOOKS, LATE];

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
        let mut statement = self.db.prepare_cached(LAST_RUNS)?;
        let mut connections =
            self.db.prepare_cached("SELECT id FROM connections WHERE removed_at IS NULL ORDER BY id")?;
        let mut failures = Vec::new();
        for id in connections.query_map([], |row| row.get(0))? {
            let id: i64 = id?;
            let (mut runs, mut count) = (statement.query([id])?, 0);
            while runs.next()?.map(|run| run.get(0)).transpose()? == Some(true) {
                count += 1;
            }
            failures.extend((count > 0).then_some((ConnectionId(id), count)));
        }
        Ok(failures)
    }
}

/// The newest runs first, without those that were stopped; whoever reads them stops at the first that did not fail.
pub(crate) const LAST_RUNS: &str =
    "SELECT outcome = 'failed' FROM sync_runs WHERE connection = ?1 AND outcome <> 'skipped' ORDER BY id DESC";

impl Tx<'_> {
    /// Changes rows of a covered table by `change`, and its digest with them; such a table has few rows.
    pub(crate) fn cover_alerts(
        &mut self,
        (table, covered): Covered,
        change: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<()> {
        let place = Place::of(Area::Alerts);
        self.digests.take_rows(self.db, (place, table), covered, [])?;
        change(self)?;
        self.digests.add_table(self.db, place, table, covered)
    }

    /// Keeps what holds now and forgets what does not any more, which is told again when it comes back.
    pub fn keep_alerts(&mut self, now: &[Alert]) -> Result<()> {
        let keys: BTreeSet<&str> = now.iter().map(|alert| alert.key.as_str()).collect();
        self.cover_alerts(TOLD, |tx| {
            let mut statement = tx.db.prepare_cached("SELECT key FROM alerts")?;
            let kept = statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<Vec<String>, _>>()?;
            for gone in kept.iter().filter(|key| !keys.contains(key.as_str())) {
                tx.db.prepare_cached("DELETE FROM alerts WHERE key = ?1")?.execute([gone])?;
            }
            let sql = "INSERT INTO alerts (key, kind, first_seen) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            let at = encode::millis(tx.at);
            for alert in now {
                tx.db.prepare_cached(sql)?.execute((&alert.key, alert.kind.as_str(), at))?;
            }
            Ok(())
        })?;
        self.note("hold", now.len());
        Ok(())
    }

    /// Marks what the owner was told of.
    pub fn alerts_told(&mut self, told: &[&str]) -> Result<()> {
        self.cover_alerts(TOLD, |tx| {
            let at = encode::millis(tx.at);
            for key in told {
                tx.db.prepare_cached("UPDATE alerts SET told_at = ?2 WHERE key = ?1")?.execute((key, at))?;
            }
            Ok(())
        })?;
        self.note("told", told.len());
        Ok(())
    }

    /// Forgets what names payees: what was found of regular payments, and that it was told. The next sync looks again.
    pub(crate) fn forget_regular(&mut self) -> Result<()> {
        self.cover_alerts(TOLD, |tx| {
            for kind in AlertKind::REGULAR {
                tx.db.prepare_cached("DELETE FROM alerts WHERE kind = ?1")?.execute([kind.as_str()])?;
            }
            Ok(())
        })?;
        self.keep_regular(&[], None)
    }
}
