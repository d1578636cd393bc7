//! The owner's consents: when, to which text, for what.

use super::{Result, Store, StoreError, Tx, encode};
use crate::domain::{dates::Timestamp, ids::ConnectionId};

/// A consent as given.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Consent {
    /// Its number.
    pub id: i64,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// For which connection, once there is one.
    pub connection: Option<ConnectionId>,
    /// Which text was shown.
    pub text_version: String,
    /// What it covers.
    pub scope: String,
}

impl Tx<'_> {
    /// Records a consent given now.
    pub fn give_consent(&mut self, connection: Option<ConnectionId>, text_version: &str, scope: &str) -> Result<i64> {
        let sql = "INSERT INTO consents (given_at, connection, text_version, scope) VALUES (?1, ?2, ?3, ?4)";
        let at = encode::millis(self.at);
        self.db.prepare_cached(sql)?.execute((at, connection.map(|id| id.0), text_version, scope))?;
        Ok(self.db.last_insert_rowid())
    }

    /// Records that a consent is withdrawn now.
    pub fn withdraw_consent(&mut self, id: i64) -> Result<()> {
        let sql = "UPDATE consents SET withdrawn_at = coalesce(withdrawn_at, ?2) WHERE id = ?1";
        match self.db.prepare_cached(sql)?.execute((id, encode::millis(self.at)))? {
            0 => Err(StoreError::NotFound { noun: "consent", text: id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Records that every consent for a connection is withdrawn now.
    pub fn withdraw_consents_of(&mut self, connection: ConnectionId) -> Result<()> {
        let sql = "UPDATE consents SET withdrawn_at = coalesce(withdrawn_at, ?2) WHERE connection = ?1";
        self.db.prepare_cached(sql)?.execute((connection.0, encode::millis(self.at)))?;
        Ok(())
    }
}

impl Store {
    /// All consents, oldest first.
    pub fn consents(&self) -> Result<Vec<Consent>> {
        let sql = "SELECT id, given_at, withdrawn_at, connection, text_version, scope FROM consents ORDER BY id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut consents = Vec::new();
        while let Some(row) = rows.next()? {
            consents.push(Consent {
                id: row.get(0)?,
                given_at: encode::instant(row.get(1)?)?,
                withdrawn_at: encode::instant_opt(row.get(2)?)?,
                connection: row.get::<_, Option<i64>>(3)?.map(ConnectionId),
                text_version: row.get(4)?,
                scope: row.get(5)?,
            });
        }
        Ok(consents)
    }
}
