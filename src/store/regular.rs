//! What the last look through the history found of regular payments, and what it looked at.
//!
//! Invariant: what was found and what it was found in are written together, so that a book which changed since, by whatever
//! hand, is known by its digests.

use rusqlite::{OptionalExtension as _, Row, params};

use super::{Result, Store, StoreError, Tx, alerts, dictionary::Dictionary, digests::Digests, encode, products};
use crate::domain::{
    alerts::{AlertKind, Regular},
    dates::Date,
    ids::AccountId,
    money::Money,
};

/// A look: on a day, at certain transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    day: Date,
    transactions: [u8; 32],
}

impl Store {
    /// The look that would be taken on a day.
    pub fn look(&self, day: Date) -> Result<Look> {
        let transactions = Digests::new(&self.keys.digest).of_transactions(&self.db)?;
        Ok(Look { day, transactions })
    }

    /// The last look that was taken.
    pub fn last_look(&self) -> Result<Option<Look>> {
        let mut statement = self.db.prepare_cached("SELECT date, transactions FROM looks")?;
        let found = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        found.map(|(day, transactions)| Ok(Look { day: encode::date(day)?, transactions })).transpose()
    }

    /// What it found.
    pub fn regular_alerts(&self) -> Result<Vec<Regular>> {
        let mut statement = self.db.prepare_cached(
            "SELECT r.kind, y.code, y.exponent, y.official, p.name, r.account, r.amount, r.amount_before, r.date, r.until
             FROM regular_alerts r JOIN payees p ON p.id = r.payee JOIN currencies y ON y.id = r.currency",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(regular(row)?);
        }
        Ok(found)
    }
}

fn regular(row: &Row<'_>) -> Result<Regular> {
    let (word, currency): (String, _) = (row.get(0)?, products::currency(row, 1)?);
    let kind = AlertKind::REGULAR.into_iter().find(|kind| kind.as_str() == word);
    Ok(Regular {
        kind: kind.ok_or_else(|| StoreError::Damaged(format!("{word:?} is no alert of a regular payment")))?,
        payee: row.get(4)?,
        account: AccountId(row.get(5)?),
        amount: Money::new(row.get(6)?, currency),
        before: row.get::<_, Option<i64>>(7)?.map(|minor| Money::new(minor, currency)),
        date: encode::date(row.get(8)?)?,
        until: encode::date(row.get(9)?)?,
    })
}

impl Tx<'_> {
    /// Keeps what a look found in place of what the one before it had found; without a look the next sync looks again.
    pub fn keep_regular(&mut self, found: &[Regular], look: Option<&Look>) -> Result<()> {
        let mut rows = Vec::with_capacity(found.len());
        for one in found {
            let payee = Dictionary::payee(self.db, &mut self.digests, &one.payee)?;
            rows.push((one, payee, self.dictionary.currency(self.db, &mut self.digests, one.amount.currency)?));
        }
        self.cover_alerts(alerts::REGULAR, |tx| {
            tx.db.prepare_cached("DELETE FROM regular_alerts")?.execute([])?;
            let mut statement = tx.db.prepare_cached(
                "INSERT INTO regular_alerts (kind, payee, account, currency, amount, amount_before, date, until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for (one, payee, currency) in rows {
                let (date, until) = (encode::day(one.date), encode::day(one.until));
                let before = one.before.map(|money| money.minor);
                let account = one.account.0;
                statement.execute(params![
                    one.kind.as_str(),
                    payee,
                    account,
                    currency,
                    one.amount.minor,
                    before,
                    date,
                    until
                ])?;
            }
            Ok(())
        })?;
        self.cover_alerts(alerts::LOOKS, |tx| {
            tx.db.prepare_cached("DELETE FROM looks")?.execute([])?;
            if let Some(Look { day, transactions }) = look {
                let sql = "INSERT INTO looks (id, date, transactions) VALUES (1, ?1, ?2)";
                tx.db.prepare_cached(sql)?.execute((encode::day(*day), transactions))?;
            }
            Ok(())
        })
    }
}
