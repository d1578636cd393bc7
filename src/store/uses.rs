//! What the audit trail knows of keys: when each was used, and which generation of the key file it has heard of.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension as _;

use super::{Result, Store, encode};
use crate::domain::dates::Timestamp;

/// The last entry of an action.
pub(crate) const LAST_ENTRY: &str = "SELECT at FROM audit WHERE action = ?1 ORDER BY seq DESC LIMIT 1";

impl Store {
    /// When each slot last entered something, by the slot's id.
    pub fn key_uses(&self) -> Result<BTreeMap<String, Timestamp>> {
        let sql = "SELECT detail ->> '$.key', max(at) FROM audit WHERE detail ->> '$.key' IS NOT NULL GROUP BY 1";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut uses = BTreeMap::new();
        while let Some(row) = rows.next()? {
            uses.insert(row.get(0)?, encode::instant(row.get(1)?)?);
        }
        Ok(uses)
    }

    /// When an act was last entered.
    pub fn last_entry_at(&self, action: &str) -> Result<Option<Timestamp>> {
        let found: Option<i64> = self.db.query_row(LAST_ENTRY, [action], |row| row.get(0)).optional()?;
        found.map(encode::instant).transpose()
    }

    /// The generation of the key file that the last change of keys led to; 1 if there was none.
    pub fn key_generation(&self) -> Result<u64> {
        let sql = "SELECT detail ->> '$.gen' FROM audit WHERE action GLOB 'keys.*' AND detail ->> '$.gen' IS NOT NULL
                   ORDER BY seq DESC LIMIT 1";
        let found: Option<i64> = self.db.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(found.map_or(1, i64::unsigned_abs))
    }
}
