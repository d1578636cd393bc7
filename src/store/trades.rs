//! Trades of investment accounts: what the bank said of the days it was asked for, replaced as a whole by what it says next.
//!
//! Invariant: every row is in the digest of its account, beside its debts and holdings.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::{Result, Store, Tx, encode, products};
use crate::domain::{
    ids::{AccountId, ConnectionId},
    money::Money,
    products::{Security, TRADE_DAYS, Trades},
    views::TradeView,
};

/// What digests cover, in the order that is hashed; the account comes first.
pub(crate) const COVERED: (&str, &str) = (
    "trades",
    "SELECT account, provider_id, date, security, ticker, kind, subtype, name, quantity, price, currency, amount, fees FROM trades",
);

impl Tx<'_> {
    /// Replaces the trades from a day on; older ones stay.
    pub(crate) fn set_trades(&mut self, connection: ConnectionId, found: &Trades) -> Result<()> {
        let since = encode::day(found.since);
        for account in self.account_ids(connection)? {
            let asked = format!("{} WHERE account = ?1 AND date >= {since}", COVERED.1);
            self.digests.take_rows(self.db, (products::place(account), COVERED.0), &asked, [account])?;
            let sql = "DELETE FROM trades WHERE account = ?1 AND date >= ?2";
            self.db.prepare_cached(sql)?.execute((account, since))?;
        }
        let names: HashMap<&str, &Security> = found.securities.iter().map(|one| (one.id.as_str(), one)).collect();
        for trade in &found.trades {
            let Some(account) = self.known_account(connection, &trade.account)? else { continue };
            let currency = self.dictionary.currency(self.db, &mut self.digests, trade.amount.currency)?;
            let security = trade.security.as_deref().and_then(|id| names.get(id));
            let fresh = self
                .db
                .prepare_cached(
                    "INSERT OR IGNORE INTO trades (account, provider_id, date, security, ticker, kind, subtype, name, quantity,
                       price, currency, amount, fees)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                )?
                .execute(params![
                    account,
                    trade.id,
                    encode::day(trade.date),
                    security.and_then(|one| one.name.as_ref()),
                    security.and_then(|one| one.ticker.as_ref()),
                    trade.kind,
                    trade.subtype,
                    trade.name,
                    trade.quantity,
                    trade.price,
                    currency,
                    trade.amount.minor,
                    trade.fees.map(|fees| fees.minor),
                ])?;
            if fresh == 1 {
                let row = format!("{} WHERE id = {}", COVERED.1, self.db.last_insert_rowid());
                self.digests.add_table(self.db, products::place(account), COVERED.0, &row)?;
            }
        }
        Ok(())
    }

    /// Hands the trades of an account to the one that goes on in its stead: from a day on the new ones count, and the old ones lie
    /// with the shell; those before, of which the new connection knows nothing, stay. As long as it told none, the old ones count.
    pub(crate) fn join_trades(&mut self, kept: i64, shell: i64, since: i64) -> Result<()> {
        self.change_trades([kept, shell], |db| {
            let sql = "SELECT EXISTS (SELECT 1 FROM trades WHERE account = ?1)";
            if db.prepare_cached(sql)?.query_row([shell], |row| row.get(0))? {
                return exchange(db, kept, shell, since);
            }
            let sql = format!(
                "INSERT INTO trades (account, {TOLD}) SELECT ?2, {TOLD} FROM trades WHERE account = ?1 AND date >= ?3"
            );
            db.prepare_cached(&sql)?.execute((kept, shell, since))?;
            Ok(())
        })
    }

    /// Takes that back.
    pub(crate) fn part_trades(&mut self, kept: i64, shell: i64, since: i64) -> Result<()> {
        self.change_trades([kept, shell], |db| {
            // Old ones that counted until now lie with the shell as well.
            let sql = "DELETE FROM trades WHERE account = ?1 AND date >= ?3
                       AND provider_id IN (SELECT provider_id FROM trades WHERE account = ?2)";
            db.prepare_cached(sql)?.execute((kept, shell, since))?;
            exchange(db, kept, shell, since)
        })
    }

    /// Changes the trades of two accounts, and their digests with them.
    fn change_trades(&mut self, accounts: [i64; 2], change: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
        let (table, covered) = COVERED;
        for account in accounts {
            let rows = format!("{covered} WHERE account = ?1");
            self.digests.take_rows(self.db, (products::place(account), table), &rows, [account])?;
        }
        change(self.db)?;
        for account in accounts {
            let rows = format!("{covered} WHERE account = {account}");
            self.digests.add_table(self.db, products::place(account), table, &rows)?;
        }
        Ok(())
    }
}

/// The first day of which a connection can be told trades that was made on a day.
pub(crate) fn reach(made: i64) -> Result<i64> {
    let day = encode::date(made)?;
    Ok(encode::day(day.saturating_sub(jiff::Span::new().days(TRADE_DAYS))))
}

/// The columns of a trade without its account.
const TOLD: &str = "provider_id, date, security, ticker, kind, subtype, name, quantity, price, currency, amount, fees";

/// Exchanges the trades of two accounts from a day on. The ids of one side are marked meanwhile, because both may have the same.
fn exchange(db: &Connection, one: i64, other: i64, since: i64) -> Result<()> {
    for sql in [
        "UPDATE trades SET account = ?2, provider_id = char(1) || provider_id WHERE account = ?1 AND date >= ?3",
        "UPDATE trades SET account = ?1 WHERE account = ?2 AND date >= ?3 AND provider_id NOT LIKE char(1) || '%'",
        "UPDATE trades SET provider_id = substr(provider_id, 2)
         WHERE account = ?2 AND date >= ?3 AND provider_id LIKE char(1) || '%'",
    ] {
        db.prepare_cached(sql)?.execute((one, other, since))?;
    }
    Ok(())
}

impl Store {
    /// All trades of accounts that are not closed, newest first.
    pub fn trades(&self) -> Result<Vec<TradeView>> {
        let mut statement = self.db.prepare_cached(
            "SELECT t.account, y.code, y.exponent, y.official, t.date, t.security, t.ticker, t.kind, t.subtype, t.name, t.quantity,
                    t.price, t.amount, t.fees
             FROM trades t JOIN currencies y ON y.id = t.currency JOIN accounts a ON a.id = t.account
             WHERE a.placeholder < 2 AND NOT a.closed AND a.vanished_at IS NULL ORDER BY t.date DESC, t.account, t.id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency = products::currency(row, 1)?;
            found.push(TradeView {
                account: AccountId(row.get(0)?),
                date: encode::date(row.get(4)?)?,
                security: row.get(5)?,
                ticker: row.get(6)?,
                kind: row.get(7)?,
                subtype: row.get(8)?,
                name: row.get(9)?,
                quantity: row.get(10)?,
                price: row.get(11)?,
                amount: Money::new(row.get(12)?, currency),
                fees: row.get::<_, Option<i64>>(13)?.map(|minor| Money::new(minor, currency)),
            });
        }
        Ok(found)
    }
}
