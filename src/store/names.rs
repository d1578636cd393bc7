//! What the row numbers of listed transactions stand for, each read once a list.
//!
//! Invariant: memory is bounded, however many different names a list has.

use rusqlite::Connection;

use super::{Result, StoreError, numbers::NumberMap, sums};
use crate::domain::{categories, money::Currency};

/// So many names of a kind are kept; then the list begins anew.
const KEPT: usize = 8192;

/// A category by its code and as people read it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A description without its digits, and whether the provider named a merchant with it.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) stem: String,
    pub(crate) merchant: bool,
}

/// The names met so far.
pub(crate) struct Names<'a> {
    db: &'a Connection,
    currencies: Vec<(i64, Currency)>,
    accounts: NumberMap<i64, String>,
    categories: NumberMap<i64, Named>,
    words: NumberMap<i64, String>,
    payees: NumberMap<i64, String>,
    phrases: NumberMap<i64, Text>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(db: &'a Connection) -> Result<Self> {
        Ok(Self {
            db,
            currencies: sums::currencies(db)?,
            accounts: NumberMap::default(),
            categories: NumberMap::default(),
            words: NumberMap::default(),
            payees: NumberMap::default(),
            phrases: NumberMap::default(),
        })
    }

    pub(crate) fn currency(&self, id: i64) -> Result<Currency> {
        sums::currency(&self.currencies, id)
    }

    pub(crate) fn account(&mut self, id: i64) -> Result<&str> {
        let sql = "SELECT coalesce(user_name, name) FROM accounts WHERE id = ?1";
        known(&mut self.accounts, id, || one(self.db, sql, id)).map(String::as_str)
    }

    pub(crate) fn category(&mut self, id: i64) -> Result<&Named> {
        known(&mut self.categories, id, || {
            let code: String = one(self.db, "SELECT code FROM categories WHERE id = ?1", id)?;
            Ok(Named { name: categories::name_of(&code).into_owned(), id: code })
        })
    }

    pub(crate) fn word(&mut self, id: i64) -> Result<String> {
        known(&mut self.words, id, || one(self.db, "SELECT word FROM words WHERE id = ?1", id)).cloned()
    }

    pub(crate) fn payee(&mut self, id: i64) -> Result<&str> {
        let sql = "SELECT name FROM payees WHERE id = ?1";
        known(&mut self.payees, id, || one(self.db, sql, id)).map(String::as_str)
    }

    pub(crate) fn phrase(&mut self, id: i64) -> Result<&Text> {
        let sql = "SELECT stem, merchant IS NOT NULL FROM phrases WHERE id = ?1";
        known(&mut self.phrases, id, || {
            let mut statement = self.db.prepare_cached(sql)?;
            let found = statement.query_row([id], |row| Ok(Text { stem: row.get(0)?, merchant: row.get(1)? }));
            found.map_err(|error| missing(error, id))
        })
    }
}

fn known<T>(map: &mut NumberMap<i64, T>, id: i64, read: impl FnOnce() -> Result<T>) -> Result<&T> {
    use std::collections::hash_map::Entry;
    if map.len() >= KEPT && !map.contains_key(&id) {
        map.clear();
    }
    match map.entry(id) {
        Entry::Occupied(entry) => Ok(entry.into_mut()),
        Entry::Vacant(entry) => Ok(entry.insert(read()?)),
    }
}

fn one(db: &Connection, sql: &str, id: i64) -> Result<String> {
    db.prepare_cached(sql)?.query_row([id], |row| row.get(0)).map_err(|error| missing(error, id))
}

fn missing(error: rusqlite::Error, id: i64) -> StoreError {
    match error {
        rusqlite::Error::QueryReturnedNoRows => StoreError::Damaged(format!("a name with the number {id} is missing")),
        other => other.into(),
    }
}
