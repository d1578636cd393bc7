//! Sums over many transactions: one scan of a covering index, added up here in constant memory.
//!
//! Invariant: amounts are added as 128-bit integers and checked on the way out; currencies and kinds never mix.

use rusqlite::{Connection, params_from_iter};

use super::{Result, Store, StoreError, encode, filter::Clause, numbers::NumberMap};
use crate::domain::{
    categories,
    money::{Currency, Money},
    views::{Group, Grouping, Sum, SumRequest},
};

/// The currencies of the book with their row numbers.
pub(crate) fn currencies(db: &Connection) -> Result<Vec<(i64, Currency)>> {
    let mut statement = db.prepare_cached("SELECT id, code, exponent, official FROM currencies")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, encode::currency(&row.get::<_, String>(1)?, row.get(2)?, row.get(3)?)?));
    }
    Ok(found)
}

/// The currency of a row number.
pub(crate) fn currency(known: &[(i64, Currency)], id: i64) -> Result<Currency> {
    let found = known.iter().find(|(known, _)| *known == id).map(|(_, currency)| *currency);
    found.ok_or_else(|| missing(id))
}

/// What is added up together, in row numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    bucket: i64,
    group: Option<i64>,
    currency: i64,
    kind: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    minor: i128,
    count: u64,
}

impl Tally {
    fn merge(&mut self, other: Self) {
        self.minor += other.minor;
        self.count += other.count;
    }
}

type Tallies = NumberMap<Key, Tally>;

/// The column that a grouping reads.
fn column(grouping: Grouping) -> &'static str {
    match grouping {
        Grouping::Total => "NULL",
        Grouping::Category | Grouping::Primary => "t.category",
        Grouping::Payee => "t.payee",
        Grouping::Account | Grouping::Connection | Grouping::Institution => "t.account",
    }
}

impl Store {
    /// Adds up the transactions of a request, in the order bucket, group key, currency, kind.
    pub fn sums(&self, request: &SumRequest) -> Result<Vec<Sum>> {
        let tallies = self.scan(request)?;
        let groups = Groups::read(&self.db, request.grouping)?;
        let mut known = currencies(&self.db)?;
        known.sort_by(|a, b| a.1.code().cmp(b.1.code()));
        let place = |id: i64| known.iter().position(|(known, _)| *known == id);
        // Several accounts make a connection, several categories a group: what is shown as one is added up once more.
        let mut shown = Vec::with_capacity(tallies.len());
        for (key, tally) in tallies {
            let currency = place(key.currency).ok_or_else(|| missing(key.currency))?;
            shown.push(((key.bucket, groups.rank(key.group)?, currency, key.kind), tally));
        }
        shown.sort_unstable_by_key(|(order, _)| *order);
        shown.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.merge(next.1);
            }
            same
        });
        let sum = |((bucket, group, money, kind), tally): ((i64, usize, usize, i64), Tally)| -> Result<Sum> {
            let (_, currency) = known[money];
            let minor = i64::try_from(tally.minor).map_err(|_| StoreError::Overflow(currency))?;
            Ok(Sum {
                begin: request.interval.map(|_| encode::date(bucket)).transpose()?,
                group: groups.ranked[group].clone(),
                kind: encode::kind(kind)?,
                amount: Money::new(minor, currency),
                count: tally.count,
            })
        };
        shown.into_iter().map(sum).collect()
    }

    fn scan(&self, request: &SumRequest) -> Result<Tallies> {
        let Clause { sql, params } = self.sums_sql(request)?;
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        let mut tallies = Tallies::default();
        let mut day = (0, 0);
        let mut run: Option<(Key, Tally)> = None;
        while let Some(row) = rows.next()? {
            let date: i64 = row.get(0)?;
            if date != day.0 {
                day = (date, bucket(request, date)?);
            }
            let key = Key { bucket: day.1, group: row.get(1)?, currency: row.get(2)?, kind: row.get(3)? };
            let minor = i128::from(row.get::<_, i64>(4)?);
            match &mut run {
                Some((last, tally)) if *last == key => {
                    tally.minor += minor;
                    tally.count += 1;
                }
                _ => {
                    if let Some((last, tally)) = run.replace((key, Tally { minor, count: 1 })) {
                        tallies.entry(last).or_default().merge(tally);
                    }
                }
            }
        }
        if let Some((last, tally)) = run {
            tallies.entry(last).or_default().merge(tally);
        }
        Ok(tallies)
    }

    /// The scan of a request; every column of a report without text words is in the index.
    pub(crate) fn sums_sql(&self, request: &SumRequest) -> Result<Clause> {
        let filter = self.filter(&request.query, request.period)?;
        let index = if filter.text.is_none() { "INDEXED BY transactions_by_date" } else { "" };
        let Clause { sql, params } = filter.whole();
        let group = column(request.grouping);
        let sql =
            format!("SELECT t.date, {group}, t.currency, t.kind, t.amount FROM transactions t {index} WHERE {sql}");
        Ok(Clause { sql, params })
    }
}

