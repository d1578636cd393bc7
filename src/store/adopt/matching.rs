//! Which transactions of two accounts are the same: day, amount, currency and description; a pending one also matches what it
//! became within [`DAYS`] days. A row that the bank took back when its account vanished counts as if it were there.
//!
//! Invariant: no row is matched twice, so that two purchases alike stay two.

use std::collections::{HashMap, HashSet, VecDeque};

use rusqlite::Connection;

use super::super::{
    Result, encode, posting,
    row::{Row, select},
};
use crate::domain::transfers::days_apart;

/// How long a bank may take from announcing to booking.
const DAYS: i32 = 14;
/// So many transactions in common convince without both name and last digits.
const ENOUGH: usize = 5;

/// Two accounts' transactions side by side.
pub(super) struct Ledger {
    /// Rows that are the same: the old one's id, the new one's.
    pub(super) rows: Vec<(i64, i64)>,
    /// Rows of the old account alone.
    pub(super) only_old: usize,
    /// Rows of the new account alone.
    pub(super) only_new: usize,
    /// How many rows the account with fewer of them has in the days of which both know.
    common: usize,
}

type Key = (i64, i64, i64, String);

fn rows(db: &Connection, account: i64) -> Result<Vec<(Row, Key)>> {
    let mut statement = db.prepare_cached(select!(
        "account = ?1 AND source IN (0, 3) AND (state < 2 OR id IN
           (SELECT d.transaction_id FROM tombstones d, accounts a WHERE a.id = ?1 AND d.removed_at >= a.vanished_at))
         ORDER BY date, id"
    ))?;
    let rows = statement.query_map([account], Row::read)?;
    let mut names: HashMap<i64, String> = HashMap::new();
    let mut found = Vec::new();
    for row in rows {
        let row = row?;
        let phrase = row.facts.phrase;
        let name = match names.get(&phrase) {
            Some(name) => name.clone(),
            None => names.entry(phrase).or_insert(posting::name_of(db, phrase)?).clone(),
        };
        let key = (row.facts.date, row.facts.amount, row.facts.currency, name);
        found.push((row, key));
    }
    Ok(found)
}

impl Ledger {
    /// Compares two accounts.
    pub(super) fn compare(db: &Connection, old: i64, new: i64) -> Result<Self> {
        let (old, new) = (rows(db, old)?, rows(db, new)?);
        let common = common(&old, &new);
        let mut waiting: HashMap<&Key, VecDeque<i64>> = HashMap::new();
        for (row, key) in &old {
            waiting.entry(key).or_default().push_back(row.id);
        }
        let mut rows = Vec::new();
        let mut unmatched = Vec::new();
        for (row, key) in &new {
            match waiting.get_mut(key).and_then(VecDeque::pop_front) {
                Some(id) => rows.push((id, row.id)),
                None => unmatched.push((row, key)),
            }
        }
        let matched: HashSet<i64> = rows.iter().map(|(id, _)| *id).collect();
        for (pending, key) in old.iter().filter(|(row, _)| !matched.contains(&row.id)) {
            if pending.facts.state != 1 && !posting::was_pending(db, pending.id)? {
                continue;
            }
            let day = encode::date(key.0)?;
            let mut best: Option<(i32, usize)> = None;
            for (place, (_, other)) in unmatched.iter().enumerate() {
                let apart = days_apart(encode::date(other.0)?, day);
                let alike = (key.1, key.2, &key.3) == (other.1, other.2, &other.3) && apart <= DAYS;
                if alike && best.is_none_or(|(least, _)| apart < least) {
                    best = Some((apart, place));
                }
            }
            if let Some((_, place)) = best {
                rows.push((pending.id, unmatched.remove(place).0.id));
            }
        }
        let matched: HashSet<i64> = rows.iter().map(|(id, _)| *id).collect();
        let stays = |row: &Row| row.facts.state != encode::REMOVED && !matched.contains(&row.id);
        let only_old = old.iter().filter(|(row, _)| stays(row)).count();
        Ok(Self { only_old, only_new: unmatched.len(), rows, common })
    }

    /// Whether the transactions do not speak against it: half of those that both should have are there.
    pub(super) fn agrees(&self) -> bool {
        self.rows.len() * 2 >= self.common
    }

    /// Whether they have a transaction in common, or none at all.
    pub(super) fn meets(&self) -> bool {
        !self.rows.is_empty() || self.only_old + self.only_new == 0
    }

    /// Whether the transactions alone speak for it.
    pub(super) fn convinces(&self) -> bool {
        self.rows.len() >= ENOUGH && self.rows.len() * 10 >= self.common * 9
    }
}

/// How many rows the shorter account has in the days of which both know.
fn common(old: &[(Row, Key)], new: &[(Row, Key)]) -> usize {
    let ends = |rows: &[(Row, Key)]| Some((rows.first()?.1.0, rows.last()?.1.0));
    let (Some(one), Some(other)) = (ends(old), ends(new)) else { return 0 };
    let (from, to) = (one.0.max(other.0), one.1.min(other.1));
    let within = |rows: &[(Row, Key)]| rows.iter().filter(|(_, key)| (from..=to).contains(&key.0)).count();
    within(old).min(within(new))
}
