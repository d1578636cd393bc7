//! What passed between the owner and each payee, in order: the history in which recurring payments are looked for.
//!
//! Invariant: a scan reads a covering index, only booked transactions and never transfers between own accounts; memory is
//! bounded however long the history: where the payments are too many, payees are read in turns, a scan a turn.

use std::ops::Range;

use rusqlite::{params_from_iter, types::Value};

use super::{CACHE_KIB, READ_KIB, Result, Store, encode, filter::Clause, names::Names, numbers::NumberMap};
use crate::domain::{
    dates::{Date, Period},
    ids::AccountId,
    query::Query,
    recurring::{Known, Occurrence, Recurrence, Series},
    standing,
};

/// So many payments are held at once, 24 bytes each; those of one payee always are.
const HELD: usize = 1 << 18;

/// Payees are dealt into so many parts by their row numbers; a power of two.
const PARTS: usize = 256;

/// Payee, currency, kind, and whether money came in.
type Key = (i64, i64, i64, bool);

/// The parts whose payees are read by a scan.
struct Turn {
    parts: Range<usize>,
    /// How many payments each part has, known after the first scan.
    counts: Vec<usize>,
    /// So many payments may be held.
    held: usize,
}

/// The category of the latest payment, and the payments, oldest first.
type Payments = (Option<i64>, Vec<Occurrence>);

impl Store {
    /// The payments that come back, as they stand on a day: by the payees' names, of each first the one with most payments.
    pub fn recurrences(&self, query: &Query, period: Period, today: Date) -> Result<Vec<Recurrence>> {
        self.recurrences_in_turns(query, period, today, HELD)
    }

    pub(super) fn recurrences_in_turns(
        &self,
        query: &Query,
        period: Period,
        today: Date,
        held: usize,
    ) -> Result<Vec<Recurrence>> {
        let known = self.known_until(today)?;
        let (mut found, mut turn) = (Vec::new(), Turn { parts: 0..PARTS, counts: vec![0; PARTS], held });
        // A scan meets each page once: a writer's large cache would be filled in vain.
        self.cache(READ_KIB)?;
        let outcome = loop {
            match self.series(query, period, &mut turn) {
                Ok(series) => found.extend(series.into_iter().flat_map(|series| series.recurrences(&known))),
                Err(error) => break Err(error),
            }
            if !turn.next() {
                break Ok(());
            }
        };
        self.cache(CACHE_KIB)?;
        outcome?;
        // A payee is in one turn, so that its own order stays.
        found.sort_by(|a, b| a.payee.cmp(&b.payee));
        Ok(found)
    }

    /// Until which day the payments of each account are known: the bank's own last update, else the last sync.
    fn known_until(&self, today: Date) -> Result<Known> {
        let sql = "SELECT a.id, coalesce(c.bank_updated_at, c.last_success_at) FROM accounts a
                   JOIN connections c ON c.id = a.connection WHERE coalesce(c.bank_updated_at, c.last_success_at) NOTNULL";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut known = Known::until(today);
        while let Some(row) = rows.next()? {
            known.read.insert(AccountId(row.get(0)?), standing::day(encode::instant(row.get(1)?)?));
        }
        Ok(known)
    }

    /// The payments of each payee of a turn, one way and in one currency, oldest first; payees by their names. Parts are
    /// taken out of a turn that has too many payments.
    fn series(&self, query: &Query, period: Period, turn: &mut Turn) -> Result<Vec<Series>> {
        let Clause { sql, params } = self.series_sql(query, period, &turn.parts)?;
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        let (mut found, mut count): (NumberMap<Key, Payments>, usize) = Default::default();
        let is_first = turn.parts.start == 0;
        while let Some(row) = rows.next()? {
            let payee: i64 = row.get(3)?;
            turn.counts[part(payee)] += usize::from(is_first);
            if part(payee) >= turn.parts.end {
                continue;
            }
            let minor: i64 = row.get(1)?;
            let (category, payments) = found.entry((payee, row.get(4)?, row.get(5)?, minor > 0)).or_default();
            *category = row.get(6)?;
            payments.push(Occurrence { date: encode::date(row.get(0)?)?, minor, account: AccountId(row.get(2)?) });
            count += 1;
            while count > turn.held && turn.parts.len() > 1 {
                turn.parts.end = turn.parts.start.midpoint(turn.parts.end);
                found.retain(|(payee, ..), _| part(*payee) < turn.parts.end);
                count = found.values().map(|(_, payments)| payments.len()).sum();
            }
        }
        self.named(found)
    }

    fn named(&self, found: NumberMap<Key, Payments>) -> Result<Vec<Series>> {
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
    pub(crate) fn series_sql(&self, query: &Query, period: Period, parts: &Range<usize>) -> Result<Clause> {
        let filter = self.filter(query, period)?;
        let index = if filter.text.is_none() { "INDEXED BY transactions_by_date" } else { "" };
        let Clause { sql, mut params } = filter.whole();
        let sql = format!(
            "SELECT t.date, t.amount, t.account, t.payee, t.currency, t.kind, t.category FROM transactions t {index}
             WHERE {sql} AND t.state = 0 AND t.kind < 2 AND t.payee & ? >= ? AND t.payee & ? < ? ORDER BY t.date"
        );
        let number = |number: usize| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
        params.extend([PARTS - 1, parts.start, PARTS - 1, parts.end].map(number));
        Ok(Clause { sql, params })
    }
}

impl Turn {
    /// Goes on with as many parts as may be held, at least one; false when all were read.
    fn next(&mut self) -> bool {
        let begin = self.parts.end;
        let mut room = self.held;
        let fits = |count: &&usize| {
            let fits = **count <= room;
            room = room.saturating_sub(**count);
            fits
        };
        let fitting = self.counts[begin..].iter().take_while(fits).count();
        self.parts = begin..(begin + fitting.max(1)).min(PARTS);
        !self.parts.is_empty()
    }
}

/// The part that a payee is in.
fn part(payee: i64) -> usize {
    usize::try_from(payee).unwrap_or_default() & (PARTS - 1)
}
