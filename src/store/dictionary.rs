//! Dictionaries: words that repeat become small integers (categories, merchants, phrases, documents …).
//!
//! Each has a cache of bounded size, so that memory does not grow with history. Invariant: a dictionary row never
//! changes once it is there, so its digest is only ever added to.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Params};
use serde::Serialize;

use super::{
    Result,
    digests::{Area, Canonical, Digests, Place},
    encode, phrase,
};
use crate::domain::{money::Currency, transfers::Meaning};

/// Entries a cache holds before it is emptied.
const CACHE: usize = 10_000;

/// A category's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) id: i64,
    pub(crate) meaning: Meaning,
}

/// A phrase's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhraseEntry {
    pub(crate) id: i64,
    /// The payee that the provider's facts come to.
    pub(crate) payee: i64,
}

/// The merchant of a transaction, as the provider names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Merchant<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) entity_id: Option<&'a str>,
    pub(crate) website: Option<&'a str>,
}

/// The dictionaries of one transaction.
#[derive(Default)]
pub(crate) struct Dictionary {
    currencies: HashMap<Currency, i64>,
    categories: HashMap<String, Category>,
    meanings: HashMap<i64, Meaning>,
    words: HashMap<String, i64>,
    phrases: HashMap<String, PhraseEntry>,
    documents: HashMap<Vec<u8>, i64>,
    scratch: String,
    json: Vec<u8>,
}

fn bounded<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= CACHE {
        map.clear();
    }
}

fn find(connection: &Connection, sql: &str, params: impl Params) -> Result<Option<i64>> {
    Ok(connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?)
}

fn insert(connection: &Connection, sql: &str, params: impl Params) -> Result<i64> {
    connection.prepare_cached(sql)?.execute(params)?;
    Ok(connection.last_insert_rowid())
}

impl Dictionary {
    /// The number of a currency.
    pub(crate) fn currency(&mut self, db: &Connection, digests: &mut Digests, currency: Currency) -> Result<i64> {
        if let Some(id) = self.currencies.get(&currency) {
            return Ok(*id);
        }
        let (code, exponent) = (currency.code(), i64::from(currency.exponent()));
        let official = i64::from(currency.is_official());
        let found = find(db, "SELECT id FROM currencies WHERE code = ?1 AND official = ?2", (code, official))?;
        let id = if let Some(id) = found {
            id
        } else {
            let sql = "INSERT INTO currencies (code, exponent, official) VALUES (?1, ?2, ?3)";
            let id = insert(db, sql, (code, exponent, official))?;
            let row = Canonical::of("currencies").int(id).text(Some(code)).int(exponent).int(official);
            digests.add(Place::of(Area::Dictionaries), &row);
            id
        };
        self.currencies.insert(currency, id);
        Ok(id)
    }

    /// The number of a category by its detailed value; `main` is its primary group.
    pub(crate) fn category(
        &mut self,
        db: &Connection,
        digests: &mut Digests,
        code: &str,
        main: &str,
    ) -> Result<Category> {
        if let Some(entry) = self.categories.get(code) {
            return Ok(*entry);
        }
        let id = if let Some(id) = find(db, "SELECT id FROM categories WHERE code = ?1", [code])? {
            id
        } else {
            let id = insert(db, "INSERT INTO categories (code, main) VALUES (?1, ?2)", [code, main])?;
            let row = Canonical::of("categories").int(id).text(Some(code)).text(Some(main));
            digests.add(Place::of(Area::Dictionaries), &row);
            id
        };
        let entry = Category { id, meaning: Meaning::of(Some(code)) };
        bounded(&mut self.categories);
        self.categories.insert(code.to_owned(), entry);
        Ok(entry)
    }

