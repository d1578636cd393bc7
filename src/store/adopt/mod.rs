//! Joins the accounts of a bank that was linked anew to those of its connection before, or accounts to which their bank gave
//! another id to those they were within one connection, and takes that back.
//!
//! The old account goes on under the new connection; the new one becomes an empty shell of the old connection. Of each
//! transaction that both have, the old row keeps its id and what its owner wrote, and changes facts with the new one, which
//! becomes a tombstone. Invariant: everything is exchanged and nothing dropped, so that [`Tx::release`] restores the book.

mod late;
mod matching;
mod swap;
mod unjoined;

pub use unjoined::Unjoined;
pub(crate) use {late::settle, swap::comes_from};

use rusqlite::Connection;
use serde::Serialize;

use self::matching::Ledger;
use super::{Result, Store, StoreError, Tx, encode, trades};
use crate::domain::{
    ids::{AccountId, ConnectionId},
    provider::{IdLife, manner},
};

/// `accounts.placeholder` of an account that lives on as another.
pub(crate) const SHELL: i64 = 2;

/// Why two accounts are taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The bank's own id that outlives connections.
    PersistentId,
    /// Name and last digits, and their transactions where both have some.
    NameAndMask,
    /// Name or last digits, and nearly all transactions.
    Transactions,
}

/// Two accounts that are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct JoinedAccount {
    /// The account that goes on.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// The account of the new connection that it takes in.
    pub takes: AccountId,
    /// Why they are one.
    pub by: Likeness,
    /// Transactions that both have.
    pub same: u64,
    /// Transactions that only the new connection has.
    pub new: u64,
    /// Transactions that only the old connection has; they stay.
    pub kept: u64,
    #[serde(skip)]
    rows: Vec<(i64, i64)>,
}

/// What joining two connections means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Adoption {
    /// The connection that ended, or that gave accounts another id.
    pub old: ConnectionId,
    /// The connection that goes on; it may be the same.
    pub new: ConnectionId,
    /// The accounts that are joined.
    pub accounts: Vec<JoinedAccount>,
    /// Accounts of the old connection without a counterpart, by name: they stay as they are.
    pub left: Vec<String>,
}

impl Adoption {
    /// The accounts that are one beyond doubt, and those that only look so.
    #[must_use]
    pub fn split(self) -> (Self, Self) {
        let with = |accounts| Self { old: self.old, new: self.new, accounts, left: Vec::new() };
        let (sure, unsure) = self.accounts.into_iter().partition(|pair| pair.by == Likeness::PersistentId);
        (with(sure), with(unsure))
    }
}

/// An account as far as matching needs it.
struct Known {
    id: i64,
    persistent_id: Option<String>,
    /// Whether that id is the account's for good.
    lasting: bool,
    name: String,
    mask: Option<String>,
    /// What must be the same: kind and currency.
    kind: (String, i64),
}

/// Which accounts of a connection are looked at.
#[derive(Clone, Copy)]
enum Which {
    All,
    /// Those that the bank does not name any more.
    Vanished,
    /// Those that it names.
    Named,
}

