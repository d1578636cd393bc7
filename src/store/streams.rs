//! Payments that come back by the bank's own word, replaced as a whole by what it says next.
//!
//! Invariant: every row is in the digest of its account, beside its debts and holdings.

use rusqlite::params;

use super::{Result, Store, Tx, encode, products};
use crate::domain::{
    dates::Timestamp,
    ids::{AccountId, ConnectionId},
    money::Money,
    products::{BankStream, Regular},
    views::BankStreamView,
};

/// What digests cover, in the order that is hashed; the account comes first.
pub(crate) const COVERED: (&str, &str) = (
    "streams",
    "SELECT account, provider_id, label, frequency, status, active, currency, amount, average, first, last, next, as_of FROM streams",
);

impl Tx<'_> {
    /// Replaces the streams of a connection. An account's streams are of one currency each, which need not be the account's.
    pub(crate) fn set_streams(
        &mut self,
        connection: ConnectionId,
        found: &[BankStream],
        as_of: Timestamp,
    ) -> Result<()> {
        let accounts = self.account_ids(connection)?;
        for account in &accounts {
            self.clear(COVERED, *account)?;
        }
        for stream in found {
            let Some(account) = self.known_account(connection, &stream.account)? else { continue };
            let regular = &stream.regular;
            let currency = self.dictionary.currency(self.db, &mut self.digests, regular.amount.currency)?;
            self.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO streams (account, provider_id, label, frequency, status, active, currency, amount,
                       average, first, last, next, as_of)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                )?
                .execute(params![
                    account,
                    stream.id,
                    regular.label,
                    regular.frequency,
                    regular.status,
                    regular.active,
                    currency,
                    regular.amount.minor,
                    regular.average.minor,
                    encode::day(regular.first),
                    encode::day(regular.last),
                    regular.next.map(encode::day),
                    encode::millis(as_of),
                ])?;
        }
        accounts.into_iter().try_for_each(|account| self.cover(COVERED, account))
    }
}

impl Store {
    /// The streams of accounts that are not closed: those that go on first, then by name.
    pub fn bank_streams(&self) -> Result<Vec<BankStreamView>> {
        let mut statement = self.db.prepare_cached(
            "SELECT s.account, y.code, y.exponent, y.official, s.label, s.frequency, s.status, s.active, s.amount, s.average,
                    s.first, s.last, s.next, s.as_of
             FROM streams s JOIN currencies y ON y.id = s.currency JOIN accounts a ON a.id = s.account
             WHERE NOT a.closed AND a.vanished_at IS NULL ORDER BY s.active DESC, s.label, s.account, s.provider_id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency = products::currency(row, 1)?;
            found.push(BankStreamView {
                account: AccountId(row.get(0)?),
                regular: Regular {
                    label: row.get(4)?,
                    frequency: row.get(5)?,
                    status: row.get(6)?,
                    active: row.get(7)?,
                    amount: Money::new(row.get(8)?, currency),
                    average: Money::new(row.get(9)?, currency),
                    first: encode::date(row.get(10)?)?,
                    last: encode::date(row.get(11)?)?,
                    next: products::day(row, 12)?,
                },
                as_of: encode::instant(row.get(13)?)?,
            });
        }
        Ok(found)
    }
}
