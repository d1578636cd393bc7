//! What the duplicate check before a link needs to know of the accounts that are linked already.

use super::{IntentState, NewIntent, Result, Store, Tx};
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

/// A connection that lives, to a bank that has an id with the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBank {
    /// The connection.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The bank's id with the provider.
    pub institution_id: String,
}

/// The mode of an intent that keeps what a flow said of the accounts of a connection, until the bank names them.
const GRANTED: &str = "granted";

impl Tx<'_> {
    /// Keeps name and last digits of accounts that were granted and that the bank does not show yet.
    pub fn keep_granted(
        &mut self,
        connection: ConnectionId,
        environment: &str,
        accounts: &[(String, Option<String>)],
    ) -> Result<()> {
        let detail = serde_json::to_string(accounts)?;
        let (connection, expires_at, detail) = (Some(connection), self.at, Some(detail.as_str()));
        let id =
            self.add_intent(&NewIntent { environment, mode: GRANTED, connection, sealed: None, expires_at, detail })?;
        self.advance_intent(id, IntentState::Done, None)
    }

    /// Forgets what a flow said of the accounts of a connection.
    pub(crate) fn forget_granted(&mut self, connection: ConnectionId) -> Result<()> {
        let sql = "DELETE FROM link_intents WHERE mode = ?1 AND connection = ?2";
        self.db.prepare_cached(sql)?.execute((GRANTED, connection.0))?;
        Ok(())
    }
}

impl Store {
    /// The accounts of every connection that lives: one that is gone can only be linked anew. Of a bank that has not shown any yet,
    /// those that its owner chose.
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
        accounts.extend(self.granted()?);
        Ok(accounts)
    }

    /// Accounts that were granted, of connections that have none yet.
    fn granted(&self) -> Result<Vec<KnownAccount>> {
        let mut statement = self.db.prepare_cached(
            "SELECT c.id, coalesce(c.name, c.institution, c.item_id), c.institution_id, i.detail
             FROM link_intents i JOIN connections c ON c.id = i.connection
             WHERE i.mode = ?1 AND c.removed_at IS NULL AND c.state <> 'gone'
               AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.connection = c.id AND a.placeholder = 0)",
        )?;
        let mut rows = statement.query([GRANTED])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let said: Vec<(String, Option<String>)> = serde_json::from_str(&row.get::<_, String>(3)?)?;
            for (name, mask) in said {
                found.push(KnownAccount {
                    connection: ConnectionId(row.get(0)?),
                    connection_name: row.get(1)?,
                    institution_id: row.get(2)?,
                    name,
                    mask,
                    persistent_id: None,
                });
            }
        }
        Ok(found)
    }

    /// The connections that live and whose bank is known, oldest first.
    pub fn known_banks(&self) -> Result<Vec<KnownBank>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, coalesce(name, institution, item_id), institution_id FROM connections
             WHERE removed_at IS NULL AND state <> 'gone' AND institution_id IS NOT NULL ORDER BY id",
        )?;
        let banks = statement.query_map([], |row| {
            let (connection, connection_name) = (ConnectionId(row.get(0)?), row.get(1)?);
            Ok(KnownBank { connection, connection_name, institution_id: row.get(2)? })
        })?;
        Ok(banks.collect::<std::result::Result<_, _>>()?)
    }
}
