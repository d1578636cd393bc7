//! Joins the accounts of a bank that was linked anew to those of its connection before, and takes that back.
//!
//! The old account goes on under the new connection; the new one becomes an empty shell of the old connection. Of each
//! transaction that both have, the old row keeps its id and what its owner wrote, and changes facts with the new one, which
//! becomes a tombstone. Invariant: everything is exchanged and nothing dropped, so that [`Tx::release`] restores the book.

mod matching;
mod swap;

pub(crate) use swap::comes_from;

use rusqlite::Connection;
use serde::Serialize;

use self::matching::Ledger;
use super::{Result, Store, StoreError, Tx, encode};
use crate::domain::ids::{AccountId, ConnectionId};

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
    /// The connection that ended.
    pub old: ConnectionId,
    /// The connection that goes on.
    pub new: ConnectionId,
    /// The accounts that are joined.
    pub accounts: Vec<JoinedAccount>,
    /// Accounts of the old connection without a counterpart, by name: they stay as they are.
    pub left: Vec<String>,
}

/// An account as far as matching needs it.
struct Known {
    id: i64,
    persistent_id: Option<String>,
    name: String,
    mask: Option<String>,
    /// What must be the same: kind and currency.
    kind: (String, i64),
}

fn accounts(db: &Connection, connection: ConnectionId) -> Result<Vec<Known>> {
    let sql = "SELECT id, persistent_id, name, mask, kind, currency FROM accounts
               WHERE connection = ?1 AND placeholder = 0 ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([connection.0], |row| {
        Ok(Known {
            id: row.get(0)?,
            persistent_id: row.get(1)?,
            name: row.get(2)?,
            mask: row.get(3)?,
            kind: (row.get(4)?, row.get(5)?),
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether two accounts are one.
fn likeness(old: &Known, new: &Known, ledger: &Ledger) -> Option<Likeness> {
    if old.kind != new.kind {
        return None;
    }
    if let (Some(one), Some(other)) = (&old.persistent_id, &new.persistent_id) {
        return (one == other).then_some(Likeness::PersistentId);
    }
    let name = encode::fold(&old.name) == encode::fold(&new.name);
    let mask = old.mask.is_some() && old.mask == new.mask;
    match (name, mask) {
        (true, true) if ledger.agrees() => Some(Likeness::NameAndMask),
        (true, _) | (_, true) if ledger.convinces() => Some(Likeness::Transactions),
        _ => None,
    }
}

impl Store {
    /// What joining a new connection to the one before it would mean.
    pub fn adoption(&self, old: ConnectionId, new: ConnectionId) -> Result<Adoption> {
        let mut free = accounts(&self.db, new)?;
        let mut plan = Adoption { old, new, accounts: Vec::new(), left: Vec::new() };
        for known in accounts(&self.db, old)? {
            let mut best: Option<(usize, Likeness, Ledger)> = None;
            for (place, candidate) in free.iter().enumerate().filter(|(_, candidate)| candidate.kind == known.kind) {
                let ledger = Ledger::compare(&self.db, known.id, candidate.id)?;
                if let Some(by) = likeness(&known, candidate, &ledger)
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

    /// How many transactions of a connection carry their owner's words.
    pub fn edited(&self, connection: ConnectionId) -> Result<u64> {
        let sql = "SELECT count(*) FROM transactions t JOIN accounts a ON a.id = t.account WHERE a.connection = ?1
                   AND (EXISTS (SELECT 1 FROM edits e WHERE e.transaction_id = t.id)
                        OR EXISTS (SELECT 1 FROM transaction_tags g WHERE g.transaction_id = t.id))";
        let count: i64 = self.db.prepare_cached(sql)?.query_row([connection.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The accounts that were joined and can be parted again, as the audit trail keeps them: those that go on and their shells.
    pub fn adopted(&self, old: ConnectionId, new: ConnectionId) -> Result<Vec<(AccountId, AccountId)>> {
        let sql = "SELECT detail FROM audit WHERE action = 'connection.adopt' AND resource = ?1 ORDER BY seq DESC";
        let mut statement = self.db.prepare_cached(sql)?;
        let details = statement.query_map([old.to_string()], |row| row.get::<_, String>(0))?;
        for detail in details {
            let detail: serde_json::Value = serde_json::from_str(&detail?)?;
            if detail["into"] == new.to_string() {
                return parts(&self.db, &detail["pairs"]);
            }
        }
        Ok(Vec::new())
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

impl Tx<'_> {
    /// Joins what a plan says.
    pub fn adopt(&mut self, plan: &Adoption) -> Result<()> {
        let mut touched = swap::Days::default();
        for pair in &plan.accounts {
            for (old, new) in &pair.rows {
                swap::bury(self, *old, *new, &mut touched)?;
            }
            swap::move_rows(self, pair.takes.0, pair.account.0, plan.new, &mut touched)?;
            swap::move_balances(self, pair.takes.0, pair.account.0, 0)?;
            swap::accounts(self, pair.account.0, pair.takes.0, SHELL)?;
        }
        touched.refresh(self)?;
        let pairs: Vec<_> =
            plan.accounts.iter().map(|pair| vec![pair.account.to_string(), pair.takes.to_string()]).collect();
        self.about(plan.old);
        self.note("into", plan.new.to_string());
        self.note("pairs", pairs);
        Ok(())
    }

    /// Parts accounts that were joined: the book is as it was, with what has come since on the new connection's side.
    pub fn release(&mut self, old: ConnectionId, new: ConnectionId, pairs: &[(AccountId, AccountId)]) -> Result<()> {
        let mut touched = swap::Days::default();
        for (kept, shell) in pairs {
            swap::accounts(self, kept.0, shell.0, 0)?;
            swap::unbury(self, shell.0, old, &mut touched)?;
            swap::move_rows(self, kept.0, shell.0, new, &mut touched)?;
            let sql = "SELECT created_at FROM connections WHERE id = ?1";
            let since: i64 = self.db.prepare_cached(sql)?.query_row([new.0], |row| row.get(0))?;
            let day = encode::day(encode::instant(since)?.to_zoned(jiff::tz::TimeZone::UTC).date());
            swap::move_balances(self, kept.0, shell.0, day)?;
        }
        touched.refresh(self)?;
        self.about(old);
        self.note("from", new.to_string());
        Ok(())
    }
}

/// A row that must be there.
fn there<T>(found: Option<T>, id: i64) -> Result<T> {
    found.ok_or_else(|| StoreError::Damaged(format!("transaction t{id} is gone")))
}
