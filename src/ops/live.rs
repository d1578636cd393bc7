//! What is asked of the banks at once and paid for by the call: live balances, fresh transactions.
//!
//! Invariant: no call beyond the day's limit, which is judged under the writer's lock; each call is counted and audited in the commit
//! of what it brought, a refused one too.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    domain::{
        accounts::{KnownCurrencies, kept_since},
        calls::Call,
        dates::Timestamp,
        ids::ConnectionId,
        provider::manner,
        standing::{ConnectionState, Remedy},
        sync::{Health, Refusal},
        views::ConnectionView,
    },
    ops::{
        bank::Bank,
        provider::{AtOnce, Provider, ProviderError, Subject},
    },
    secret::Secret,
    store::{ConnectionSecrets, Event, Store, StoreError},
    vault::VaultError,
};

/// Why nothing could be asked or kept.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There is nobody to ask.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The day's limit.
    #[error(
        "{made} calls that may be billed were made today, and {wanted} more would go beyond the {most} of plaid.max_billable_per_day; \
         nothing was asked"
    )]
    Limit {
        /// Made already.
        made: u64,
        /// Wanted now.
        wanted: u64,
        /// Allowed on one day.
        most: u64,
    },
}

/// How one connection's call ended.
#[derive(Debug)]
pub struct Asked {
    /// The connection.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// Why nothing came.
    pub error: Option<ProviderError>,
    /// Whether what came is the provider's last word, because the bank had none as fresh as was asked for.
    pub cached: bool,
    /// Accounts whose balance cannot be held.
    pub refused: Vec<Refusal>,
}

/// How a run of such calls ended.
#[derive(Debug, Default)]
pub struct Live {
    /// One line a connection.
    pub asked: Vec<Asked>,
    /// The day's limit is reached with this run.
    pub last: bool,
}

/// Why no such call can be made for a connection; none if it can.
pub fn hindrance(connection: &ConnectionView) -> Option<String> {
    let manner = manner(&connection.provider);
    match connection.state {
        _ if !manner.on_demand => Some(format!("{} does not read a bank when it is asked to", manner.name)),
        ConnectionState::Gone => Some(format!("it is gone at {}", manner.name)),
        ConnectionState::Removed => Some("it was removed".to_owned()),
        _ => None,
    }
}

/// A connection with whoever reads it and the token that opens it.
struct Reached {
    kept: ConnectionSecrets,
    token: Secret<String>,
    provider: Arc<dyn Provider>,
}

impl Reached {
    /// None of a connection that has no token any more.
    fn new(bank: &Bank<'_>, book: &Store, id: ConnectionId) -> Result<Option<Self>, LiveError> {
        let kept = book.connection(id)?;
        let Some(token) = bank.token(&kept)? else { return Ok(None) };
        let provider = bank.providers.of(&kept.provider)?;
        Ok(Some(Self { kept, token, provider }))
    }

    fn subject(&self) -> Subject<'_> {
        Subject { connection: self.kept.id, token: &self.token, institution: self.kept.institution_id.as_ref() }
    }

    fn provider(&self) -> Result<&dyn AtOnce, ProviderError> {
        self.provider.at_once().ok_or(ProviderError::Unable(manner(&self.kept.provider).name))
    }
}

/// Reads balances from the banks themselves and keeps them.
pub fn balances(
    bank: &Bank<'_>,
    book: &mut Store,
    wanted: &[ConnectionView],
    per_day: Option<u64>,
    progress: &dyn Fn(&str),
) -> Result<Live, LiveError> {
    let last = within(book, wanted, per_day, (bank.clock)())?;
    let known: KnownCurrencies = book.account_currencies()?;
    let mut live = Live { asked: Vec::new(), last };
    for connection in wanted {
        progress(&connection.name);
        let Some(reached) = Reached::new(bank, book, connection.id)? else { continue };
        let asking = reached.provider()?.balances(reached.subject(), &known, (bank.clock)());
        let answer = bank.runtime.block_on(asking);
        let calls = bank.meter.take_about(connection.id);
        let event = about(bank, "balances.realtime", connection.id);
        let (error, cached, refused) = match answer {
            Ok(mut balances) => {
                if balances.cached {
                    kept_since(&mut balances.accounts, connection.bank_updated_at);
                }
                book.write(&event, |tx| {
                    tx.count_calls(&calls)?;
                    tx.set_balances(connection.id, &balances.accounts)
                })?;
                (None, balances.cached, balances.refused)
            }
            Err(error) => {
                failed(book, (&event, connection.id), &calls, &error)?;
                (Some(error), false, Vec::new())
            }
        };
        live.asked.push(Asked { id: connection.id, name: connection.name.clone(), error, cached, refused });
    }
    Ok(live)
}

/// Tells the banks to look for new transactions now, and waits until their data is newer or the time is up.
pub fn refresh(
    bank: &Bank<'_>,
    book: &mut Store,
    wanted: &[ConnectionView],
    (per_day, max_wait): (Option<u64>, Duration),
    progress: &dyn Fn(&str),
) -> Result<Live, LiveError> {
    let last = within(book, wanted, per_day, (bank.clock)())?;
    let mut live = Live { asked: Vec::new(), last };
    let mut waiting = Vec::new();
    for connection in wanted {
        progress(&connection.name);
        let Some(reached) = Reached::new(bank, book, connection.id)? else { continue };
        let answer = bank.runtime.block_on(reached.provider()?.refresh(reached.subject()));
        let calls = bank.meter.take_about(connection.id);
        let event = about(bank, "transactions.refresh", connection.id);
        let error = match answer {
            Ok(before) => {
                book.write(&event, |tx| tx.count_calls(&calls))?;
                waiting.push((reached, before));
                None
            }
            Err(error) => {
                failed(book, (&event, connection.id), &calls, &error)?;
                Some(error)
            }
        };
        live.asked.push(Asked {
            id: connection.id,
            name: connection.name.clone(),
            error,
            cached: false,
            refused: Vec::new(),
        });
    }
    progress("waiting for the banks");
    // All of them share the time.
    let began = Instant::now();
    for (reached, before) in waiting {
        let left = max_wait.saturating_sub(began.elapsed());
        bank.runtime.block_on(reached.provider()?.newer(reached.subject(), before, left))?;
    }
    Ok(live)
}

/// Refuses what goes beyond the day's limit; whether it is reached with these calls.
fn within(book: &Store, wanted: &[ConnectionView], per_day: Option<u64>, now: Timestamp) -> Result<bool, LiveError> {
    let Some(most) = per_day else { return Ok(false) };
    let (made, wanted) = (book.billable_on_day(now)?, wanted.len() as u64);
    if made + wanted > most {
        return Err(LiveError::Limit { made, wanted, most });
    }
    Ok(made + wanted == most && wanted > 0)
}

/// Counts what an attempt cost; that the owner has to act, or that the connection is gone, is remembered as after a sync.
fn failed(
    book: &mut Store,
    (event, id): (&Event, ConnectionId),
    calls: &[Call],
    error: &ProviderError,
) -> Result<(), StoreError> {
    let (said, remedy) = (error.to_item_error(), error.remedy());
    book.write(event, |tx| {
        tx.note("error", said.code.as_str());
        tx.count_calls(calls)?;
        if remedy != Remedy::Gone && !remedy.needs_owner() {
            return Ok(());
        }
        tx.set_health(id, remedy, &Health { error: Some(said), ..Health::default() })
    })
}

fn about(bank: &Bank<'_>, action: &str, connection: ConnectionId) -> Event {
    Event { resource: Some(connection.to_string()), ..bank.event(action) }
}
