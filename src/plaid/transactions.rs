//! `/transactions/sync`: one page, and the loop over pages that keeps Plaid's cursor rules.
//!
//! Invariant: whoever takes the pages may commit on [`SyncEvent::Done`] only, and then everything since the start or since
//! the last [`SyncEvent::Restart`] or [`SyncEvent::FullResync`] belongs together with the outcome's cursor.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use tokio::sync::mpsc::Sender;

use super::{
    action::Action,
    client::{Bearer, Client, LoopBounds, misread},
    convert,
    endpoint::Endpoint,
    error::PlaidError,
    http::Answer,
    link::DAYS_REQUESTED,
    wire::{
        Token,
        transactions::{CategoryVersion, SyncOptions, TransactionsSyncRequest},
    },
};
use crate::{
    domain::{
        accounts::KnownCurrencies,
        sync::{Delta, History},
    },
    secret::Secret,
};

/// The most that Plaid gives on one page: fewer pages are fewer chances for a change in between.
const COUNT: i64 = 500;
/// How often the first request of a loop may fail with a mutation before its cursor is given up.
const FIRST_PAGE_TRIES: usize = 3;

/// Where a loop starts.
#[derive(Debug, Clone, Default)]
pub struct SyncFrom {
    /// The cursor of the last loop that was committed; none the first time.
    pub cursor: Option<String>,
    /// Currencies of accounts that the book knows.
    pub known: KnownCurrencies,
}

/// What a loop tells whoever takes its pages.
#[derive(Debug)]
pub enum SyncEvent {
    /// Changes to apply, not yet to commit.
    Page(Delta),
    /// The data changed meanwhile: roll back every page of this loop, they come again.
    Restart,
    /// The cursor is lost: roll back every page; what follows is the whole history, and rows that do not come again are gone.
    FullResync,
    /// The loop is complete: commit.
    Done(SyncOutcome),
}

/// How a loop ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncOutcome {
    /// Where the next loop starts; none if there is no history yet, in which case a stored cursor stays as it is.
    pub cursor: Option<String>,
    /// How complete Plaid's history is.
    pub history: History,
    /// Whether the whole history was read instead of the changes.
    pub full_resync: bool,
    /// Pages of the run that counts.
    pub pages: usize,
    /// How often the loop was started again.
    pub restarts: usize,
}

/// How one run through the pages ended.
enum Run {
    Done { cursor: Option<String>, history: History, pages: usize },
    Mutated { pages: usize },
    CursorLost(PlaidError),
}

impl Client {
    /// Reads one page of changes after `cursor`; without a cursor from the beginning. A cursor that Plaid does not know for
    /// this token is an error with [`Action::FullResync`].
    pub async fn transactions_sync(
        &self,
        access_token: &Secret<String>,
        cursor: Option<&str>,
        known: &KnownCurrencies,
    ) -> Result<Delta, PlaidError> {
        let cursor = cursor.filter(|cursor| !cursor.is_empty());
        let request = TransactionsSyncRequest {
            access_token: Token::from(access_token),
            cursor: cursor.map(str::to_owned),
            count: Some(COUNT),
            options: Some(SyncOptions {
                include_original_description: Some(true),
                personal_finance_category_version: Some(CategoryVersion::V2),
                days_requested: cursor.is_none().then_some(i64::from(DAYS_REQUESTED)),
                ..SyncOptions::default()
            }),
        };
        let read = |answer: &Answer| convert::delta(&answer.body, known).map_err(|error| misread(answer, &error));
        let answer = self.call_with(Endpoint::TransactionsSync, Bearer::Access(access_token), &request, read).await;
        answer.map_err(|error| if cursor.is_some() { blame_cursor(error) } else { error })
    }