fn accounts(db: &Connection, connection: ConnectionId, which: Which) -> Result<Vec<Known>> {
    let sql = "SELECT a.id, a.persistent_id, a.name, a.mask, a.kind, a.currency, c.provider
               FROM accounts a JOIN connections c ON c.id = a.connection
               WHERE a.connection = ?1 AND a.placeholder = 0
                 AND CASE ?2 WHEN 0 THEN 1 WHEN 1 THEN a.vanished_at IS NOT NULL ELSE a.vanished_at IS NULL END
               ORDER BY a.id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map((connection.0, which as i64), |row| {
        Ok(Known {
            id: row.get(0)?,
            persistent_id: row.get(1)?,
            name: row.get(2)?,
            mask: row.get(3)?,
            kind: (row.get(4)?, row.get(5)?),
            lasting: manner(&row.get::<_, String>(6)?).account_ids == IdLife::ForGood,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether two accounts can be one, before their transactions are looked at.
fn can_be(old: &Known, new: &Known) -> bool {
    let named = encode::fold(&old.name) == encode::fold(&new.name) || same(old.mask.as_ref(), new.mask.as_ref());
    let known = [old, new].iter().all(|account| account.lasting && account.persistent_id.is_some());
    old.kind == new.kind && (same(old.persistent_id.as_ref(), new.persistent_id.as_ref()) || (named && !known))
}

fn same(one: Option<&String>, other: Option<&String>) -> bool {
    one.is_some() && one == other
}

/// Why two accounts that can be one are one.
fn likeness(old: &Known, new: &Known, ledger: &Ledger) -> Option<Likeness> {
    if same(old.persistent_id.as_ref(), new.persistent_id.as_ref()) {
        return Some(Likeness::PersistentId);
    }
    let both = encode::fold(&old.name) == encode::fold(&new.name) && old.mask.is_some() && old.mask == new.mask;
    if both && ledger.agrees() {
        Some(Likeness::NameAndMask)
    } else {
        ledger.convinces().then_some(Likeness::Transactions)
    }
}

impl Store {
    /// What joining a new connection to the one before it would mean; of one connection with itself: what joining the accounts would
    /// mean that came to it under another id than they had.
    pub fn adoption(&self, old: ConnectionId, new: ConnectionId) -> Result<Adoption> {
        let within = old == new;
        let (gone, named) = if within { (Which::Vanished, Which::Named) } else { (Which::All, Which::All) };
        let mut plan = Adoption { old, new, accounts: Vec::new(), left: Vec::new() };
        let mut free = accounts(&self.db, new, named)?;
        for known in accounts(&self.db, old, gone)? {
            let mut best: Option<(usize, Likeness, Ledger)> = None;
            let later = |candidate: &Known| !within || candidate.id > known.id;
            let fits = |candidate: &Known| later(candidate) && can_be(&known, candidate);
            for (place, candidate) in free.iter().enumerate().filter(|(_, candidate)| fits(candidate)) {
                let ledger = Ledger::compare(&self.db, known.id, candidate.id)?;
                let by = likeness(&known, candidate, &ledger);
                let by = by.filter(|by| !within || *by == Likeness::PersistentId || ledger.meets());
                if let Some(by) = by
                    && best.as_ref().is_none_or(|(_, _, other)| other.rows.len() < ledger.rows.len())
                {
                    best = Some((place, by, ledger));
                }
            }
            match best {
                None => plan.left.push(known.name),
                Some((place, by, ledger)) => plan.accounts.push(JoinedAccount {
                    account: AccountId(known.id),
                    name: known.name,
                    takes: AccountId(free.remove(place).id),
                    by,
                    same: ledger.rows.len() as u64,
                    new: ledger.only_new as u64,
                    kept: ledger.only_old as u64,
                    rows: ledger.rows,
                }),
            }
        }
        Ok(plan)
    }

    /// What is to be joined within a connection, without the accounts that their owner parted again.
    pub fn churned(&self, connection: ConnectionId) -> Result<Option<Adoption>> {
        let mut plan = self.adoption(connection, connection)?;
        if plan.accounts.is_empty() {
            return Ok(None);
        }
        let parted = self.entries("connection.part", connection, connection)?;
        let is_parted = |pair: &JoinedAccount| {
            let ids = serde_json::json!([pair.account.to_string(), pair.takes.to_string()]);
            parted.iter().any(|pairs| pairs.as_array().is_some_and(|pairs| pairs.contains(&ids)))
        };
        plan.accounts.retain(|pair| !is_parted(pair));
        Ok(Some(plan).filter(|plan| !plan.accounts.is_empty()))
    }

    /// How many transactions of the accounts that are taken in carry their owner's words.
    pub fn edited(&self, plan: &Adoption) -> Result<u64> {
        let sql = "SELECT count(*) FROM transactions t WHERE t.account = ?1
                   AND (EXISTS (SELECT 1 FROM edits e WHERE e.transaction_id = t.id)
                        OR EXISTS (SELECT 1 FROM transaction_tags g WHERE g.transaction_id = t.id))";
        let mut statement = self.db.prepare_cached(sql)?;
        let counts = plan.accounts.iter().map(|pair| statement.query_row([pair.takes.0], |row| row.get::<_, i64>(0)));
        Ok(counts.sum::<std::result::Result<i64, _>>()?.unsigned_abs())
    }

    /// The accounts that were joined last and can be parted again, as the audit trail keeps them: those that go on and their shells.
    pub fn adopted(&self, old: ConnectionId, new: ConnectionId) -> Result<Vec<(AccountId, AccountId)>> {
        for pairs in self.entries("connection.adopt", old, new)? {
            let found = parts(&self.db, &pairs)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// The pairs of all audit entries of an action about two connections, newest first.
    fn entries(&self, action: &str, old: ConnectionId, new: ConnectionId) -> Result<Vec<serde_json::Value>> {
        let sql = "SELECT detail FROM audit WHERE action = ?1 AND resource = ?2 ORDER BY seq DESC";
        let mut statement = self.db.prepare_cached(sql)?;
        let details = statement.query_map((action, old.to_string()), |row| row.get::<_, String>(0))?;
        let mut found = Vec::new();
        for detail in details {
            let mut detail: serde_json::Value = serde_json::from_str(&detail?)?;
            if detail["into"] == new.to_string() || detail["from"] == new.to_string() {
                found.push(detail["pairs"].take());
            }
        }
        Ok(found)
    }
}

/// The pairs of an audit entry that still are what they were made.
fn parts(db: &Connection, pairs: &serde_json::Value) -> Result<Vec<(AccountId, AccountId)>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ?1 AND placeholder = ?2)";
    let is_shell = |id: AccountId| db.prepare_cached(sql)?.query_row((id.0, SHELL), |row| row.get(0));
    let mut found = Vec::new();
    for pair in pairs.as_array().into_iter().flatten() {
        let id = |place: usize| pair[place].as_str().and_then(|text| text.parse::<AccountId>().ok());
        if let (Some(kept), Some(shell)) = (id(0), id(1))
            && is_shell(shell)?
        {
            found.push((kept, shell));
        }
    }
    Ok(found)
}

/// Pairs as an audit entry keeps them.
fn noted(pairs: impl Iterator<Item = (AccountId, AccountId)>) -> Vec<[String; 2]> {
    pairs.map(|(kept, shell)| [kept.to_string(), shell.to_string()]).collect()
}

impl Tx<'_> {
    /// Joins what a plan says.
    pub fn adopt(&mut self, plan: &Adoption) -> Result<()> {
        let mut touched = swap::Days::default();
        for pair in &plan.accounts {
            let (kept, shell) = (pair.account.0, pair.takes.0);
            swap::recount(self, kept, plan.old, swap::origin(plan.old, plan.new, pair.takes))?;
            for (old, new) in &pair.rows {
                swap::bury(self, *old, *new, &mut touched)?;
            }
            swap::move_rows(self, shell, kept, plan.new, &mut touched)?;
            let since = swap::first_day(self.db, shell)?;
            swap::balances(self, kept, shell, since)?;
            self.join_trades(kept, shell, trades::reach(since)?)?;
            swap::accounts(self, kept, shell, SHELL)?;
        }
        touched.refresh(self)?;
        self.about(plan.old);
        self.note("into", plan.new.to_string());
        self.note("pairs", noted(plan.accounts.iter().map(|pair| (pair.account, pair.takes))));
        Ok(())
    }

    /// Parts accounts that were joined: the book is as it was, with what has come since on the new connection's side.
    pub fn release(&mut self, old: ConnectionId, new: ConnectionId, pairs: &[(AccountId, AccountId)]) -> Result<()> {
        let mut touched = swap::Days::default();
        for (kept, shell) in pairs {
            let origin = swap::origin(old, new, *shell);
            swap::accounts(self, kept.0, shell.0, 0)?;
            swap::unbury(self, shell.0, origin, &mut touched)?;
            swap::move_rows(self, kept.0, shell.0, new, &mut touched)?;
            swap::recount(self, kept.0, origin, old)?;
            let since = swap::first_day(self.db, shell.0)?;
            swap::balances(self, kept.0, shell.0, since)?;
            self.part_trades(kept.0, shell.0, trades::reach(since)?)?;
        }
        touched.refresh(self)?;
        self.about(old);
        self.note("from", new.to_string());
        self.note("pairs", noted(pairs.iter().copied()));
        Ok(())
    }
}

/// A row that must be there.
fn there<T>(found: Option<T>, id: i64) -> Result<T> {
    found.ok_or_else(|| StoreError::Damaged(format!("transaction t{id} is gone")))
}
