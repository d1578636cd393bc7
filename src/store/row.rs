//! One row of `transactions`: written, read, compared and digested here and nowhere else.
//!
//! Invariant: [`Row`] holds every column, so that a digest covers all of them.

use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, params};

use super::{
    Result, StoreError,
    digests::{Area, Canonical, Digests, Place},
    encode,
};

/// What the provider said, in the numbers of the dictionaries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    pub(crate) account: i64,
    pub(crate) date: i64,
    pub(crate) amount: i64,
    pub(crate) currency: i64,
    pub(crate) state: i64,
    pub(crate) phrase: i64,
    pub(crate) digits: Option<String>,
    pub(crate) source: i64,
    pub(crate) provider_id: Option<String>,
    pub(crate) pending_id: Option<String>,
    pub(crate) authorized_date: Option<i64>,
    pub(crate) datetime: Option<i64>,
    pub(crate) authorized_datetime: Option<i64>,
    pub(crate) category: Option<i64>,
    pub(crate) confidence: Option<i64>,
    pub(crate) taxonomy: Option<i64>,
    pub(crate) channel: Option<i64>,
    pub(crate) original: Option<String>,
    pub(crate) check_number: Option<String>,
    pub(crate) parties: Option<i64>,
    pub(crate) place: Option<i64>,
    pub(crate) details: Option<String>,
}

/// A whole row: the facts, and what follows from them and the owner's edits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) facts: Facts,
    pub(crate) hash: Option<i64>,
    pub(crate) kind: i64,
    pub(crate) category: Option<i64>,
    pub(crate) payee: i64,
}

/// A SELECT of whole rows; the condition is what follows WHERE.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, account, date, amount, currency, state, phrase, digits, source, provider_id, pending_id,
             authorized_date, datetime, authorized_datetime, provider_category, confidence, taxonomy, channel, original,
             check_number, parties, place, details, provider_hash, kind, category, payee FROM transactions WHERE ",
            $condition
        )
    };
}
pub(crate) use select;

impl Row {
    /// Reads a row selected with [`select!`].
    pub(crate) fn read(row: &SqlRow<'_>) -> rusqlite::Result<Self> {
        let facts = Facts {
            account: row.get(1)?,
            date: row.get(2)?,
            amount: row.get(3)?,
            currency: row.get(4)?,
            state: row.get(5)?,
            phrase: row.get(6)?,
            digits: row.get(7)?,
            source: row.get(8)?,
            provider_id: row.get(9)?,
            pending_id: row.get(10)?,
            authorized_date: row.get(11)?,
            datetime: row.get(12)?,
            authorized_datetime: row.get(13)?,
            category: row.get(14)?,
            confidence: row.get(15)?,
            taxonomy: row.get(16)?,
            channel: row.get(17)?,
            original: row.get(18)?,
            check_number: row.get(19)?,
            parties: row.get(20)?,
            place: row.get(21)?,
            details: row.get(22)?,
        };
        let hash = row.get(23)?;
        Ok(Self { id: row.get(0)?, facts, hash, kind: row.get(24)?, category: row.get(25)?, payee: row.get(26)? })
    }

    /// Where the row's digest is kept.
    pub(crate) fn place(&self) -> Place {
        let Facts { account, date, .. } = self.facts;
        Place { area: Area::Transactions, account, month: encode::month(date) }
    }

    /// What the row's digest covers: everything.
    pub(crate) fn canonical(&self) -> Canonical {
        let f = &self.facts;
        Canonical::of("transactions")
            .int(self.id)
            .int(f.account)
            .int(f.date)
            .int(f.amount)
            .int(f.currency)
            .int(f.state)
            .int(f.phrase)
            .text(f.digits.as_deref())
            .int(f.source)
            .text(f.provider_id.as_deref())
            .text(f.pending_id.as_deref())
            .int(f.authorized_date)
            .int(f.datetime)
            .int(f.authorized_datetime)
            .int(f.category)
            .int(f.confidence)
            .int(f.taxonomy)
            .int(f.channel)
            .text(f.original.as_deref())
            .text(f.check_number.as_deref())
            .int(f.parties)
            .int(f.place)
            .text(f.details.as_deref())
            .int(self.hash)
            .int(self.kind)
            .int(self.category)
            .int(self.payee)
    }

