//! Debts and holdings: what the bank said last, replaced as a whole by what it says next.
//!
//! Invariant: every row is in the digest of its account (securities in that of account 0), and there is nothing to keep an
//! account number or an address in.

use rusqlite::{Row, params};

use super::{
    Result, Store, StoreError, SyncRun, Tx,
    digests::{Area, Place},
    encode, streams, trades,
};
use crate::domain::{
    dates::{Date, Timestamp},
    ids::{AccountId, ConnectionId, ProviderAccountId},
    money::{Currency, Money},
    products::{Liability, LiabilityKind, Portfolio, Product, ProductFailure, ProductReport, Terms, is_failure},
    views::{HoldingView, LiabilityView, ProductView},
};

/// What digests cover, in the order that is hashed; the account comes first.
pub(crate) const COVERED: [(&str, &str); 4] = [
    (
        "liabilities",
        "SELECT account, currency, kind, rates, statement_balance, statement_date, minimum, due, overdue, past_due,
         last_payment, last_payment_date, as_of FROM liabilities",
    ),
    ("holdings", "SELECT account, security, currency, quantity, price, price_date, value, cost, as_of FROM holdings"),
    trades::COVERED,
    streams::COVERED,
];
/// The same for securities.
pub(crate) const COVERED_SECURITIES: &str = "SELECT id, connection, provider_id, name, ticker, kind FROM securities";

/// The place of an account's debts and holdings.
pub(crate) fn place(account: i64) -> Place {
    Place { area: Area::Products, account, month: 0 }
}

impl SyncRun<'_, '_> {
    /// Writes what the bank answered about a product; `read_at` is when it was last read itself, as far as that is known.
    pub fn product(&mut self, report: &ProductReport, read_at: Option<Timestamp>) -> Result<()> {
        let (connection, as_of) = (self.connection, read_at.map_or(self.tx.at, |at| at.min(self.tx.at)));
        match report {
            ProductReport::Liabilities(debts) => {
                self.tx.set_liabilities(connection, debts, as_of)?;
                self.tx.note_product(connection, Product::Liabilities, None)
            }
            ProductReport::Investments(portfolio) => {
                self.tx.set_portfolio(connection, portfolio, as_of)?;
                self.tx.note_product(connection, Product::Investments, None)
            }
            ProductReport::Trades(found) => {
                self.tx.set_trades(connection, found)?;
                self.tx.note_product(connection, Product::Trades, None)
            }
            ProductReport::Recurring(found) => {
                self.tx.set_streams(connection, found, as_of)?;
                self.tx.note_product(connection, Product::Recurring, None)
            }
            ProductReport::Nothing(product, code) => {
                if is_failure(code) {
                    self.counts.failed.push(ProductFailure { product: *product, code: code.clone() });
                }
                self.tx.note_product(connection, *product, Some(code))
            }
        }
    }
}

