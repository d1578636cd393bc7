//! The sync writer: one connection's whole run of pages in one transaction.
//!
//! Invariant: however a change history is cut into pages, replayed or started again, the book ends the same; what the
//! owner wrote is never overwritten, and a row that the bank takes back becomes a tombstone.

use std::collections::{HashMap, HashSet};

use super::{
    Result, StoreError, Tx, adopt, connections,
    digests::{Area, Canonical, Place},
    edits,
    effective::{derive, facts},
    encode, pairing, posting,
    refused::Refused,
    row::{self, Facts, Row},
    runs,
    seen::{Ids, Rows},
};
use crate::{
    domain::{
        dates::Timestamp,
        ids::{ConnectionId, ProviderAccountId},
        products::ProductFailure,
        provider::{Manner, manner},
        standing::Remedy,
        sync::{Delta, Health, History, Refusal, Removed},
        transactions::{ProviderTransaction, Status},
        transfers,
        views::{AccountMoves, NamedAccount},
    },
    store::accounts::AccountRef,
};

/// Sentences kept about rows that could not be taken as they came.
const NOTES: usize = 100;

/// What a run starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncMode {
    /// The stored cursor: changes only.
    Changes,
    /// The beginning: the whole history comes again, and rows that no longer come are taken back.
    Full,
}

/// Real changes of a run; a replay counts zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncCounts {
    /// New transactions.
    pub added: u64,
    /// Changed ones, pending ones that posted among them.
    pub modified: u64,
    /// Ones the bank took back.
    pub removed: u64,
    /// Products that could not be read.
    pub failed: Vec<ProductFailure>,
    /// Accounts that the bank names no more.
    pub gone: Vec<NamedAccount>,
    /// Accounts that it names again.
    pub back: Vec<NamedAccount>,
    /// What else is to be said, one sentence each; never a merchant or an amount.
    pub notes: Vec<String>,
    /// How many rows the book cannot hold.
    pub refused: u64,
    /// The first of them.
    pub refusals: Vec<Refusal>,
}

/// What a finished run leaves with its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncEnd<'a> {
    /// When the run began.
    pub started_at: Timestamp,
    /// Where the next run starts; an empty one (history not ready) leaves the old cursor.
    pub cursor: &'a str,
    /// How complete the provider's history is.
    pub history: History,
    /// What is to be done about the connection.
    pub remedy: Remedy,
    /// The provider's word on it.
    pub health: &'a Health,
}

/// A run under way. Dropping the transaction without [`SyncRun::finish`] leaves the book as it was.
pub struct SyncRun<'t, 'a> {
    pub(crate) tx: &'t mut Tx<'a>,
    pub(crate) connection: ConnectionId,
    /// Who brings the rows.
    pub(crate) manner: Manner,
    cursor: Option<String>,
    /// How complete the history was when the run began.
    history: History,
    accounts: HashMap<ProviderAccountId, AccountRef>,
    pub(crate) counts: SyncCounts,
    /// First and last day of all rows that changed.
    touched: Option<(i64, i64)>,
    /// Rows with a greater id are new in this run.
    pub(crate) last_before: i64,
    /// Pending rows taken back in this run and not yet found again.
    pub(crate) gone: HashSet<i64>,
    /// Which rows came, in a full run.
    seen: Option<Rows>,
    /// In the first run of a connection, the only ids it can have.
    ids: Option<Ids>,
    refused: Refused,
}

