//! Transactions as listed: newest first, a slice at a time.
//!
//! A list is read in two steps: the ids, from an index where one serves, then the rows of the wanted slice. Memory grows
//! with the slice, by eight bytes a row, and never with the book.

use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter, types::Value};

use super::{
    Result, Store, StoreError, encode,
    filter::{Clause, Filter},
    names::{Named, Names},
    phrase,
};
use crate::domain::{
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

const VIEW: &str = "SELECT t.id, t.date, t.authorized_date, t.account, t.currency, t.amount, t.state, t.kind, t.source,
       t.phrase, t.digits, t.payee, t.category, t.confidence, d.payee, d.category_source, d.note
     FROM transactions t LEFT JOIN edits d ON d.transaction_id = t.id
     WHERE t.id = ?1 AND t.state < 2";

fn view(row: &Row<'_>, names: &mut Names<'_>) -> Result<TransactionView> {
    let text = names.phrase(row.get(9)?)?;
    let (description, merchant) =
        (phrase::join(&text.stem, row.get::<_, Option<String>>(10)?.as_deref()), text.merchant);
    let has_payee = merchant || row.get::<_, Option<i64>>(14)?.is_some();
    let payee = if has_payee { names.payee(row.get(11)?)?.to_owned() } else { description.clone() };
    let category = match row.get::<_, Option<i64>>(12)? {
        Some(number) => {
            let chosen = row.get::<_, Option<i64>>(15)?.map(encode::category_source).transpose()?;
            let confidence = row.get::<_, Option<i64>>(13)?.filter(|_| chosen.is_none());
            let confidence = confidence.map(|word| names.word(word)).transpose()?;
            let source = chosen.unwrap_or(CategorySource::Plaid);
            let Named { id, name } = names.category(number)?.clone();
            Some(CategoryView { id, name, source, confidence })
        }
        None => None,
    };
    let account = row.get(3)?;
    Ok(TransactionView {
        id: TransactionId(row.get(0)?),
        date: encode::date(row.get(1)?)?,
        authorized_date: row.get::<_, Option<i64>>(2)?.map(encode::date).transpose()?,
        account: AccountId(account),
        account_name: names.account(account)?.to_owned(),
        amount: Money::new(row.get(5)?, names.currency(row.get(4)?)?),
        payee,
        description,
        category,
        status: encode::status(row.get(6)?),
        kind: encode::kind(row.get(7)?)?,
        note: row.get(16)?,
        tags: Vec::new(),
        source: encode::source(row.get(8)?)?,
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
        let mut found = None;
        views(&self.db, &[id.0], |view| {
            found = Some(view);
            Ok::<_, StoreError>(())
        })?;
        found.ok_or_else(|| StoreError::NotFound { noun: "transaction", text: id.to_string() })
    }

    fn each<E: From<StoreError>>(
        &self,
        filter: &Filter,
        limit: Limit,
        take: impl FnMut(TransactionView) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        views(&self.db, &ids(&self.db, ids_sql(filter), limit)?, take)
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

/// The rows of these ids, in their order; tombstones are left out.
pub(crate) fn views<E: From<StoreError>>(
    db: &Connection,
    ids: &[i64],
    mut take: impl FnMut(TransactionView) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    // One snapshot for the whole list, and one lock instead of one a row.
    let snapshot = db.unchecked_transaction().map_err(StoreError::from)?;
    let mut names = Names::new(db)?;
    let tagged = any_tags(db)?;
    let mut statement = db.prepare_cached(VIEW).map_err(StoreError::from)?;
    for id in ids {
        let found = statement.query_row([id], |row| Ok(view(row, &mut names))).optional().map_err(StoreError::from)?;
        if let Some(mut view) = found.transpose()? {
            if tagged {
                view.tags = tags(db, *id)?;
            }
            take(view)?;
        }
    }
    snapshot.finish().map_err(StoreError::from)?;
    Ok(())
}

fn any_tags(db: &Connection) -> Result<bool> {
    Ok(db.prepare_cached("SELECT EXISTS (SELECT 1 FROM transaction_tags)")?.query_row([], |row| row.get(0))?)
}

fn tags(db: &Connection, id: i64) -> Result<Vec<String>> {
    let sql = "SELECT n.name FROM transaction_tags g JOIN tags n ON n.id = g.tag WHERE g.transaction_id = ?1
               ORDER BY n.folded";
    let mut statement = db.prepare_cached(sql)?;
    let tags = statement.query_map([id], |row| row.get(0))?;
    Ok(tags.collect::<std::result::Result<_, _>>()?)
}
