//! Which of the provider's environments a vault belongs to; banks of two never share a vault.

use super::{Result, Store, StoreError, Tx};
use crate::domain::{ids::ProviderAccountId, money::Currency};

impl Store {
    /// `sandbox` or `production`.
    pub fn environment(&self) -> Result<String> {
        let found: Option<String> = self.db.query_row("SELECT environment FROM vault", [], |row| row.get(0))?;
        found.ok_or_else(|| StoreError::Damaged("it names no environment".to_owned()))
    }

    /// Currencies of the accounts that came from a provider, for rows that name none.
    pub fn account_currencies<C: FromIterator<(ProviderAccountId, Currency)>>(&self) -> Result<C> {
        let sql = "SELECT a.provider_id, y.code, y.exponent, y.official
                   FROM accounts a JOIN currencies y ON y.id = a.currency WHERE a.provider_id IS NOT NULL";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut known = Vec::new();
        while let Some(row) = rows.next()? {
            let currency = super::encode::currency(&row.get::<_, String>(1)?, row.get(2)?, row.get(3)?)?;
            known.push((ProviderAccountId(row.get(0)?), currency));
        }
        Ok(known.into_iter().collect())
    }
}

impl Tx<'_> {
    /// Says which environment the vault belongs to; once, when it is made.
    pub fn set_environment(&mut self, environment: &str) -> Result<()> {
        self.db.execute("UPDATE vault SET environment = ?1 WHERE environment IS NULL", [environment])?;
        Ok(())
    }
}