    /// Inserts the row under the next id, which it then has.
    pub(crate) fn insert(&mut self, db: &Connection, digests: &mut Digests) -> Result<()> {
        let sql = "INSERT INTO transactions (id, account, date, amount, currency, state, phrase, digits, source,
             provider_id, pending_id, authorized_date, datetime, authorized_datetime, provider_category, confidence,
             taxonomy, channel, original, check_number, parties, place, details, provider_hash, kind, category, payee)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
             ?22, ?23, ?24, ?25, ?26, ?27)";
        self.execute(db, sql, None)?;
        self.id = db.last_insert_rowid();
        digests.add(self.place(), &self.canonical());
        Ok(())
    }

    /// Writes the row over `old`, which has the same id; nothing happens when they are equal.
    pub(crate) fn update(&self, old: &Self, db: &Connection, digests: &mut Digests) -> Result<bool> {
        if self == old {
            return Ok(false);
        }
        let sql = "UPDATE transactions SET account = ?2, date = ?3, amount = ?4, currency = ?5, state = ?6,
             phrase = ?7, digits = ?8, source = ?9, provider_id = ?10, pending_id = ?11, authorized_date = ?12,
             datetime = ?13, authorized_datetime = ?14, provider_category = ?15, confidence = ?16, taxonomy = ?17,
             channel = ?18, original = ?19, check_number = ?20, parties = ?21, place = ?22, details = ?23,
             provider_hash = ?24, kind = ?25, category = ?26, payee = ?27 WHERE id = ?1";
        if self.execute(db, sql, Some(self.id))? != 1 {
            return Err(StoreError::Damaged(format!("transaction t{} is gone", self.id)));
        }
        digests.take(old.place(), &old.canonical());
        digests.add(self.place(), &self.canonical());
        Ok(true)
    }

    fn execute(&self, db: &Connection, sql: &str, id: Option<i64>) -> Result<usize> {
        let f = &self.facts;
        Ok(db.prepare_cached(sql)?.execute(params![
            id,
            f.account,
            f.date,
            f.amount,
            f.currency,
            f.state,
            f.phrase,
            f.digits,
            f.source,
            f.provider_id,
            f.pending_id,
            f.authorized_date,
            f.datetime,
            f.authorized_datetime,
            f.category,
            f.confidence,
            f.taxonomy,
            f.channel,
            f.original,
            f.check_number,
            f.parties,
            f.place,
            f.details,
            self.hash,
            self.kind,
            self.category,
            self.payee,
        ])?)
    }

    /// Deletes the row for good: one that nobody has seen yet, or one that its owner wants gone.
    pub(crate) fn delete(&self, db: &Connection, digests: &mut Digests) -> Result<()> {
        db.prepare_cached("DELETE FROM transactions WHERE id = ?1")?.execute([self.id])?;
        digests.take(self.place(), &self.canonical());
        Ok(())
    }
}

/// The row of an id.
pub(crate) fn by_id(db: &Connection, id: i64) -> Result<Option<Row>> {
    Ok(db.prepare_cached(select!("id = ?1"))?.query_row([id], Row::read).optional()?)
}

/// The row of a provider's id, given the hash of it within its connection.
pub(crate) fn by_provider_id(db: &Connection, hash: i64, provider_id: &str) -> Result<Option<Row>> {
    let mut statement = db.prepare_cached(select!("provider_hash = ?1 AND provider_id = ?2"))?;
    Ok(statement.query_row((hash, provider_id), Row::read).optional()?)
}
