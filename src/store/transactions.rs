//! Transactions as listed: newest first, a slice at a time.
//!
//! A list is read in two steps: the ids, from an index where one serves, then the rows of the wanted slice. Memory grows
//! with the slice, by eight bytes a row, and never with the book.

use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter, types::Value};

use super::{
    Result, Store, StoreError, encode,
    filter::{Clause, Filter},
    phrase,
};
use crate::domain::{
    categories,
    dates::Period,
    ids::{AccountId, TransactionId},
    money::Money,
    query::Query,
    views::{CategorySource, CategoryView, Limit, Listing, TransactionView},
};

/// Limit and offset as SQL takes them.
pub(crate) fn slice(limit: Limit) -> (i64, i64) {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    (limit.limit.map_or(-1, number), number(limit.offset))
}

const VIEW: &str = "SELECT t.id, t.date, t.authorized_date, t.account, coalesce(a.user_name, a.name),
       y.code, y.exponent, y.official, t.amount, t.state, t.kind, t.source, h.stem, t.digits,
       CASE WHEN d.payee IS NULL AND h.merchant IS NULL THEN NULL ELSE e.name END,
       k.code, d.category_source, w.word, d.note
     FROM transactions t
     JOIN accounts a ON a.id = t.account
     JOIN currencies y ON y.id = t.currency
     JOIN phrases h ON h.id = t.phrase
     JOIN payees e ON e.id = t.payee
     LEFT JOIN categories k ON k.id = t.category
     LEFT JOIN words w ON w.id = t.confidence
     LEFT JOIN edits d ON d.transaction_id = t.id
     WHERE t.id = ?1 AND t.state < 2";

fn view(row: &Row<'_>) -> Result<TransactionView> {
    let currency = encode::currency(&row.get::<_, String>(5)?, row.get(6)?, row.get(7)?)?;
    let digits: Option<String> = row.get(13)?;
    let description = phrase::join(&row.get::<_, String>(12)?, digits.as_deref());
    let payee: Option<String> = row.get(14)?;
    let source = encode::source(row.get(11)?)?;
    let category = row.get::<_, Option<String>>(15)?.map(|id| -> Result<_> {
        let chosen = row.get::<_, Option<i64>>(16)?.map(encode::category_source).transpose()?;
        let source = chosen.unwrap_or(CategorySource::Plaid);
        let confidence = row.get::<_, Option<String>>(17)?.filter(|_| chosen.is_none());
        Ok(CategoryView { name: categories::name_of(&id).into_owned(), id, source, confidence })
    });
    Ok(TransactionView {
        id: TransactionId(row.get(0)?),
        date: encode::date(row.get(1)?)?,
        authorized_date: row.get::<_, Option<i64>>(2)?.map(encode::date).transpose()?,
        account: AccountId(row.get(3)?),
        account_name: row.get(4)?,
        amount: Money::new(row.get(8)?, currency),
        payee: payee.unwrap_or_else(|| description.clone()),
        description,
        category: category.transpose()?,
        status: encode::status(row.get(9)?),
        kind: encode::kind(row.get(10)?)?,
        note: row.get(18)?,
        tags: Vec::new(),
        source,
    })
}

/// The ids of a filter's rows, newest first: from the phrases' index where a text is looked for.
pub(crate) fn ids_sql(filter: &Filter) -> Clause {
    let page = "ORDER BY date DESC, id DESC LIMIT ? OFFSET ?";
    let Some((sql, params)) = by_text(filter, "t.id, t.date") else {
        let Clause { sql, params } = filter.whole();
        return Clause { sql: format!("SELECT t.id FROM transactions t WHERE {sql} {page}"), params };
    };
    Clause { sql: format!("SELECT id FROM ({sql}) {page}"), params }
}

/// How many rows a filter has.
pub(crate) fn count_sql(filter: &Filter) -> Clause {
    let Some((sql, params)) = by_text(filter, "1") else {
        let Clause { sql, params } = filter.whole();
        return Clause { sql: format!("SELECT count(*) FROM transactions t WHERE {sql}"), params };
    };
    Clause { sql: format!("SELECT count(*) FROM ({sql})"), params }
}