    /// What the category of that number says.
    pub(crate) fn meaning(&mut self, db: &Connection, category: Option<i64>) -> Result<Meaning> {
        let Some(id) = category else { return Ok(Meaning::Unknown) };
        if let Some(meaning) = self.meanings.get(&id) {
            return Ok(*meaning);
        }
        let code: String =
            db.prepare_cached("SELECT code FROM categories WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
        let meaning = Meaning::of(Some(&code));
        bounded(&mut self.meanings);
        self.meanings.insert(id, meaning);
        Ok(meaning)
    }

    /// The number of a short word of the provider.
    pub(crate) fn word(&mut self, db: &Connection, digests: &mut Digests, word: Option<&str>) -> Result<Option<i64>> {
        let Some(word) = word else { return Ok(None) };
        if let Some(id) = self.words.get(word) {
            return Ok(Some(*id));
        }
        let id = if let Some(id) = find(db, "SELECT id FROM words WHERE word = ?1", [word])? {
            id
        } else {
            let id = insert(db, "INSERT INTO words (word) VALUES (?1)", [word])?;
            digests.add(Place::of(Area::Dictionaries), &Canonical::of("words").int(id).text(Some(word)));
            id
        };
        bounded(&mut self.words);
        self.words.insert(word.to_owned(), id);
        Ok(Some(id))
    }

    /// The number of a payee by name.
    pub(crate) fn payee(db: &Connection, digests: &mut Digests, name: &str) -> Result<i64> {
        if let Some(id) = find(db, "SELECT id FROM payees WHERE name = ?1", [name])? {
            return Ok(id);
        }
        let id = insert(db, "INSERT INTO payees (name, folded) VALUES (?1, ?2)", [name, &encode::fold(name)])?;
        digests.add(Place::of(Area::Dictionaries), &Canonical::of("payees").int(id).text(Some(name)));
        Ok(id)
    }

    /// The number of a stem with its merchant.
    pub(crate) fn phrase(
        &mut self,
        db: &Connection,
        digests: &mut Digests,
        stem: &str,
        merchant: Merchant<'_>,
    ) -> Result<PhraseEntry> {
        self.scratch.clear();
        for part in [Some(stem), merchant.name, merchant.entity_id, merchant.website] {
            self.scratch.push_str(part.unwrap_or_default());
            self.scratch.push('\0');
        }
        if let Some(entry) = self.phrases.get(self.scratch.as_str()) {
            return Ok(*entry);
        }
        let known = if merchant == Merchant::default() { None } else { Some(Self::merchant(db, digests, merchant)?) };
        let entry = if let Some(entry) = find_phrase(db, stem, known)? {
            entry
        } else {
            let name = merchant.name.map(str::trim).filter(|name| !name.is_empty());
            let name = name.map_or_else(|| phrase::payee(stem), str::to_owned);
            let payee = Self::payee(db, digests, &name)?;
            let sql = "INSERT INTO phrases (stem, folded, merchant, payee) VALUES (?1, ?2, ?3, ?4)";
            let id = insert(db, sql, (stem, encode::fold(stem), known, payee))?;
            let row = Canonical::of("phrases").int(id).text(Some(stem)).int(known).int(payee);
            digests.add(Place::of(Area::Dictionaries), &row);
            PhraseEntry { id, payee }
        };
        bounded(&mut self.phrases);
        self.phrases.insert(self.scratch.clone(), entry);
        Ok(entry)
    }

    fn merchant(db: &Connection, digests: &mut Digests, merchant: Merchant<'_>) -> Result<i64> {
        let Merchant { name, entity_id, website } = merchant;
        let parts = [name, entity_id, website].map(|part| part.filter(|text| !text.is_empty()));
        let sql = "SELECT id FROM merchants WHERE ifnull(name, '') = ?1 AND ifnull(entity_id, '') = ?2
                   AND ifnull(website, '') = ?3";
        if let Some(id) = find(db, sql, parts.map(Option::unwrap_or_default))? {
            return Ok(id);
        }
        let id = insert(db, "INSERT INTO merchants (name, entity_id, website) VALUES (?1, ?2, ?3)", parts)?;
        let row = Canonical::of("merchants").int(id).text(parts[0]).text(parts[1]).text(parts[2]);
        digests.add(Place::of(Area::Dictionaries), &row);
        Ok(id)
    }

    /// The number of a value's JSON text (counterparties, place).
    pub(crate) fn document(&mut self, db: &Connection, digests: &mut Digests, value: &impl Serialize) -> Result<i64> {
        self.json.clear();
        serde_json::to_writer(&mut self.json, value)?;
        if let Some(id) = self.documents.get(&self.json) {
            return Ok(*id);
        }
        let json = String::from_utf8_lossy(&self.json);
        let hash = encode::hash(0, &json);
        let id = if let Some(id) = find(db, "SELECT id FROM documents WHERE hash = ?1 AND json = ?2", (hash, &json))? {
            id
        } else {
            let id = insert(db, "INSERT INTO documents (hash, json) VALUES (?1, ?2)", (hash, &json))?;
            digests.add(Place::of(Area::Dictionaries), &Canonical::of("documents").int(id).text(Some(&json)));
            id
        };
        bounded(&mut self.documents);
        self.documents.insert(self.json.clone(), id);
        Ok(id)
    }

    /// The number of a tag; tags are the same without case, the first spelling stays.
    pub(crate) fn tag(db: &Connection, digests: &mut Digests, name: &str) -> Result<i64> {
        let folded = encode::fold(name);
        if let Some(id) = find(db, "SELECT id FROM tags WHERE folded = ?1", [&folded])? {
            return Ok(id);
        }
        let id = insert(db, "INSERT INTO tags (name, folded) VALUES (?1, ?2)", [name, &folded])?;
        digests.add(Place::of(Area::Dictionaries), &Canonical::of("tags").int(id).text(Some(name)));
        Ok(id)
    }
}

fn find_phrase(db: &Connection, stem: &str, merchant: Option<i64>) -> Result<Option<PhraseEntry>> {
    let mut statement =
        db.prepare_cached("SELECT id, payee FROM phrases WHERE stem = ?1 AND ifnull(merchant, 0) = ?2")?;
    let entry = statement
        .query_row((stem, merchant.unwrap_or(0)), |row| Ok(PhraseEntry { id: row.get(0)?, payee: row.get(1)? }));
    Ok(entry.optional()?)
}

/// The tables of [`Area::Dictionaries`] with the columns that their digests cover, in the order of [`Canonical`].
pub(crate) const TABLES: [(&str, &str); 8] = [
    ("currencies", "SELECT id, code, exponent, official FROM currencies"),
    ("categories", "SELECT id, code, main FROM categories"),
    ("words", "SELECT id, word FROM words"),
    ("payees", "SELECT id, name FROM payees"),
    ("phrases", "SELECT id, stem, merchant, payee FROM phrases"),
    ("merchants", "SELECT id, name, entity_id, website FROM merchants"),
    ("documents", "SELECT id, json FROM documents"),
    ("tags", "SELECT id, name FROM tags"),
];