/// The first day of the bucket that a day is in.
fn bucket(request: &SumRequest, day: i64) -> Result<i64> {
    let Some(interval) = request.interval else { return Ok(0) };
    Ok(encode::day(interval.start_of(encode::date(day)?)))
}

fn missing(currency: i64) -> StoreError {
    StoreError::Damaged(format!("currency {currency} is missing"))
}

/// What the row numbers of a grouping are called.
struct Groups {
    grouping: Grouping,
    /// All groups in the order in which they are shown; first the one without a name.
    ranked: Vec<Group>,
    ranks: NumberMap<i64, usize>,
}

impl Groups {
    fn read(db: &Connection, grouping: Grouping) -> Result<Self> {
        let sql = match grouping {
            Grouping::Total => "SELECT 0, NULL, NULL WHERE 0",
            Grouping::Category => "SELECT id, code, NULL FROM categories",
            Grouping::Primary => "SELECT id, main, NULL FROM categories",
            Grouping::Payee => "SELECT id, name, name FROM payees",
            Grouping::Account => "SELECT id, 'a' || id, coalesce(user_name, name) FROM accounts",
            Grouping::Connection => {
                "SELECT a.id, 'c' || c.id, coalesce(c.name, c.institution, c.item_id)
                 FROM accounts a JOIN connections c ON c.id = a.connection"
            }
            Grouping::Institution => {
                "SELECT a.id, c.institution, c.institution FROM accounts a JOIN connections c ON c.id = a.connection
                 WHERE c.institution IS NOT NULL"
            }
        };
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut named = vec![(None, Group::default())];
        while let Some(row) = rows.next()? {
            let key: String = row.get(1)?;
            let label: Option<String> = row.get(2)?;
            let label = label.unwrap_or_else(|| categories::name_of(&key).into_owned());
            named.push((Some(row.get(0)?), Group { key: Some(key), label }));
        }
        named.sort_by(|a, b| a.1.cmp(&b.1));
        let mut groups = Self { grouping, ranked: Vec::new(), ranks: NumberMap::default() };
        for (id, group) in named {
            if groups.ranked.last() != Some(&group) {
                groups.ranked.push(group);
            }
            if let Some(id) = id {
                groups.ranks.insert(id, groups.ranked.len() - 1);
            }
        }
        Ok(groups)
    }

    fn rank(&self, number: Option<i64>) -> Result<usize> {
        let Some(number) = number else { return Ok(0) };
        match (self.ranks.get(&number), self.grouping) {
            (Some(rank), _) => Ok(*rank),
            (None, Grouping::Connection | Grouping::Institution) => Ok(0),
            (None, _) => Err(StoreError::Damaged(format!("group {number} is missing"))),
        }
    }
}