impl<'a> Tx<'a> {
    /// Starts a run of a connection's change stream.
    pub fn sync(&mut self, connection: ConnectionId, mode: SyncMode) -> Result<SyncRun<'_, 'a>> {
        use rusqlite::OptionalExtension as _;
        let sql = "SELECT cursor, provider, history FROM connections WHERE id = ?1 AND removed_at IS NULL";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?));
        let found = self.db.prepare_cached(sql)?.query_row([connection.0], read).optional()?;
        let (cursor, provider, history) =
            found.ok_or_else(|| StoreError::NotFound { noun: "connection", text: connection.to_string() })?;
        let sql = "SELECT coalesce(max(id), 0) FROM transactions";
        let last_before = self.db.query_row(sql, [], |row| row.get(0))?;
        let sql = "SELECT EXISTS (SELECT 1 FROM accounts a WHERE a.connection = ?1
                   AND EXISTS (SELECT 1 FROM transactions t WHERE t.account = a.id))";
        let known: bool = self.db.query_row(sql, [connection.0], |row| row.get(0))?;
        let ids = (!known).then(Ids::default);
        let refused = Refused::load(self.db, connection)?;
        Ok(SyncRun {
            tx: self,
            connection,
            manner: manner(&provider),
            cursor,
            history: encode::history(&history),
            accounts: HashMap::new(),
            counts: SyncCounts::default(),
            touched: None,
            last_before,
            gone: HashSet::new(),
            seen: (mode == SyncMode::Full).then(Rows::default),
            ids,
            refused,
        })
    }
}

impl SyncRun<'_, '_> {
    /// Where the change stream goes on, as stored when the run began.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Writes one page.
    pub fn apply(&mut self, page: &Delta) -> Result<()> {
        for account in &page.accounts {
            let known = self.tx.upsert_account(self.connection.0, account)?;
            self.accounts.insert(account.id.clone(), known);
        }
        for transaction in page.added.iter().chain(&page.modified) {
            self.upsert(transaction)?;
        }
        for removed in &page.removed {
            self.remove(removed)?;
        }
        self.refuse(&page.refused)
    }

    /// Says which accounts the bank names no more, and which it names again.
    pub fn moved(&mut self, moves: AccountMoves) {
        for NamedAccount { name, .. } in &moves.gone {
            self.remark(format!("the bank does not name {name} any more: it counts as closed, and its history stays"));
        }
        for NamedAccount { name, .. } in &moves.back {
            self.remark(format!("the bank names {name} again: it counts once more"));
        }
        (self.counts.gone, self.counts.back) = (moves.gone, moves.back);
    }

    /// Remembers rows that the book cannot hold; what it has of them already stays as it is.
    pub fn refuse(&mut self, rows: &[Refusal]) -> Result<()> {
        for refusal in rows {
            if self.refused.remember(self.tx, self.connection, refusal)? && self.counts.refusals.len() < NOTES {
                self.counts.refusals.push(refusal.clone());
            }
            let hash = encode::hash(self.connection.0, &refusal.id);
            if self.seen.is_some()
                && let Some(row) = self.find(hash, &refusal.id)?
                && let Some(seen) = &mut self.seen
            {
                seen.mark(row.id);
            }
        }
        Ok(())
    }

    /// Ends the run: pairs what posted without a link, marks transfers, moves the cursor, writes the log.
    pub fn finish(mut self, end: &SyncEnd<'_>) -> Result<SyncCounts> {
        let mode = if self.seen.is_some() { SyncMode::Full } else { SyncMode::Changes };
        // What the provider itself calls the beginning of a history says nothing of the rest.
        let begun = matches!(end.history, History::NotReady | History::Initial);
        let whole = self.seen.take().filter(|_| !end.cursor.is_empty() && !begun);
        if let Some(seen) = &whole {
            self.take_back_unseen(seen)?;
        }
        self.counts.refused = self.refused.settle(self.tx, self.connection, whole.is_some())?;
        posting::settle(&mut self)?;
        adopt::settle(&mut self)?;
        if let Some((from, to)) = self.touched {
            pairing::refresh(self.tx, from, to)?;
        }
        self.tx.note_late(self.connection, self.last_before, (mode, self.history))?;
        let next = Some(end.cursor).filter(|cursor| !cursor.is_empty()).or(self.cursor.as_deref());
        self.tx.move_cursor(self.connection, self.cursor.as_deref(), next, end.history)?;
        connections::write_health(self.tx.db, self.connection, end.remedy, end.health)?;
        runs::record(self.tx, self.connection, end, &self.counts)?;
        self.tx.about(self.connection);
        for (name, count) in
            [("added", self.counts.added), ("modified", self.counts.modified), ("removed", self.counts.removed)]
        {
            self.tx.note(name, count);
        }
        if self.counts.refused > 0 {
            self.tx.note("refused", self.counts.refused);
        }
        Ok(self.counts)
    }