impl Tx<'_> {
    fn note_product(&mut self, connection: ConnectionId, product: Product, code: Option<&str>) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO products (connection, product, code, asked_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (connection, product) DO UPDATE SET code = ?3, asked_at = ?4",
            )?
            .execute(params![connection.0, product.as_str(), code, encode::millis(self.at)])?;
        Ok(())
    }

    /// Forgets what a bank said last of an account's debts, holdings and regular payments; it says them again at the next sync.
    pub(crate) fn forget_terms_and_holdings(&mut self, account: i64) -> Result<()> {
        [COVERED[0], COVERED[1], streams::COVERED].into_iter().try_for_each(|covered| self.clear(covered, account))
    }

    /// Takes the rows of one of the [`COVERED`] tables about an account.
    pub(super) fn clear(&mut self, (table, covered): (&str, &str), account: i64) -> Result<()> {
        let covered = format!("{covered} WHERE account = ?1");
        self.digests.take_rows(self.db, (place(account), table), &covered, [account])?;
        self.db.prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?.execute([account])?;
        Ok(())
    }

    /// Counts the rows of one of the [`COVERED`] tables about an account into its digest.
    pub(super) fn cover(&mut self, (table, covered): (&str, &str), account: i64) -> Result<()> {
        let covered = format!("{covered} WHERE account = {account}");
        self.digests.add_table(self.db, place(account), table, &covered)
    }

    pub(crate) fn known_account(&self, connection: ConnectionId, account: &ProviderAccountId) -> Result<Option<i64>> {
        use rusqlite::OptionalExtension as _;
        let sql = "SELECT id FROM accounts WHERE connection = ?1 AND provider_id = ?2";
        let mut statement = self.db.prepare_cached(sql)?;
        Ok(statement.query_row(params![connection.0, account.as_str()], |row| row.get(0)).optional()?)
    }

    fn set_liabilities(&mut self, connection: ConnectionId, debts: &[Liability], as_of: Timestamp) -> Result<()> {
        let accounts = self.account_ids(connection)?;
        for account in &accounts {
            self.clear(COVERED[0], *account)?;
        }
        for debt in debts {
            let Some(account) = self.known_account(connection, &debt.account)? else { continue };
            self.insert_liability(account, &debt.terms, as_of)?;
        }
        accounts.into_iter().try_for_each(|account| self.cover(COVERED[0], account))
    }

    fn insert_liability(&mut self, account: i64, terms: &Terms, as_of: Timestamp) -> Result<()> {
        let sql = "SELECT currency FROM accounts WHERE id = ?1";
        let currency: i64 = self.db.prepare_cached(sql)?.query_row([account], |row| row.get(0))?;
        let rates = serde_json::to_string(&terms.rates)
            .map_err(|_| StoreError::Damaged("rates do not fit into JSON".to_owned()))?;
        let minor = |money: Option<Money>| money.map(|money| money.minor);
        let day = |date: Option<Date>| date.map(encode::day);
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO liabilities (account, currency, kind, rates, statement_balance, statement_date,
                   minimum, due, overdue, past_due, last_payment, last_payment_date, as_of)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                account,
                currency,
                terms.kind.as_str(),
                rates,
                minor(terms.statement_balance),
                day(terms.statement_date),
                minor(terms.minimum),
                day(terms.due),
                terms.overdue,
                minor(terms.past_due),
                minor(terms.last_payment),
                day(terms.last_payment_date),
                encode::millis(as_of),
            ])?;
        Ok(())
    }

    fn set_portfolio(&mut self, connection: ConnectionId, portfolio: &Portfolio, as_of: Timestamp) -> Result<()> {
        let accounts = self.account_ids(connection)?;
        for account in &accounts {
            self.clear(COVERED[1], *account)?;
        }
        self.clear_securities(connection)?;
        for one in &portfolio.securities {
            self.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO securities (connection, provider_id, name, ticker, kind)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![connection.0, one.id, one.name, one.ticker, one.kind])?;
        }
        for held in &portfolio.holdings {
            let Some(account) = self.known_account(connection, &held.account)? else { continue };
            let currency = self.dictionary.currency(self.db, &mut self.digests, held.currency)?;
            self.db
                .prepare_cached(
                    "INSERT INTO holdings (account, security, currency, quantity, price, price_date, value, cost, as_of)
                     VALUES (?1, (SELECT id FROM securities WHERE connection = ?2 AND provider_id = ?3), ?4, ?5, ?6, ?7,
                             ?8, ?9, ?10)",
                )?
                .execute(params![
                    account,
                    connection.0,
                    held.security,
                    currency,
                    held.quantity,
                    held.price,
                    held.price_date.map(encode::day),
                    held.value.minor,
                    held.cost.map(|cost| cost.minor),
                    encode::millis(as_of),
                ])?;
        }
        let covered = format!("{COVERED_SECURITIES} WHERE connection = {connection}", connection = connection.0);
        self.digests.add_table(self.db, place(0), "securities", &covered)?;
        accounts.into_iter().try_for_each(|account| self.cover(COVERED[1], account))
    }

    fn clear_securities(&mut self, connection: ConnectionId) -> Result<()> {
        let covered = format!("{COVERED_SECURITIES} WHERE connection = ?1");
        self.digests.take_rows(self.db, (place(0), "securities"), &covered, [connection.0])?;
        self.db.prepare_cached("DELETE FROM securities WHERE connection = ?1")?.execute([connection.0])?;
        Ok(())
    }

    /// Takes everything of these products that the book has of a connection; its accounts are still there.
    pub(crate) fn purge_products(&mut self, connection: ConnectionId) -> Result<()> {
        for account in self.account_ids(connection)? {
            COVERED.into_iter().try_for_each(|table| self.clear(table, account))?;
        }
        self.clear_securities(connection)?;
        self.db.prepare_cached("DELETE FROM products WHERE connection = ?1")?.execute([connection.0])?;
        Ok(())
    }
}

