//! The writing half: one transaction of the book for everything one connection sent.

use super::{
    Means,
    fetch::{Arrival, Message},
};
use crate::{
    domain::{
        accounts::ProviderAccount,
        dates::Timestamp,
        standing::Remedy,
        sync::{Health, History, ItemError, Refusal},
        views::{OutcomeKind, SyncLine},
    },
    plaid::{PlaidError, SyncEvent, SyncOutcome, action_of},
    store::{Event, Store, StoreError, SyncCounts, SyncEnd, SyncMode},
};

/// How one connection's sync ended, with more than the table shows.
pub(super) struct Saved {
    pub(super) line: SyncLine,
    /// Balances kept less exactly than they came.
    pub(super) rounded: Vec<String>,
    /// What else there is to say.
    pub(super) notes: Vec<String>,
    pub(super) error: Option<PlaidError>,
    pub(super) incomplete: bool,
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

/// What the bank said before its changes.
struct Start {
    accounts: Vec<ProviderAccount>,
    rounded: Vec<String>,
    refused: Vec<Refusal>,
    health: Health,
}

/// Writes what a connection sent; a failure of the bank is recorded, a failure of the book ends the run.
pub(super) fn connection(store: &mut Store, arrival: &mut Arrival, means: &Means<'_>) -> Result<Saved, StoreError> {
    let started_at = (means.now)();
    if let Some(Message::Start(list, health)) = arrival.messages.blocking_recv() {
        let list = *list;
        let rounded = list.accounts.iter().flat_map(rounded).collect();
        let start = Start { accounts: list.accounts, rounded, refused: list.refused, health };
        if let Some(saved) = changes(store, arrival, means, start)? {
            return Ok(saved);
        }
    }
    let verdict = arrival.verdict.take().and_then(|verdict| verdict.blocking_recv().ok());
    let error = verdict.and_then(Result::err).unwrap_or(PlaidError::Stopped);
    failed(store, arrival, means, started_at, error)
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
    start: Start,
) -> Result<Option<Saved>, StoreError> {
    let started_at = (means.now)();
    let mut mode = arrival.mode;
    loop {
        let event = event(arrival, (means.now)());
        let written = store.write(&event, |tx| {
            tx.set_accounts(arrival.id, &start.accounts)?;
            let mut run = tx.sync(arrival.id, mode)?;
            run.refuse(&start.refused)?;
            loop {
                match arrival.messages.blocking_recv() {
                    Some(Message::Change(SyncEvent::Page(delta))) => run.apply(&delta)?,
                    Some(Message::Product(report, refused)) => {
                        run.refuse(&refused)?;
                        run.product(&report)?;
                    }
                    Some(Message::Change(SyncEvent::Restart)) => return Err(Left::Again(mode)),
                    Some(Message::Change(SyncEvent::FullResync)) => return Err(Left::Again(SyncMode::Full)),
                    Some(Message::Change(SyncEvent::Done(SyncOutcome { cursor, history, .. }))) => {
                        let remedy = start.health.error.as_ref().map_or(Remedy::Nothing, remedy_of);
                        let cursor = cursor.as_deref().unwrap_or_default();
                        let end = SyncEnd { started_at, cursor, history, remedy, health: &start.health };
                        let counts = run.finish(&end)?;
                        tx.count_calls(&means.client.meter().take())?;
                        return Ok((counts, history));
                    }
                    Some(Message::Start(..)) | None => return Err(Left::Ended),
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
    let outcome = match &start.health.error {
        Some(error) if remedy_of(error).needs_owner() => OutcomeKind::Reauth,
        _ => OutcomeKind::Ok,
    };
    let line = SyncLine {
        id: arrival.id,
        name: arrival.name.clone(),
        outcome,
        added: counts.added,
        modified: counts.modified,
        removed: counts.removed,
        refused: counts.refused,
        refused_rows: counts.refusals,
        bank_updated_at: start.health.bank_updated_at,
        error: start.health.error.map(|error| error.message),
    };
    let incomplete = matches!(history, History::NotReady | History::Initial);
    Saved { line, rounded: start.rounded, notes: counts.notes, error: None, incomplete }
}

/// Records that a connection failed; its rows and cursor stay as they were.
fn failed(
    store: &mut Store,
    arrival: &Arrival,
    means: &Means<'_>,
    started_at: Timestamp,
    error: PlaidError,
) -> Result<Saved, StoreError> {
    let remedy = error.action().remedy();
    let item_error = ItemError {
        code: error.code().unwrap_or("NO_ANSWER").to_owned(),
        message: error.words(),
        request_id: error.request_id().map(str::to_owned),
    };
    let health = Health { error: Some(item_error), ..Health::default() };
    let stopped = matches!(error, PlaidError::Stopped);
    if !stopped {
        store.write(&event(arrival, (means.now)()), |tx| {
            tx.sync_failed(arrival.id, started_at, remedy, &health)?;
            tx.count_calls(&means.client.meter().take())
        })?;
    }
    let outcome = match remedy {
        _ if stopped => OutcomeKind::Skipped,
        remedy if remedy.needs_owner() => OutcomeKind::Reauth,
        _ => OutcomeKind::Failed,
    };
    let line = SyncLine {
        id: arrival.id,
        name: arrival.name.clone(),
        outcome,
        added: 0,
        modified: 0,
        removed: 0,
        refused: 0,
        refused_rows: Vec::new(),
        bank_updated_at: None,
        error: Some(error.to_string()),
    };
    Ok(Saved { line, rounded: Vec::new(), notes: Vec::new(), error: Some(error), incomplete: false })
}

fn event(arrival: &Arrival, at: Timestamp) -> Event {
    Event { at, action: "sync".to_owned(), resource: Some(arrival.id.to_string()) }
}

fn remedy_of(error: &ItemError) -> Remedy {
    action_of("ITEM_ERROR", &error.code).remedy()
}
