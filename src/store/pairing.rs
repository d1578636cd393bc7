//! Marks transfers: after a change of the book, the kind of each transaction near it is decided anew.
//!
//! A transaction's kind follows from its category, its sign, its account and whether the other side of it is in the
//! book, never from the order in which rows came. One scan of the covering index with a window of a few days.

use std::collections::{HashMap, HashSet, VecDeque};

use rusqlite::Connection;

use super::{Result, StoreError, Tx, encode, numbers::NumberMap, row, sums};
use crate::domain::{
    accounts::AccountType,
    dates::Date,
    money::Currency,
    transactions::Kind,
    transfers::{self, PAIR_DAYS, Side, Speech},
};

/// The scan: every column is in the index.
pub(crate) const SCAN: &str = "SELECT date, category, currency, kind, amount, account, id
     FROM transactions INDEXED BY transactions_by_date WHERE date BETWEEN ?1 AND ?2 AND state < 2 ORDER BY date";

struct Entry {
    id: i64,
    kind: Kind,
    account_kind: AccountType,
    side: Side,
    /// The owner chose the category, so nothing else decides.
    fixed: bool,
    read: bool,
    paired: bool,
    /// Number of the last entry before it with the same amount, whatever the sign.
    before: Option<usize>,
}

/// Decides the kind of every transaction from `from` to `to` and of those that may be their other side.
pub(crate) fn refresh(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<()> {
    let (first, last) = (shifted(from, -1)?, shifted(to, 1)?);
    let changes = Scan::new(tx, (first, last))?.run(tx, (shifted(from, -2)?, shifted(to, 2)?))?;
    for (id, kind) in changes {
        if let Some(old) = row::by_id(tx.db, id)? {
            let new = row::Row { kind: encode::kind_number(kind), ..old.clone() };
            new.update(&old, tx.db, &mut tx.digests)?;
        }
    }
    Ok(())
}

fn shifted(day: i64, windows: i64) -> Result<i64> {
    let days = jiff::Span::new().days(windows * i64::from(PAIR_DAYS));
    Ok(encode::day(encode::date(day)?.saturating_add(days)))
}

struct Scan {
    window: VecDeque<Entry>,
    /// Number of the first entry in the window.
    base: usize,
    /// Number of the last entry of a currency and amount.
    by_amount: NumberMap<(i64, u64), usize>,
    decided: (Date, Date),
    changes: Vec<(i64, Kind)>,
    fixed: HashSet<i64>,
    accounts: HashMap<i64, AccountType>,
    currencies: Vec<(i64, Currency)>,
}

impl Scan {
    fn new(tx: &Tx<'_>, (first, last): (i64, i64)) -> Result<Self> {
        let mut statement = tx.db.prepare_cached(
            "SELECT e.transaction_id FROM edits e JOIN transactions t ON t.id = e.transaction_id
             WHERE e.category IS NOT NULL",
        )?;
        let fixed = statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
        let mut statement = tx.db.prepare_cached(
            "SELECT a.id, coalesce(s.kind, a.kind) FROM accounts a LEFT JOIN account_types s ON s.account = a.id",
        )?;
        let accounts = statement
            .query_map([], |row| Ok((row.get(0)?, AccountType::from_word(&row.get::<_, String>(1)?))))?
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            window: VecDeque::new(),
            base: 0,
            by_amount: NumberMap::default(),
            decided: (encode::date(first)?, encode::date(last)?),
            changes: Vec::new(),
            fixed,
            accounts,
            currencies: sums::currencies(tx.db)?,
        })
    }

    fn run(mut self, tx: &mut Tx<'_>, (first, last): (i64, i64)) -> Result<Vec<(i64, Kind)>> {
        let db = tx.db;
        let mut statement = db.prepare_cached(SCAN)?;
        let mut rows = statement.query((first, last))?;
        let mut today = (0, Date::ZERO);
        while let Some(row) = rows.next()? {
            let day: i64 = row.get(0)?;
            if day != today.0 {
                today = (day, encode::date(day)?);
                self.forget_before(today.1);
            }
            let (currency, account): (i64, i64) = (row.get(2)?, row.get(5)?);
            let id = row.get(6)?;
            let account_kind = self.accounts.get(&account).copied();
            let account_kind = account_kind.ok_or_else(|| StoreError::Damaged(format!("a{account} is missing")))?;
            let entry = Entry {
                id,
                kind: encode::kind(row.get(3)?)?,
                account_kind,
                side: Side {
                    account,
                    date: today.1,
                    minor: row.get(4)?,
                    currency: sums::currency(&self.currencies, currency)?,
                    meaning: tx.dictionary.meaning(db, row.get(1)?)?,
                    speech: Speech::Nothing,
                    debt: account_kind.is_debt(),
                },
                fixed: self.fixed.contains(&id),
                read: false,
                paired: false,
                before: None,
            };
            self.meet(db, entry, currency)?;
        }
        while let Some(entry) = self.window.pop_front() {
            self.decide(&entry);
        }
        Ok(self.changes)
    }

    /// Looks for the other sides of an entry among those of the last days, then puts it among them.
    fn meet(&mut self, db: &Connection, mut entry: Entry, currency: i64) -> Result<()> {
        let number = self.base + self.window.len();
        entry.before = self.by_amount.insert((currency, entry.side.minor.unsigned_abs()), number);
        let mut next = entry.before;
        while let Some(other) = next.and_then(|number| number.checked_sub(self.base)) {
            let Some(other) = self.window.get_mut(other) else { break };
            next = other.before;
            if (entry.paired && other.paired) || entry.fixed || other.fixed {
                continue;
            }
            let opposite = (entry.side.minor < 0) != (other.side.minor < 0);
            if opposite && entry.side.account != other.side.account {
                read(db, &mut entry)?;
                read(db, other)?;
                if transfers::are_pair(&entry.side, &other.side) {
                    entry.paired = true;
                    other.paired = true;
                }
            }
        }
        self.window.push_back(entry);
        Ok(())
    }

    fn forget_before(&mut self, today: Date) {
        while let Some(entry) = self.window.pop_front_if(|e| transfers::days_apart(today, e.side.date) > PAIR_DAYS) {
            self.base += 1;
            self.decide(&entry);
        }
        if self.by_amount.len() > 4 * self.window.len() + 1024 {
            let base = self.base;
            self.by_amount.retain(|_, number| *number >= base);
        }
    }

    fn decide(&mut self, entry: &Entry) {
        if entry.side.date < self.decided.0 || entry.side.date > self.decided.1 {
            return;
        }
        let Side { meaning, minor, .. } = entry.side;
        let alone = transfers::kind_of(meaning, minor, entry.account_kind);
        let kind = if entry.paired { Kind::Transfer } else { alone };
        if kind != entry.kind {
            self.changes.push((entry.id, kind));
        }
    }
}

/// Reads what the bank's text says, once.
fn read(db: &Connection, entry: &mut Entry) -> Result<()> {
    if !entry.read {
        let sql = "SELECT p.folded FROM transactions t JOIN phrases p ON p.id = t.phrase WHERE t.id = ?1";
        let text: String = db.prepare_cached(sql)?.query_row([entry.id], |row| row.get(0))?;
        entry.side.speech = Speech::of(&text);
    }
    entry.read = true;
    Ok(())
}
