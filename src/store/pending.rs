//! Pending rows of a connection, for providers that do not say when one is gone.

use super::{Result, Store, encode};
use crate::domain::{
    dates::Date,
    ids::{ConnectionId, ProviderAccountId, ProviderTransactionId},
};

/// A pending row as its provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRow {
    /// Its account.
    pub account: ProviderAccountId,
    /// Its id.
    pub id: ProviderTransactionId,
    /// Its day.
    pub date: Date,
}

impl Store {
    /// The pending rows of a connection.
    pub fn pending_rows(&self, connection: ConnectionId) -> Result<Vec<PendingRow>> {
        let sql = "SELECT a.provider_id, t.provider_id, t.date FROM accounts a JOIN transactions t ON t.account = a.id
                   WHERE a.connection = ?1 AND t.state = 1 AND t.provider_id IS NOT NULL ORDER BY t.id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([connection.0])?;
        let mut pending = Vec::new();
        while let Some(row) = rows.next()? {
            let (account, id) = (ProviderAccountId(row.get(0)?), ProviderTransactionId(row.get(1)?));
            pending.push(PendingRow { account, id, date: encode::date(row.get(2)?)? });
        }
        Ok(pending)
    }
}
