//! Rows of a bank that the book cannot hold, remembered until they come in a form that it can.
//!
//! Invariant: a row is remembered from the sync that refused it until it is kept, taken back by the bank, or missing from
//! a whole history.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{Result, Store, StoreError, Tx, encode};
use crate::domain::{
    ids::ConnectionId,
    sync::{Refusal, RowKind},
    views::RefusedRow,
};

/// What a run knows of refused rows; most connections have none, and then it costs nothing.
pub(crate) struct Refused {
    /// Transactions refused by earlier runs and not yet settled, by the provider's id.
    before: HashSet<String>,
    /// Whether earlier runs refused anything else, which comes whole each time.
    others: bool,
    /// What this run refused.
    now: HashSet<(RowKind, String)>,
}

impl Refused {
    pub(crate) fn load(db: &Connection, connection: ConnectionId) -> Result<Self> {
        let mut found = Self { before: HashSet::new(), others: false, now: HashSet::new() };
        let mut statement = db.prepare_cached("SELECT kind, provider_id FROM refused WHERE connection = ?1")?;
        let mut rows = statement.query([connection.0])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, String>(0)? == RowKind::Transaction.as_str() {
                found.before.insert(row.get(1)?);
            } else {
                found.others = true;
            }
        }
        Ok(found)
    }

    /// Remembers a row; says whether this run had not met it before.
    pub(crate) fn remember(&mut self, tx: &Tx<'_>, connection: ConnectionId, refusal: &Refusal) -> Result<bool> {
        let sql = "INSERT INTO refused (connection, kind, provider_id, reason, since) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (connection, kind, provider_id) DO UPDATE SET reason = excluded.reason";
        let kind = refusal.kind.as_str();
        let row = (connection.0, kind, &refusal.id, &refusal.reason, encode::millis(tx.at));
        tx.db.prepare_cached(sql)?.execute(row)?;
        Ok(self.now.insert((refusal.kind, refusal.id.clone())))
    }

    /// Forgets a transaction that was kept or taken back after all.
    pub(crate) fn forget(&mut self, tx: &Tx<'_>, connection: ConnectionId, id: &str) -> Result<()> {
        let met = !self.now.is_empty() && self.now.remove(&(RowKind::Transaction, id.to_owned()));
        if self.before.remove(id) || met {
            let sql = "DELETE FROM refused WHERE connection = ?1 AND kind = 'transaction' AND provider_id = ?2";
            tx.db.prepare_cached(sql)?.execute((connection.0, id))?;
        }
        Ok(())
    }

    /// Ends a run: accounts, debts, holdings and trades that were not refused again are forgotten, after a whole history transactions too. Returns how
    /// many rows this run refused.
    pub(crate) fn settle(&self, tx: &Tx<'_>, connection: ConnectionId, whole: bool) -> Result<u64> {
        let transactions = whole && !self.before.is_empty();
        let ends = |kind: RowKind| if kind == RowKind::Transaction { transactions } else { self.others };
        if transactions || self.others {
            let sql = "DELETE FROM refused WHERE connection = ?1 AND kind = ?2 AND provider_id = ?3";
            let known = rows(tx.db, connection)?.into_iter().filter(|row| ends(row.kind));
            for row in known.filter(|row| !self.now.contains(&(row.kind, row.id.clone()))) {
                tx.db.prepare_cached(sql)?.execute((connection.0, row.kind.as_str(), row.id))?;
            }
        }
        Ok(self.now.len() as u64)
    }
}

fn rows(db: &Connection, connection: ConnectionId) -> Result<Vec<RefusedRow>> {
    let sql =
        "SELECT kind, provider_id, reason, since FROM refused WHERE connection = ?1 ORDER BY since, kind, provider_id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([connection.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get(0)?;
        let kind = RowKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.push(RefusedRow {
            kind: kind.ok_or_else(|| StoreError::Damaged(format!("{word:?} is not a kind of row")))?,
            id: row.get(1)?,
            reason: row.get(2)?,
            since: encode::instant(row.get(3)?)?,
        });
    }
    Ok(found)
}

impl Store {
    /// The rows of a connection that the book could not hold, oldest first.
    pub fn refused_rows(&self, connection: ConnectionId) -> Result<Vec<RefusedRow>> {
        rows(&self.db, connection)
    }
}