    fn upsert(&mut self, transaction: &ProviderTransaction) -> Result<()> {
        self.refused.forget(self.tx, self.connection, transaction.id.as_str())?;
        let account = self.account(transaction)?;
        let (facts, payee) = facts(self.tx, (account, self.manner.source), transaction)?;
        let hash = encode::hash(self.connection.0, transaction.id.as_str());
        if let Some(old) = self.find(hash, transaction.id.as_str())? {
            return self.change(&old, facts, account);
        }
        if transaction.status == Status::Pending && self.lives_on(&facts, hash, transaction.id.as_str())? {
            return Ok(());
        }
        if let Some(pending) = posting::announced(self, transaction)? {
            return self.post(&pending, facts, hash, account);
        }
        let meaning = self.tx.dictionary.meaning(self.tx.db, facts.category)?;
        let kind = encode::kind_number(transfers::kind_of(meaning, facts.amount, account.kind));
        let mut new = Row { id: 0, category: facts.category, facts, hash: Some(hash), kind, payee };
        new.insert(self.tx.db, &mut self.tx.digests)?;
        self.remember(hash);
        self.counts.added += 1;
        self.touch(&new);
        Ok(())
    }

    /// The row of a provider's id.
    pub(crate) fn find(&self, hash: i64, id: &str) -> Result<Option<Row>> {
        match &self.ids {
            Some(ids) if !ids.may_have(hash) => Ok(None),
            _ => row::by_provider_id(self.tx.db, hash, id),
        }
    }

    fn remember(&mut self, hash: i64) {
        if let Some(ids) = &mut self.ids {
            ids.add(hash);
        }
    }

    /// Writes newer facts over a row; what the owner wrote stays.
    fn change(&mut self, old: &Row, facts: Facts, account: AccountRef) -> Result<()> {
        if let Some(seen) = &mut self.seen {
            seen.mark(old.id);
        }
        if old.facts == facts {
            return Ok(());
        }
        let edit = edits::load(self.tx.db, old.id)?;
        let new = Row { id: old.id, hash: old.hash, ..derive(self.tx, facts, account, edit.as_ref())? };
        new.update(old, self.tx.db, &mut self.tx.digests)?;
        if old.facts.state == encode::REMOVED {
            posting::unbury(self.tx.db, old.id)?;
            self.gone.remove(&old.id);
            self.counts.added += 1;
        } else {
            self.counts.modified += 1;
        }
        self.touch(old);
        self.touch(&new);
        Ok(())
    }

    /// A pending row becomes the posted one: it keeps its id and what the owner wrote, and takes everything else.
    pub(crate) fn post(&mut self, pending: &Row, facts: Facts, hash: i64, account: AccountRef) -> Result<()> {
        let edit = edits::load(self.tx.db, pending.id)?;
        let new = Row { id: pending.id, hash: Some(hash), ..derive(self.tx, facts, account, edit.as_ref())? };
        new.update(pending, self.tx.db, &mut self.tx.digests)?;
        self.remember(hash);
        if let (Some(old_hash), Some(old_id)) = (pending.hash, pending.facts.provider_id.as_deref()) {
            self.tx
                .db
                .prepare_cached("INSERT INTO aliases (provider_hash, provider_id, transaction_id) VALUES (?1, ?2, ?3)")?
                .execute((old_hash, old_id, pending.id))?;
            let alias = Canonical::of("aliases").int(old_hash).text(Some(old_id)).int(pending.id);
            self.tx.digests.add(Place::of(Area::Aliases), &alias);
        }
        if pending.facts.state == encode::REMOVED {
            posting::unbury(self.tx.db, pending.id)?;
        }
        if self.gone.remove(&pending.id) {
            self.counts.removed -= 1;
            self.counts.modified += 1;
        } else if pending.facts.state == encode::REMOVED {
            self.counts.added += 1;
        } else {
            self.counts.modified += 1;
        }
        if let Some(seen) = &mut self.seen {
            seen.mark(new.id);
        }
        self.touch(pending);
        self.touch(&new);
        Ok(())
    }

