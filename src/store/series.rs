//! What passed between the owner and each payee, in order: the history in which recurring payments are looked for.
//!
//! Invariant: one scan of a covering index; only booked transactions, never transfers between own accounts.

use std::collections::HashMap;

use rusqlite::params_from_iter;

use super::{Result, Store, encode, filter::Clause, names::Names};
use crate::domain::{
    dates::Period,
    ids::AccountId,
    query::Query,
    recurring::{Occurrence, Series},
};

/// Payee, currency, kind, and whether money came in.
type Key = (i64, i64, i64, bool);

impl Store {
    /// The payments of each payee, one way and in one currency, oldest first; payees by their names.
    pub fn series(&self, query: &Query, period: Period) -> Result<Vec<Series>> {
        let Clause { sql, params } = self.series_sql(query, period)?;
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        let mut found: HashMap<Key, (Option<i64>, Vec<Occurrence>)> = HashMap::new();
        while let Some(row) = rows.next()? {
            let minor: i64 = row.get(1)?;
            let (category, payments) =
                found.entry((row.get(3)?, row.get(4)?, row.get(5)?, minor > 0)).or_insert_with(|| (None, Vec::new()));
            *category = row.get(6)?;
            payments.push(Occurrence { date: encode::date(row.get(0)?)?, minor, account: AccountId(row.get(2)?) });
        }
        let mut names = Names::new(&self.db)?;
        let mut series = Vec::with_capacity(found.len());
        for ((payee, currency, kind, _), (category, payments)) in found {
            series.push(Series {
                payee: names.payee(payee)?.to_owned(),
                category: category.map(|id| names.category(id).map(|named| named.id.clone())).transpose()?,
                kind: encode::kind(kind)?,
                currency: names.currency(currency)?,
                payments,
            });
        }
        series.sort_by(|a, b| {
            let order = |series: &Series| (series.currency.code().to_owned(), series.kind.as_str());
            (&a.payee, order(a), &a.payments).cmp(&(&b.payee, order(b), &b.payments))
        });
        Ok(series)
    }

    /// The scan; every column of it is in the index.
    pub(crate) fn series_sql(&self, query: &Query, period: Period) -> Result<Clause> {
        let filter = self.filter(query, period)?;
        let index = if filter.text.is_none() { "INDEXED BY transactions_by_date" } else { "" };
        let Clause { sql, params } = filter.whole();
        let sql = format!(
            "SELECT t.date, t.amount, t.account, t.payee, t.currency, t.kind, t.category FROM transactions t {index}
             WHERE {sql} AND t.state = 0 AND t.kind < 2 ORDER BY t.date"
        );
        Ok(Clause { sql, params })
    }
}
