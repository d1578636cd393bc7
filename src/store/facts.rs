//! A transaction as the provider told it, put together again from its row and the dictionaries.
//!
//! Invariant: what was synced comes back equal, whatever the owner has written since.

use rusqlite::Connection;

use super::{Result, Store, StoreError, encode, phrase, row, sums};
use crate::domain::{
    ids::TransactionId,
    money::Money,
    transactions::{ProviderCategory, ProviderTransaction},
};

impl Store {
    /// Everything the provider said of a transaction, for `transactions show`; tombstones included.
    pub fn transaction_facts(&self, id: TransactionId) -> Result<ProviderTransaction> {
        let missing = || StoreError::NotFound { noun: "transaction", text: id.to_string() };
        let db = &self.db;
        let facts = row::by_id(db, id.0)?.ok_or_else(missing)?.facts;
        let (stem, [merchant, merchant_entity_id, website]) = text_of(db, facts.phrase)?;
        let account: Option<String> = one(db, "SELECT provider_id FROM accounts WHERE id = ?1", Some(facts.account))?;
        let category = match facts.category {
            Some(category) => Some(ProviderCategory {
                detailed: one(db, "SELECT code FROM categories WHERE id = ?1", Some(category))?.unwrap_or_default(),
                primary: one(db, "SELECT main FROM categories WHERE id = ?1", Some(category))?.unwrap_or_default(),
                confidence: word(db, facts.confidence)?,
                version: word(db, facts.taxonomy)?,
            }),
            None => None,
        };
        let document = |id| one(db, "SELECT json FROM documents WHERE id = ?1", id);
        let parse = |json: Option<String>| json.map(|json| serde_json::from_str(&json)).transpose();
        let details = facts.details.map(|json| serde_json::from_str(&json)).transpose()?;
        let description = phrase::join(&stem, facts.digits.as_deref());
        Ok(ProviderTransaction {
            id: facts.provider_id.unwrap_or_default().into(),
            account: account.unwrap_or_default().into(),
            pending_id: facts.pending_id.map(Into::into),
            date: encode::date(facts.date)?,
            authorized_date: facts.authorized_date.map(encode::date).transpose()?,
            datetime: encode::instant_opt(facts.datetime)?,
            authorized_datetime: encode::instant_opt(facts.authorized_datetime)?,
            amount: Money::new(facts.amount, sums::currency(&sums::currencies(db)?, facts.currency)?),
            status: encode::status(facts.state),
            original_description: facts.original,
            description,
            merchant,
            merchant_entity_id,
            website,
            payment_channel: word(db, facts.channel)?,
            check_number: facts.check_number,
            category,
            counterparties: match document(facts.parties)? {
                Some(json) => serde_json::from_str(&json)?,
                None => Vec::new(),
            },
            location: parse(document(facts.place)?)?,
            details: details.unwrap_or_default(),
        })
    }
}

/// The stem of a phrase, with its merchant's name, id and web site.
fn text_of(db: &Connection, phrase: i64) -> Result<(String, [Option<String>; 3])> {
    let sql = "SELECT h.stem, m.name, m.entity_id, m.website FROM phrases h LEFT JOIN merchants m ON m.id = h.merchant
               WHERE h.id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([phrase], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?])))?)
}

fn one(db: &Connection, sql: &str, id: Option<i64>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

fn word(db: &Connection, id: Option<i64>) -> Result<Option<String>> {
    one(db, "SELECT word FROM words WHERE id = ?1", id)
}
