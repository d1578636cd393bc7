//! SimpleFIN as a provider: windows of days, newest first; a pending row that does not come any more is gone.
//!
//! Invariant: a posted row is never taken back, because a server forgets old ones; what a window brings is matched by id.

use std::collections::{HashMap, HashSet};

use tokio::sync::mpsc::Sender;

use super::{Answer, Ask, Ending, Found, Provider, ProviderError, Quota, Start, Step};
use crate::{
    domain::{
        dates::Timestamp,
        ids::ConnectionId,
        provider::{SIMPLEFIN, manner},
        standing::Remedy,
        sync::{Delta, Health, History, ItemError, Removed},
    },
    secret::Secret,
    simplefin::{Asks, Batch, Client, Said, Window, accounts, batch, since, windows},
};

/// After so many empty windows in a first sync there is nothing older.
const EMPTY: usize = 3;

impl Provider for Client {
    fn gather(&self, ask: Ask, out: Sender<Step>) -> Answer<'_, ()> {
        let client = self.about(ask.connection);
        Box::pin(async move { read(&client, ask, out).await })
    }

    fn accounts<'a>(&'a self, token: &'a Secret<String>) -> Answer<'a, Found> {
        Box::pin(async move {
            let batch = accounts(Client::accounts(self, token, None).await?);
            let institution = match batch.banks.as_slice() {
                [] => None,
                [one] => Some(one.clone()),
                [first, rest @ ..] => Some(format!("{first} and {} more", rest.len())),
            };
            let said = batch.said.into_iter().map(|one| one.sentence).collect();
            Ok(Found { accounts: batch.accounts, institution, said })
        })
    }

    fn end<'a>(&'a self, _connection: ConnectionId, _token: &'a Secret<String>, _broken: bool) -> Answer<'a, Ending> {
        Box::pin(async { Ok(Ending::ByHand) })
    }

    fn quota(&self, cursor: Option<&str>, now: Timestamp) -> Option<Quota> {
        let needs = windows(since(cursor, now), now).len();
        // Beyond them a server warns, and then disables the access URL.
        let per_day = manner(SIMPLEFIN).calls_per_day?;
        Some(Quota { needs: u64::try_from(needs).unwrap_or(u64::MAX), per_day })
    }

    fn whole(&self) -> bool {
        false
    }
}

async fn read(client: &Client, ask: Ask, out: Sender<Step>) -> Result<(), ProviderError> {
    let (all, first_ever) = (windows(since(ask.cursor.as_deref(), ask.now), ask.now), ask.cursor.is_none());
    let days: HashMap<String, _> = ask.pending.iter().map(|row| (row.id.to_string(), row.date)).collect();
    let known = |id: &str| days.get(id).copied();
    let (mut empty, mut missing) = (0, false);
    for (place, window) in all.iter().enumerate() {
        let set = client.accounts(&ask.token, Some(*window)).await?;
        let mut batch = batch(set, &known, ask.now);
        missing |= batch.said.iter().any(|one| one.missing);
        let (reported, quiet) = (accounts_of(&batch), batch.said.iter().all(|one| one.notice));
        empty = if batch.transactions.is_empty() { empty + 1 } else { 0 };
        if place == 0 {
            let start = Step::Start(Box::new(start(&mut batch)));
            out.send(start).await.map_err(|_| ProviderError::stopped())?;
        }
        for Said { sentence, notice, .. } in std::mem::take(&mut batch.said) {
            let step = if notice { Step::Notice(sentence) } else { Step::Said(sentence) };
            out.send(step).await.map_err(|_| ProviderError::stopped())?;
        }
        let page = Step::Page(Box::new(page(batch, &ask, *window, (place == 0 && quiet).then_some(&reported))));
        out.send(page).await.map_err(|_| ProviderError::stopped())?;
        if first_ever && empty >= EMPTY {
            break;
        }
    }
    // What a bank did not give comes once it does, however long that takes: until then every sync reaches back as far.
    let cursor = (first_ever || !missing).then(|| ask.now.as_second().to_string());
    out.send(Step::Done { cursor, history: History::Complete }).await.map_err(|_| ProviderError::stopped())
}

/// Accounts, and what the server says of its banks.
fn start(batch: &mut Batch) -> Start {
    let said = std::mem::take(&mut batch.said);
    let asks = |wanted: Asks| said.iter().any(|one| one.asks == wanted);
    let (code, remedy) = match (asks(Asks::NewAccess), asks(Asks::SignIn)) {
        (true, _) => ("ACCESS_REFUSED", Remedy::SignIn),
        (false, true) => ("SIGN_IN", Remedy::ActAtProvider),
        (false, false) if said.iter().all(|one| one.notice) => ("NOTICE", Remedy::Nothing),
        (false, false) => ("SERVER_SAYS", Remedy::Wait),
    };
    let words: Vec<&str> = said.iter().map(|one| one.sentence.as_str()).collect();
    let error =
        (!words.is_empty()).then(|| ItemError { code: code.to_owned(), message: words.join("; "), request_id: None });
    let sentences =
        |notice: bool| said.iter().filter(|one| one.notice == notice).map(|one| one.sentence.clone()).collect();
    let (troubles, notices): (Vec<String>, Vec<String>) = (sentences(false), sentences(true));
    Start {
        accounts: std::mem::take(&mut batch.accounts),
        refused: std::mem::take(&mut batch.refused),
        partial: !troubles.is_empty(),
        health: Health { bank_updated_at: batch.updated_at, error, ..Health::default() },
        remedy,
        said: troubles,
        notices,
    }
}

fn accounts_of(batch: &Batch) -> HashSet<String> {
    batch.accounts.iter().map(|account| account.id.to_string()).collect()
}

/// A window's rows, and of the accounts in the newest window what is pending in the book and comes no more. A server that has
/// something to say may not have read every bank, so then nothing is taken back; nor is a day that was not asked for whole, as those
/// are that lie ahead of a clock that was set back.
fn page(batch: Batch, ask: &Ask, window: Window, newest: Option<&HashSet<String>>) -> Delta {
    let came: HashSet<&str> = batch.transactions.iter().map(|row| row.id.as_str()).collect();
    let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (first, last) = (day(window.start), day(window.end));
    let gone = ask.pending.iter().filter(|row| {
        let read = newest.is_some_and(|accounts| accounts.contains(row.account.as_str()));
        read && row.date > first && row.date < last && !came.contains(row.id.as_str())
    });
    let removed = gone.map(|row| Removed { id: row.id.clone(), account: Some(row.account.clone()) }).collect();
    Delta {
        accounts: Vec::new(),
        added: batch.transactions,
        modified: Vec::new(),
        removed,
        next_cursor: String::new(),
        has_more: false,
        history: History::Complete,
        refused: batch.refused,
    }
}