    /// Reads all changes since a cursor and hands them on page by page, as fast as they are taken. Changes under the loop
    /// start it again (a bounded number of times); a cursor that is of no use turns it into a full one. The events after
    /// an error are none: whoever takes them rolls back.
    pub async fn sync(
        &self,
        access_token: &Secret<String>,
        from: SyncFrom,
        events: &Sender<SyncEvent>,
    ) -> Result<SyncOutcome, PlaidError> {
        let bounds = self.bounds();
        let mut start = from.cursor.filter(|cursor| !cursor.is_empty());
        let (mut restarts, mut first_page_failures, mut full_resync) = (0, 0, false);
        loop {
            let run = self.run_through(access_token, start.as_deref(), &from.known, events).await?;
            let cursor_lost = match run {
                Run::Done { cursor, history, pages } => {
                    let outcome = SyncOutcome { cursor, history, full_resync, pages, restarts };
                    tell(events, SyncEvent::Done(outcome.clone())).await?;
                    return Ok(outcome);
                }
                Run::CursorLost(error) if start.is_none() => return Err(error),
                Run::CursorLost(_) => true,
                Run::Mutated { pages } => {
                    first_page_failures = if pages == 0 { first_page_failures + 1 } else { 0 };
                    start.is_some() && first_page_failures >= FIRST_PAGE_TRIES
                }
            };
            if cursor_lost {
                (start, full_resync, restarts, first_page_failures) = (None, true, 0, 0);
                tell(events, SyncEvent::FullResync).await?;
                continue;
            }
            restarts += 1;
            if restarts > bounds.restarts {
                return Err(PlaidError::StillChanging { restarts: bounds.restarts });
            }
            tell(events, SyncEvent::Restart).await?;
            self.pause(u32::try_from(restarts - 1).unwrap_or(u32::MAX)).await;
        }
    }

    async fn run_through(
        &self,
        access_token: &Secret<String>,
        start: Option<&str>,
        known: &KnownCurrencies,
        events: &Sender<SyncEvent>,
    ) -> Result<Run, PlaidError> {
        let mut trail = Trail::new(start, self.bounds());
        let mut cursor = start.map(str::to_owned);
        loop {
            let delta = match self.transactions_sync(access_token, cursor.as_deref(), known).await {
                Ok(delta) => delta,
                Err(error) => match error.action() {
                    Action::RestartLoop => return Ok(Run::Mutated { pages: trail.pages }),
                    Action::FullResync => return Ok(Run::CursorLost(error)),
                    _ => return Err(error),
                },
            };
            let (next, has_more, history) = (delta.next_cursor.clone(), delta.has_more, delta.history);
            let empty = delta.added.is_empty() && delta.modified.is_empty() && delta.removed.is_empty();
            trail.step(&next, has_more, empty)?;
            tell(events, SyncEvent::Page(delta)).await?;
            if !has_more {
                let cursor = Some(next).filter(|next| !next.is_empty());
                return Ok(Run::Done { cursor, history, pages: trail.pages });
            }
            cursor = Some(next);
        }
    }
}

/// Plaid's answer to a cursor of another token, or to one it has forgotten, is `INVALID_FIELD`; as everything else in the
/// request is always the same, only the cursor can be meant.
fn blame_cursor(error: PlaidError) -> PlaidError {
    match error {
        PlaidError::Api(mut api) if api.error_code == "INVALID_FIELD" => {
            api.action = Action::FullResync;
            PlaidError::Api(api)
        }
        other => other,
    }
}

async fn tell(events: &Sender<SyncEvent>, event: SyncEvent) -> Result<(), PlaidError> {
    events.send(event).await.map_err(|_| PlaidError::Stopped)
}

/// Empty pages in a row that announce more, before the stream counts as endless.
const EMPTY_PAGES: usize = 100;

/// Cursors seen, as hashes, so that a stream that runs in circles is noticed whatever the length of its history.
struct Trail {
    seen: HashSet<u64>,
    keys: RandomState,
    pages: usize,
    /// Pages without a row since the last one that had any.
    empty: usize,
    bounds: LoopBounds,
}

impl Trail {
    fn new(start: Option<&str>, bounds: LoopBounds) -> Self {
        let keys = RandomState::new();
        Self { seen: start.map(|cursor| keys.hash_one(cursor)).into_iter().collect(), keys, pages: 0, empty: 0, bounds }
    }

    fn step(&mut self, next: &str, has_more: bool, empty: bool) -> Result<(), PlaidError> {
        self.pages += 1;
        self.empty = if empty { self.empty + 1 } else { 0 };
        let endless = |reason| Err(PlaidError::EndlessCursor { reason, pages: self.pages });
        if !has_more {
            return Ok(());
        }
        if next.is_empty() {
            return endless("more is announced, but not where it starts");
        }
        if !self.seen.insert(self.keys.hash_one(next)) {
            return endless("a cursor came twice");
        }
        if self.empty >= EMPTY_PAGES {
            return endless("page after page is empty");
        }
        if self.pages >= self.bounds.pages {
            return endless("there are more pages than any history has");
        }
        Ok(())
    }
}
