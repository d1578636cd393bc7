//! What the duplicate check before a link needs to know of the accounts that are linked already.

use super::{Result, Store};
use crate::domain::ids::ConnectionId;

/// An account of a connection that was not removed, as its bank names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Its connection.
    pub connection: ConnectionId,
    /// The connection's name.
    pub connection_name: String,
    /// The bank's id with the provider.
    pub institution_id: Option<String>,
    /// The bank's name for it, whatever its owner calls it.
    pub name: String,
    /// Last digits.
    pub mask: Option<String>,
    /// Stable across connections, where the bank offers it.
    pub persistent_id: Option<String>,
}

impl Store {
    /// The accounts of every connection that lives: one that is gone can only be linked anew.
    pub fn known_accounts(&self) -> Result<Vec<KnownAccount>> {
        let mut statement = self.db.prepare_cached(
            "SELECT c.id, coalesce(c.name, c.institution, c.item_id), c.institution_id, a.name, a.mask, a.persistent_id
             FROM accounts a JOIN connections c ON c.id = a.connection
             WHERE c.removed_at IS NULL AND c.state <> 'gone' AND a.placeholder = 0 ORDER BY c.id, a.id",
        )?;
        let mut rows = statement.query([])?;
        let mut accounts = Vec::new();
        while let Some(row) = rows.next()? {
            accounts.push(KnownAccount {
                connection: ConnectionId(row.get(0)?),
                connection_name: row.get(1)?,
                institution_id: row.get(2)?,
                name: row.get(3)?,
                mask: row.get(4)?,
                persistent_id: row.get(5)?,
            });
        }
        Ok(accounts)
    }
}
