//! Balances by day: what the bank said last on each, and what each account moved.

use rusqlite::{OptionalExtension as _, params};

use super::{
    Result, Store, Tx,
    digests::{Area, Canonical, Place},
    encode, sums,
};
use crate::domain::{
    dates::{Date, Period, Timestamp},
    ids::AccountId,
    money::Money,
    standing,
    views::{BalancePoint, DailyFlow, Flows},
};

/// A balance as the bank says it now.
pub(crate) struct Seen {
    pub(crate) account: i64,
    pub(crate) currency: i64,
    pub(crate) current: i64,
    pub(crate) available: Option<i64>,
    pub(crate) credit_limit: Option<i64>,
}

/// What the digest of a day covers, in the order of [`Canonical`].
pub(crate) const COVERED: &str = "SELECT account, date, currency, current, available, credit_limit FROM balances";

pub(crate) fn canonical(day: i64, seen: &Seen) -> Canonical {
    Canonical::of("balances")
        .int(seen.account)
        .int(day)
        .int(seen.currency)
        .int(seen.current)
        .int(seen.available)
        .int(seen.credit_limit)
}

/// Writes a balance over what was known of the day that it is of.
pub(crate) fn record(tx: &mut Tx<'_>, seen: &Seen, as_of: Timestamp) -> Result<()> {
    let day = encode::day(standing::day(as_of));
    let place = Place { area: Area::Balances, account: seen.account, month: 0 };
    let mut statement = tx.db.prepare_cached(
        "SELECT currency, current, available, credit_limit FROM balances WHERE account = ?1 AND date = ?2",
    )?;
    let old = statement.query_row((seen.account, day), |row| {
        Ok(Seen {
            account: seen.account,
            currency: row.get(0)?,
            current: row.get(1)?,
            available: row.get(2)?,
            credit_limit: row.get(3)?,
        })
    });
    if let Some(old) = old.optional()? {
        tx.digests.take(place, &canonical(day, &old));
    }
    tx.digests.add(place, &canonical(day, seen));
    tx.db
        .prepare_cached(
            "INSERT INTO balances (account, date, currency, current, available, credit_limit)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (account, date) DO UPDATE SET currency = ?3, current = ?4, available = ?5, credit_limit = ?6",
        )?
        .execute(params![seen.account, day, seen.currency, seen.current, seen.available, seen.credit_limit])?;
    Ok(())
}

/// The period's borders as `yyyymmdd`: from, before.
pub(crate) fn borders(period: Period) -> (i64, i64) {
    (period.begin.map_or(0, encode::day), period.end.map_or(99_999_999, encode::day))
}

impl Store {
    /// The balances once seen, by account and day.
    pub fn balance_history(&self, period: Period) -> Result<Vec<BalancePoint>> {
        let mut statement = self.db.prepare_cached(
            "SELECT b.account, b.date, b.current, y.code, y.exponent, y.official
             FROM balances b JOIN currencies y ON y.id = b.currency
             WHERE b.date >= ?1 AND b.date < ?2 ORDER BY b.account, b.date",
        )?;
        let mut rows = statement.query(borders(period))?;
        let mut points = Vec::new();
        while let Some(row) = rows.next()? {
            let currency = encode::currency(&row.get::<_, String>(3)?, row.get(4)?, row.get(5)?)?;
            points.push(BalancePoint {
                account: AccountId(row.get(0)?),
                date: encode::date(row.get(1)?)?,
                balance: Money::new(row.get(2)?, currency),
            });
        }
        Ok(points)
    }

    /// What each account moved on each day from `from` on (posted transactions, transfers included), and since when each
    /// has any.
    pub fn flows(&self, from: Date) -> Result<Flows> {
        let currencies = sums::currencies(&self.db)?;
        let mut statement = self.db.prepare_cached(FLOWS)?;
        let mut rows = statement.query([encode::day(from)])?;
        let mut daily: Vec<DailyFlow> = Vec::new();
        let mut at = None;
        while let Some(row) = rows.next()? {
            let key: (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let amount = Money::new(row.get(3)?, sums::currency(&currencies, key.2)?);
            match daily.last_mut() {
                Some(last) if at == Some(key) => last.amount = last.amount.checked_add(amount)?,
                _ => daily.push(DailyFlow { account: AccountId(key.0), date: encode::date(key.1)?, amount }),
            }
            at = Some(key);
        }
        Ok(Flows { daily, since: self.first_dates()? })
    }

    /// The first day each account has a posted transaction on.
    fn first_dates(&self) -> Result<Vec<(AccountId, Date)>> {
        let mut statement = self.db.prepare_cached(
            "SELECT a.id, (SELECT t.date FROM transactions t INDEXED BY transactions_by_account
                           WHERE t.account = a.id AND t.state = 0 ORDER BY t.date LIMIT 1) FROM accounts a WHERE a.placeholder < 2 ORDER BY a.id",
        )?;
        let mut rows = statement.query([])?;
        let mut dates = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(day) = row.get(1)? {
                dates.push((AccountId(row.get(0)?), encode::date(day)?));
            }
        }
        Ok(dates)
    }
}

/// One walk along the covering index by account.
pub(crate) const FLOWS: &str = "SELECT account, date, currency, amount
     FROM transactions INDEXED BY transactions_by_account
     WHERE date >= ?1 AND state = 0 ORDER BY account, date, currency";