/// First the rows whose phrase matches, by the index on phrases, then those that match only by what the owner wrote.
fn by_text(filter: &Filter, columns: &str) -> Option<(String, Vec<Value>)> {
    let text = filter.text.as_ref()?;
    let Clause { sql: rest, params: rest_params } = &filter.clause;
    let Clause { sql: phrases, params: phrase_params } = &text.phrases;
    let Clause { sql: extra, params: extra_params } = &text.extra;
    let (exact, exact_params) = match &text.exact {
        Some(exact) => (exact.sql.as_str(), exact.params.as_slice()),
        None => ("1", [].as_slice()),
    };
    let sql = format!(
        "SELECT {columns} FROM transactions t INDEXED BY transactions_by_phrase
           WHERE t.phrase IN ({phrases}) AND {exact} AND {rest}
         UNION ALL
         SELECT {columns} FROM transactions t
           WHERE t.id IN ({extra}) AND NOT (t.phrase IN ({phrases}) AND {exact}) AND {rest}"
    );
    let first = [phrase_params.as_slice(), exact_params, rest_params];
    let second = [extra_params.as_slice(), phrase_params, exact_params, rest_params];
    Some((sql, first.into_iter().chain(second).flatten().cloned().collect()))
}

impl Store {
    /// The transactions of a query and period, newest first.
    pub fn transactions(&self, query: &Query, period: Period, limit: Limit) -> Result<Listing<TransactionView>> {
        let filter = self.filter(query, period)?;
        let total = if filter.everything { live(&self.db)? } else { count(&self.db, count_sql(&filter))? };
        let mut items = Vec::new();
        self.each(&filter, limit, |view| {
            items.push(view);
            Ok::<_, StoreError>(())
        })?;
        Ok(Listing::slice(items, total, limit))
    }

    /// Hands the same transactions over one by one, for lists that need not fit into memory.
    pub fn each_transaction<E: From<StoreError>>(
        &self,
        query: &Query,
        period: Period,
        limit: Limit,
        take: impl FnMut(TransactionView) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let filter = self.filter(query, period)?;
        self.each(&filter, limit, take)
    }

    /// One transaction; tombstones are none.
    pub fn transaction(&self, id: TransactionId) -> Result<TransactionView> {
        let found = fetch(&self.db, id.0, true)?;
        found.ok_or_else(|| StoreError::NotFound { noun: "transaction", text: id.to_string() })
    }

    fn each<E: From<StoreError>>(
        &self,
        filter: &Filter,
        limit: Limit,
        mut take: impl FnMut(TransactionView) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let tagged = any_tags(&self.db)?;
        for id in ids(&self.db, ids_sql(filter), limit)? {
            if let Some(view) = fetch(&self.db, id, tagged)? {
                take(view)?;
            }
        }
        Ok(())
    }
}

fn ids(db: &Connection, Clause { sql, mut params }: Clause, limit: Limit) -> Result<Vec<i64>> {
    let (most, skip) = slice(limit);
    params.extend([most.into(), skip.into()]);
    let mut statement = db.prepare_cached(&sql)?;
    let ids = statement.query_map(params_from_iter(params), |row| row.get(0))?;
    Ok(ids.collect::<std::result::Result<_, _>>()?)
}

fn count(db: &Connection, Clause { sql, params }: Clause) -> Result<u64> {
    let count: i64 = db.prepare_cached(&sql)?.query_row(params_from_iter(params), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// How many transactions there are, from the digests, which count them.
fn live(db: &Connection) -> Result<u64> {
    let sql = "SELECT (SELECT coalesce(sum(entries), 0) FROM digests WHERE area = 1)
               - (SELECT count(*) FROM tombstones)";
    count(db, Clause { sql: sql.to_owned(), params: Vec::new() })
}

fn any_tags(db: &Connection) -> Result<bool> {
    Ok(db.prepare_cached("SELECT EXISTS (SELECT 1 FROM transaction_tags)")?.query_row([], |row| row.get(0))?)
}

fn fetch(db: &Connection, id: i64, tagged: bool) -> Result<Option<TransactionView>> {
    let mut statement = db.prepare_cached(VIEW)?;
    let Some(mut view) = statement.query_row([id], |row| Ok(view(row))).optional()?.transpose()? else {
        return Ok(None);
    };
    if tagged {
        let sql = "SELECT n.name FROM transaction_tags g JOIN tags n ON n.id = g.tag WHERE g.transaction_id = ?1
                   ORDER BY n.folded";
        let mut statement = db.prepare_cached(sql)?;
        let tags = statement.query_map([id], |row| row.get(0))?;
        view.tags = tags.collect::<std::result::Result<_, _>>()?;
    }
    Ok(Some(view))
}
