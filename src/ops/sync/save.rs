//! The writing half: one transaction of the book for everything one connection sent.

use super::{Means, fetch::Arrival};
use crate::{
    domain::{
        accounts::ProviderAccount,
        dates::Timestamp,
        ids::ConnectionId,
        standing::Remedy,
        sync::{Health, History},
        views::{OutcomeKind, SyncLine},
    },
    ops::provider::{ProviderError, Start, Step, Trouble},
    store::{Event, Store, StoreError, SyncCounts, SyncEnd, SyncMode},
};

/// How one connection's sync ended, with more than the table shows.
pub(super) struct Saved {
    pub(super) line: SyncLine,
    /// Balances kept less exactly than they came.
    pub(super) rounded: Vec<String>,
    /// What else there is to say.
    pub(super) notes: Vec<String>,
    pub(super) error: Option<ProviderError>,
    /// What is to be done about it.
    pub(super) remedy: Remedy,
    pub(super) incomplete: bool,
    /// Whether the provider had something to say although the rest is saved.
    pub(super) spoke: bool,
}

/// Why the transaction was left without a commit.
enum Left {
    /// The pages come again, as changes or as the whole history.
    Again(SyncMode),
    /// The stream ended without its end: the verdict says why.
    Ended,
    Store(StoreError),
}

