//! Sums over many transactions: one scan of a covering index, added up here in constant memory.
//!
//! Invariant: amounts are added as 128-bit integers and checked on the way out; currencies and kinds never mix.

use std::collections::HashMap;

use rusqlite::{Connection, params_from_iter};

use super::{Result, Store, StoreError, encode, filter::Clause};
use crate::domain::{
    categories,
    dates::Date,
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
    found.ok_or_else(|| StoreError::Damaged(format!("currency {id} is missing")))
}

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
        let known = currencies(&self.db)?;
        // Several accounts make a connection, several categories a group: add up once more by what is shown.
        let mut shown: HashMap<(i64, usize, i64, i64), Tally> = HashMap::new();
        let mut names: Vec<Group> = Vec::new();
        let mut index: HashMap<Group, usize> = HashMap::new();
        for (key, tally) in tallies {
            let group = groups.of(key.group)?;
            let number = *index.entry(group.clone()).or_insert_with(|| {
                names.push(group);
                names.len() - 1
            });
            let total = shown.entry((key.bucket, number, key.currency, key.kind)).or_default();
            total.minor += tally.minor;
            total.count += tally.count;
        }
        let mut sums = Vec::with_capacity(shown.len());
        for ((bucket, group, money, kind), tally) in shown {
            let currency = currency(&known, money)?;
            let minor = i64::try_from(tally.minor).map_err(|_| StoreError::Overflow(currency))?;
            sums.push(Sum {
                begin: request.interval.map(|_| encode::date(bucket)).transpose()?,
                group: names.get(group).cloned().unwrap_or_default(),
                kind: encode::kind(kind)?,
                amount: Money::new(minor, currency),
                count: tally.count,
            });
        }
        sums.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(sums)
    }

    fn scan(&self, request: &SumRequest) -> Result<HashMap<Key, Tally>> {
        let Clause { sql, params } = self.sums_sql(request)?;
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        let mut tallies: HashMap<Key, Tally> = HashMap::new();
        let mut day = (0, 0);
        let mut run: Option<(Key, Tally)> = None;
        while let Some(row) = rows.next()? {
            let date: i64 = row.get(0)?;
            if date != day.0 {
                day = (date, self.bucket(request, date)?);
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
                        add(&mut tallies, last, tally);
                    }
                }
            }
        }
        if let Some((last, tally)) = run {
            add(&mut tallies, last, tally);
        }
        Ok(tallies)
    }

    #[expect(clippy::unused_self, reason = "reads as what the store does with a request")]
    fn bucket(&self, request: &SumRequest, day: i64) -> Result<i64> {
        let Some(interval) = request.interval else { return Ok(0) };
        let date: Date = encode::date(day)?;
        Ok(encode::day(interval.start_of(date)))
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

fn add(tallies: &mut HashMap<Key, Tally>, key: Key, tally: Tally) {
    let total = tallies.entry(key).or_default();
    total.minor += tally.minor;
    total.count += tally.count;
}

fn order(sum: &Sum) -> (Option<Date>, &Group, &str, i64) {
    (sum.begin, &sum.group, sum.amount.currency.code(), encode::kind_number(sum.kind))
}

/// What the row numbers of a grouping are called.
struct Groups {
    grouping: Grouping,
    names: HashMap<i64, Group>,
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
        let mut names = HashMap::new();
        while let Some(row) = rows.next()? {
            let key: String = row.get(1)?;
            let label: Option<String> = row.get(2)?;
            let label = label.unwrap_or_else(|| categories::name_of(&key).into_owned());
            names.insert(row.get(0)?, Group { key: Some(key), label });
        }
        Ok(Self { grouping, names })
    }

    fn of(&self, number: Option<i64>) -> Result<Group> {
        let Some(number) = number else { return Ok(Group::default()) };
        match (self.names.get(&number), self.grouping) {
            (Some(group), _) => Ok(group.clone()),
            (None, Grouping::Connection | Grouping::Institution) => Ok(Group::default()),
            (None, _) => Err(StoreError::Damaged(format!("group {number} is missing"))),
        }
    }
}
