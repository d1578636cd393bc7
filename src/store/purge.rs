//! Takes everything of a removed connection out of the book: accounts, balances, transactions, what the owner wrote on them.
//!
//! Invariant: the digests lose exactly the rows that the tables lose; the connection's own row stays, so that its id is
//! never given again and its consents keep their dates.

use super::{
    Result, Store, Tx, alerts, balances,
    digests::{Area, Place},
    edits, pairing,
    row::{Row, select},
};
use crate::domain::ids::ConnectionId;

/// How much the book has of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Contents {
    /// Accounts, without those that the bank names no more.
    pub accounts: u64,
    /// Accounts that the bank names no more; their history stays.
    pub accounts_gone: u64,
    /// Transactions, without those that the bank itself had taken back.
    pub transactions: u64,
}

/// Rows deleted between two looks at the digests.
const AT_ONCE: i64 = 1000;

impl Store {
    /// How much the book has of a connection, without what the bank itself had taken back.
    pub fn contents_of(&self, connection: ConnectionId) -> Result<Contents> {
        let sql = "SELECT count(*) - count(a.vanished_at), coalesce(sum((SELECT count(*) FROM transactions t WHERE t.account = a.id AND t.state < 2)), 0),
                     count(a.vanished_at) FROM accounts a WHERE a.connection = ?1 AND a.placeholder < 2";
        let found = self.db.prepare_cached(sql)?.query_row([connection.0], |row| {
            let count = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
            Ok(Contents { accounts: count(0)?, transactions: count(1)?, accounts_gone: count(2)? })
        });
        Ok(found?)
    }
}

impl Tx<'_> {
    /// Deletes a connection's accounts with everything below them.
    pub fn purge_connection(&mut self, connection: ConnectionId) -> Result<()> {
        self.forget_regular()?;
        self.purge_products(connection)?;
        self.forget_granted(connection)?;
        let accounts = self.account_ids(connection)?;
        let mut touched: Option<(i64, i64)> = None;
        for account in accounts {
            while let Some(rows) = self.some_rows(account)? {
                for row in rows {
                    self.purge_row(&row)?;
                    let day = row.facts.date;
                    touched = Some(touched.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
                }
            }
            let place = Place { area: Area::Balances, account, month: 0 };
            let covered = format!("{} WHERE account = ?1", balances::COVERED);
            self.digests.take_rows(self.db, (place, "balances"), &covered, [account])?;
            self.db.prepare_cached("DELETE FROM balances WHERE account = ?1")?.execute([account])?;
            self.forget_type(account)?;
            self.db.prepare_cached("DELETE FROM accounts WHERE id = ?1")?.execute([account])?;
        }
        for table in ["refused", "sync_runs"] {
            self.db.prepare_cached(&format!("DELETE FROM {table} WHERE connection = ?1"))?.execute([connection.0])?;
        }
        if let Some((from, to)) = touched {
            pairing::refresh(self, from, to)?;
        }
        Ok(())
    }

    pub(crate) fn account_ids(&self, connection: ConnectionId) -> Result<Vec<i64>> {
        let mut statement = self.db.prepare_cached("SELECT id FROM accounts WHERE connection = ?1 ORDER BY id")?;
        let ids = statement.query_map([connection.0], |row| row.get(0))?;
        Ok(ids.collect::<std::result::Result<_, _>>()?)
    }

    fn some_rows(&self, account: i64) -> Result<Option<Vec<Row>>> {
        let mut statement = self.db.prepare_cached(select!("account = ?1 LIMIT ?2"))?;
        let rows = statement.query_map((account, AT_ONCE), Row::read)?;
        let rows = rows.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }

    fn purge_row(&mut self, row: &Row) -> Result<()> {
        for (area, table, covered) in [
            (Area::Edits, "edits", edits::COVERED),
            (Area::Edits, "transaction_tags", edits::COVERED_TAGS),
            (Area::Aliases, "aliases", "SELECT provider_hash, provider_id, transaction_id FROM aliases"),
            (Area::Alerts, alerts::LATE.0, alerts::LATE.1),
        ] {
            let covered = format!("{covered} WHERE transaction_id = ?1");
            self.digests.take_rows(self.db, (Place::of(area), table), &covered, [row.id])?;
            self.db.prepare_cached(&format!("DELETE FROM {table} WHERE transaction_id = ?1"))?.execute([row.id])?;
        }
        self.db.prepare_cached("DELETE FROM tombstones WHERE transaction_id = ?1")?.execute([row.id])?;
        row.delete(self.db, &mut self.digests)
    }
}