impl From<StoreError> for Left {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Writes what a connection sent; a failure of the bank is recorded, a failure of the book ends the run.
pub(super) fn connection(store: &mut Store, arrival: &mut Arrival, means: &Means<'_>) -> Result<Saved, StoreError> {
    let started_at = (means.now)();
    if let Some(Step::Start(start)) = arrival.messages.blocking_recv()
        && let Some(saved) = changes(store, arrival, means, *start)?
    {
        return Ok(saved);
    }
    let verdict = arrival.verdict.take().and_then(|verdict| verdict.blocking_recv().ok());
    let error = verdict.and_then(Result::err).unwrap_or_else(ProviderError::stopped);
    failed(store, (arrival.id, &arrival.name), means, started_at, error)
}

/// What was rounded of an account, with its name.
fn rounded(account: &ProviderAccount) -> impl Iterator<Item = String> {
    account.notes.iter().map(|note| format!("{}: {note}", account.name))
}

/// The change stream in one transaction; `None` when it broke off.
fn changes(
    store: &mut Store,
    arrival: &mut Arrival,
    means: &Means<'_>,
    mut start: Start,
) -> Result<Option<Saved>, StoreError> {
    let started_at = (means.now)();
    let mut mode = arrival.mode;
    loop {
        let event = event(arrival.id, (means.now)());
        let written = store.write(&event, |tx| {
            let moves = if start.partial {
                tx.add_accounts(arrival.id, &start.accounts)?
            } else {
                tx.set_accounts(arrival.id, &start.accounts)?
            };
            let mut run = tx.sync(arrival.id, mode)?;
            run.moved(moves);
            run.refuse(&start.refused)?;
            loop {
                match arrival.messages.blocking_recv() {
                    Some(Step::Page(delta)) => run.apply(&delta)?,
                    Some(Step::Said(sentence)) if !start.said.contains(&sentence) => start.said.push(sentence),
                    Some(Step::Notice(sentence)) if !start.notices.contains(&sentence) => start.notices.push(sentence),
                    Some(Step::Said(_) | Step::Notice(_)) => {}
                    Some(Step::Product(report, refused)) => {
                        run.refuse(&refused)?;
                        run.product(&report, start.health.bank_updated_at)?;
                    }
                    Some(Step::Restart) => return Err(Left::Again(mode)),
                    Some(Step::FullResync) => return Err(Left::Again(SyncMode::Full)),
                    Some(Step::Done { cursor, history }) => {
                        let cursor = cursor.as_deref().unwrap_or_default();
                        let (remedy, health) = (start.remedy, &start.health);
                        let end = SyncEnd { started_at, cursor, history, remedy, health };
                        let counts = run.finish(&end)?;
                        start.health.bank_updated_at = tx.bank_updated_at(arrival.id)?;
                        tx.count_calls(&means.meter.take_about(arrival.id))?;
                        return Ok((counts, history));
                    }
                    Some(Step::Start(_)) | None => return Err(Left::Ended),
                }
            }
        });
        match written {
            Ok((counts, history)) => return Ok(Some(saved(arrival, start, counts, history))),
            Err(Left::Again(next)) => mode = next,
            Err(Left::Ended) => return Ok(None),
            Err(Left::Store(error)) => return Err(error),
        }
    }
}

fn saved(arrival: &Arrival, start: Start, counts: SyncCounts, history: History) -> Saved {
    let outcome = OutcomeKind::saved(start.remedy);
    // What the connection itself suffers from is said of the connection.
    let known = |code: &str| start.health.error.as_ref().is_some_and(|error| error.code == code);
    let unread = counts.failed.iter().filter(|failure| !known(&failure.code));
    let unread: Vec<String> =
        unread.map(|failure| format!("{}: {failure}; what was known of it stays", arrival.name)).collect();
    let line = SyncLine {
        id: arrival.id,
        name: arrival.name.clone(),
        outcome,
        added: counts.added,
        modified: counts.modified,
        removed: counts.removed,
        refused: counts.refused,
        refused_rows: counts.refusals,
        failed_products: counts.failed,
        accounts_gone: counts.gone,
        accounts_back: counts.back,
        bank_updated_at: start.health.bank_updated_at,
        error: start.health.error.map(|error| error.message),
    };
    let incomplete = matches!(history, History::NotReady | History::Initial);
    let rounded = start.accounts.iter().flat_map(rounded).collect();
    let spoke = outcome == OutcomeKind::Ok && !start.said.is_empty();
    let said = start.said.iter().chain(&start.notices).map(|sentence| format!("{}: {sentence}", arrival.name));
    let notes = counts.notes.into_iter().chain(unread).chain(said).collect();
    Saved { line, rounded, notes, error: None, remedy: start.remedy, incomplete, spoke }
}

/// Records that a connection failed, or was stopped after it had been asked; its rows and cursor stay as they were.
pub(super) fn failed(
    store: &mut Store,
    (id, name): (ConnectionId, &str),
    means: &Means<'_>,
    started_at: Timestamp,
    error: ProviderError,
) -> Result<Saved, StoreError> {
    let remedy = error.remedy();
    let item_error = error.to_item_error();
    let stopped = error.trouble() == Trouble::Stopped;
    if !stopped || means.meter.has_about(id) {
        store.write(&event(id, (means.now)()), |tx| {
            if stopped {
                tx.sync_stopped(id, started_at, &item_error)?;
            } else {
                let health = Health { error: Some(item_error), ..Health::default() };
                tx.sync_failed(id, started_at, remedy, &health)?;
            }
            tx.count_calls(&means.meter.take_about(id))
        })?;
    }
    let outcome = if stopped { OutcomeKind::Skipped } else { OutcomeKind::failed(remedy) };
    let line = SyncLine {
        id,
        name: name.to_owned(),
        outcome,
        added: 0,
        modified: 0,
        removed: 0,
        refused: 0,
        refused_rows: Vec::new(),
        failed_products: Vec::new(),
        accounts_gone: Vec::new(),
        accounts_back: Vec::new(),
        bank_updated_at: None,
        error: Some(error.to_string()),
    };
    let (rounded, notes) = (Vec::new(), Vec::new());
    Ok(Saved { line, rounded, notes, error: Some(error), remedy, incomplete: false, spoke: false })
}

fn event(id: ConnectionId, at: Timestamp) -> Event {
    Event { at, action: "sync".to_owned(), resource: Some(id.to_string()) }
}