pub(crate) fn currency(row: &Row<'_>, at: usize) -> Result<Currency> {
    encode::currency(&row.get::<_, String>(at)?, row.get(at + 1)?, row.get(at + 2)?)
}

pub(crate) fn day(row: &Row<'_>, at: usize) -> Result<Option<Date>> {
    row.get::<_, Option<i64>>(at)?.map(encode::date).transpose()
}

impl Store {
    /// The terms of all debts of accounts that are not closed, by account.
    pub fn liabilities(&self) -> Result<Vec<LiabilityView>> {
        let mut statement = self.db.prepare_cached(
            "SELECT l.account, y.code, y.exponent, y.official, l.kind, l.rates, l.statement_balance, l.statement_date,
                    l.minimum, l.due, l.overdue, l.past_due, l.last_payment, l.last_payment_date, l.as_of
             FROM liabilities l JOIN currencies y ON y.id = l.currency JOIN accounts a ON a.id = l.account
             WHERE NOT a.closed AND a.vanished_at IS NULL ORDER BY l.account",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency = currency(row, 1)?;
            let money = |at| -> Result<Option<Money>> {
                Ok(row.get::<_, Option<i64>>(at)?.map(|minor| Money::new(minor, currency)))
            };
            let damaged = |what: &str| StoreError::Damaged(format!("a debt has {what} that cannot be read"));
            found.push(LiabilityView {
                account: AccountId(row.get(0)?),
                terms: Terms {
                    kind: LiabilityKind::from_word(&row.get::<_, String>(4)?).ok_or_else(|| damaged("a kind"))?,
                    rates: serde_json::from_str(&row.get::<_, String>(5)?).map_err(|_| damaged("rates"))?,
                    statement_balance: money(6)?,
                    statement_date: day(row, 7)?,
                    minimum: money(8)?,
                    due: day(row, 9)?,
                    overdue: row.get(10)?,
                    past_due: money(11)?,
                    last_payment: money(12)?,
                    last_payment_date: day(row, 13)?,
                },
                as_of: encode::instant(row.get(14)?)?,
            });
        }
        Ok(found)
    }

    /// All holdings of accounts that are not closed, by account.
    pub fn holdings(&self) -> Result<Vec<HoldingView>> {
        let mut statement = self.db.prepare_cached(
            "SELECT h.account, y.code, y.exponent, y.official, s.name, s.ticker, s.kind, h.quantity, h.price, h.price_date,
                    h.value, h.cost, h.as_of
             FROM holdings h JOIN currencies y ON y.id = h.currency JOIN accounts a ON a.id = h.account
             LEFT JOIN securities s ON s.id = h.security
             WHERE NOT a.closed AND a.vanished_at IS NULL ORDER BY h.account, h.id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let currency = currency(row, 1)?;
            found.push(HoldingView {
                account: AccountId(row.get(0)?),
                security: row.get(4)?,
                ticker: row.get(5)?,
                kind: row.get(6)?,
                quantity: row.get(7)?,
                price: row.get(8)?,
                price_date: day(row, 9)?,
                currency,
                value: Money::new(row.get(10)?, currency),
                cost: row.get::<_, Option<i64>>(11)?.map(|minor| Money::new(minor, currency)),
                as_of: encode::instant(row.get(12)?)?,
            });
        }
        Ok(found)
    }

    /// What a connection offers besides transactions, as far as it was asked.
    pub fn products(&self, connection: ConnectionId) -> Result<Vec<ProductView>> {
        let sql = "SELECT product, code, asked_at FROM products WHERE connection = ?1 ORDER BY product DESC";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([connection.0])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(product) = Product::from_word(&row.get::<_, String>(0)?) else { continue };
            let code: Option<String> = row.get(1)?;
            let asked_at = encode::instant(row.get(2)?)?;
            let failed = code.as_deref().is_some_and(is_failure);
            found.push(ProductView { product, available: code.is_none(), failed, code, asked_at });
        }
        Ok(found)
    }
}
