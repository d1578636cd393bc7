//! The provider's API keys, sealed by the vault, one set an environment.

use rusqlite::OptionalExtension as _;

use super::{Result, Store, Tx, encode};

impl Tx<'_> {
    /// Keeps the sealed API keys of an environment.
    pub fn set_credentials(&mut self, environment: &str, sealed: &[u8]) -> Result<()> {
        let sql = "INSERT INTO credentials (environment, sealed, updated_at) VALUES (?1, ?2, ?3)
                   ON CONFLICT (environment) DO UPDATE SET sealed = ?2, updated_at = ?3";
        self.db.prepare_cached(sql)?.execute((environment, sealed, encode::millis(self.at)))?;
        Ok(())
    }

    /// Forgets the API keys of an environment; says whether there were any.
    pub fn forget_credentials(&mut self, environment: &str) -> Result<bool> {
        let sql = "DELETE FROM credentials WHERE environment = ?1";
        Ok(self.db.prepare_cached(sql)?.execute([environment])? == 1)
    }
}

impl Store {
    /// The sealed API keys of an environment.
    pub fn credentials(&self, environment: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT sealed FROM credentials WHERE environment = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([environment], |row| row.get(0)).optional()?)
    }

    /// The environments that API keys are kept for.
    pub fn credential_environments(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare_cached("SELECT environment FROM credentials ORDER BY environment")?;
        let environments = statement.query_map([], |row| row.get(0))?;
        Ok(environments.collect::<std::result::Result<_, _>>()?)
    }
}