    /// Whether a pending row lives on as a posted one already: as that which took it over, or as one that came before it and
    /// names it.
    fn lives_on(&mut self, pending: &Facts, hash: i64, id: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM aliases a JOIN transactions t ON t.id = a.transaction_id
                     WHERE a.provider_hash = ?1 AND a.provider_id = ?2 AND t.state < 2)
                   OR EXISTS (SELECT 1 FROM transactions WHERE account = ?3 AND date BETWEEN ?4 AND ?5 AND state = 0
                     AND pending_id = ?2)";
        let days = (pending.date - posting::DAYS_APART, pending.date + posting::DAYS_APART);
        let found = (hash, id, pending.account, days.0, days.1);
        Ok(self.tx.db.prepare_cached(sql)?.query_row(found, |row| row.get(0))?)
    }

    fn remove(&mut self, removed: &Removed) -> Result<()> {
        self.refused.forget(self.tx, self.connection, removed.id.as_str())?;
        let hash = encode::hash(self.connection.0, removed.id.as_str());
        match self.find(hash, removed.id.as_str())? {
            Some(row) if row.facts.state != encode::REMOVED => self.bury(&row),
            _ => Ok(()),
        }
    }

    /// Makes a tombstone of a row.
    fn bury(&mut self, old: &Row) -> Result<()> {
        let mut new = old.clone();
        new.facts.state = encode::REMOVED;
        new.update(old, self.tx.db, &mut self.tx.digests)?;
        let sql = "INSERT INTO tombstones (transaction_id, removed_at, state) VALUES (?1, ?2, ?3)";
        self.tx.db.prepare_cached(sql)?.execute((old.id, encode::millis(self.tx.at), old.facts.state))?;
        if old.facts.state == encode::state(Status::Pending) {
            self.gone.insert(old.id);
        }
        self.counts.removed += 1;
        self.touch(old);
        Ok(())
    }

    /// After a full run: rows that came before and did not come again are taken back, but for those of accounts of which the bank
    /// tells nothing any more.
    fn take_back_unseen(&mut self, seen: &Rows) -> Result<()> {
        let sql = "SELECT t.id FROM transactions t JOIN accounts a ON a.id = t.account
                   WHERE a.connection = ?1 AND a.vanished_at IS NULL AND t.state < 2 AND t.source = 0 AND t.id > ?2 AND t.id <= ?3
                   ORDER BY t.id LIMIT 1000";
        let mut after = 0;
        loop {
            let mut statement = self.tx.db.prepare_cached(sql)?;
            let ids = statement.query_map((self.connection.0, after, self.last_before), |row| row.get(0))?;
            let ids = ids.collect::<std::result::Result<Vec<i64>, _>>()?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = *last;
            for id in ids.into_iter().filter(|id| !seen.has(*id)) {
                // A row that an account brought along from the connection before was never of this stream.
                if let Some(row) = row::by_id(self.tx.db, id)?.filter(|row| adopt::comes_from(row, self.connection)) {
                    self.bury(&row)?;
                }
            }
        }
    }

    fn account(&mut self, transaction: &ProviderTransaction) -> Result<AccountRef> {
        if let Some(known) = self.accounts.get(&transaction.account) {
            return Ok(*known);
        }
        let currency = transaction.amount.currency;
        let (account, made) = self.tx.account_or_placeholder(self.connection.0, &transaction.account, currency)?;
        if made {
            self.remark(
                "transactions of an account that the bank does not list are kept under a placeholder".to_owned(),
            );
        }
        self.accounts.insert(transaction.account.clone(), account);
        Ok(account)
    }

    fn remark(&mut self, note: String) {
        if self.counts.notes.len() < NOTES && !self.counts.notes.contains(&note) {
            self.counts.notes.push(note);
        }
    }

    pub(crate) fn touch(&mut self, row: &Row) {
        let day = row.facts.date;
        self.touched = Some(self.touched.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    }
}
