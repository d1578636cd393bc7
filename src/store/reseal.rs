//! Sealing again: every secret of the banks in the book under another key, in one transaction.
//!
//! Invariant: all places that hold a sealed secret are listed here.

use super::{Result, StoreError, Tx};

/// What a sealed secret is and belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Sealed<'a> {
    /// An access token.
    Token {
        /// Of this item.
        item_id: &'a str,
        /// In this environment.
        environment: &'a str,
    },
    /// What opens a link session that is under way.
    Flow {
        /// In this environment.
        environment: &'a str,
    },
    /// The Plaid client's credentials.
    Client {
        /// For this environment.
        environment: &'a str,
    },
}

const PLACES: [(&str, &str); 3] = [
    (
        "SELECT id, item_id, environment, token FROM connections WHERE token IS NOT NULL",
        "UPDATE connections SET token = ?2 WHERE id = ?1",
    ),
    (
        "SELECT id, NULL, environment, sealed FROM link_intents WHERE length(sealed) > 0",
        "UPDATE link_intents SET sealed = ?2 WHERE id = ?1",
    ),
    ("SELECT rowid, NULL, environment, sealed FROM credentials", "UPDATE credentials SET sealed = ?2 WHERE rowid = ?1"),
];

impl Tx<'_> {
    /// Replaces each sealed secret by what `again` makes of it, if it makes anything, and tells how many it replaced.
    pub fn reseal<E: From<StoreError>>(
        &mut self,
        again: impl Fn(Sealed<'_>, &[u8]) -> std::result::Result<Option<Vec<u8>>, E>,
    ) -> std::result::Result<u64, E> {
        let mut count = 0;
        for (index, (select, update)) in PLACES.iter().enumerate() {
            for (id, item_id, environment, sealed) in self.sealed(select)? {
                let environment = environment.as_str();
                let place = match (index, item_id.as_deref()) {
                    (0, Some(item_id)) => Sealed::Token { item_id, environment },
                    (2, _) => Sealed::Client { environment },
                    _ => Sealed::Flow { environment },
                };
                if let Some(fresh) = again(place, &sealed)? {
                    self.db.execute(update, (id, fresh)).map_err(StoreError::from)?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    #[expect(clippy::type_complexity, reason = "one row of four columns, used once")]
    fn sealed(&self, select: &str) -> Result<Vec<(i64, Option<String>, String, Vec<u8>)>> {
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }
}
