//! What is asked of the banks at once and paid for by the call: live balances, fresh transactions.
//!
//! Invariant: no call beyond the day's limit, which is judged under the writer's lock; each call is counted and audited in the commit
//! of what it brought, a refused one too.

use std::time::{Duration, Instant};

use crate::{
    domain::{
        calls::Call, dates::Timestamp, ids::ConnectionId, standing::ConnectionState, sync::Refusal,
        views::ConnectionView,
    },
    ops::{bank::Bank, provider::manner},
    plaid::{AccountList, Action, BalanceRequest, Client, KnownCurrencies, PlaidError},
    secret::Secret,
    store::{Event, Store, StoreError},
    vault::VaultError,
};

/// The bank whose cards have no live balance without a word on how old it may be (Plaid's page on balances).
const WANTS_AN_AGE: &str = "ins_128026";
/// How old it may be.
const AGE: Duration = Duration::from_hours(24);

/// Why nothing could be asked or kept.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No client can be made.
    #[error(transparent)]
    Plaid(#[from] PlaidError),
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
    pub error: Option<PlaidError>,
    /// Whether what came is Plaid's last word, because the bank had none as fresh as was asked for.
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
        let kept = book.connection(connection.id)?;
        let Some(token) = bank.token(&kept)? else { continue };
        let oldest = (bank.clock)().checked_sub(AGE).ok();
        let demands = kept.institution_id.as_ref().is_some_and(|id| id.as_str() == WANTS_AN_AGE);
        let request = BalanceRequest { accounts: Vec::new(), not_before: oldest.filter(|_| demands) };
        let client = bank.plaid()?.about(connection.id);
        let answer = bank.runtime.block_on(live_or_cached(&client, &token, &request, &known));
        let calls = bank.meter.take_about(connection.id);
        let event = about(bank, "balances.realtime", connection.id);
        let (error, cached, refused) = match answer {
            Ok((answer, cached)) => {
                book.write(&event, |tx| {
                    tx.count_calls(&calls)?;
                    tx.set_balances(connection.id, &answer.accounts)
                })?;
                (None, cached, answer.refused)
            }
            Err(error) => {
                failed(book, &event, &calls, &error)?;
                (Some(error), false, Vec::new())
            }
        };
        live.asked.push(Asked { id: connection.id, name: connection.name.clone(), error, cached, refused });
    }
    Ok(live)
}

/// The bank's own balances, else those that Plaid has in stock; and whether it is those.
async fn live_or_cached(
    client: &Client,
    token: &Secret<String>,
    request: &BalanceRequest,
    known: &KnownCurrencies,
) -> Result<(AccountList, bool), PlaidError> {
    match client.balance_get(token, request, known).await {
        Err(error) if error.action() == Action::UseCached => Ok((client.accounts_get(token, known).await?, true)),
        answer => Ok((answer?, false)),
    }
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
        let Some(token) = bank.token(&book.connection(connection.id)?)? else { continue };
        let client = bank.plaid()?.about(connection.id);
        let before = bank.runtime.block_on(updated_at(&client, &token));
        let answer = bank.runtime.block_on(client.transactions_refresh(&token));
        let calls = bank.meter.take_about(connection.id);
        let event = about(bank, "transactions.refresh", connection.id);
        let error = match answer {
            Ok(_request_id) => {
                book.write(&event, |tx| tx.count_calls(&calls))?;
                waiting.push((client, token, before));
                None
            }
            Err(error) => {
                failed(book, &event, &calls, &error)?;
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
    bank.runtime.block_on(newer(waiting, max_wait));
    Ok(live)
}

/// Waits for each connection in turn; all of them share the time.
async fn newer(waiting: Vec<(Client, Secret<String>, Option<Timestamp>)>, max_wait: Duration) {
    let began = Instant::now();
    for (client, token, before) in waiting {
        let mut nth = 0;
        while began.elapsed() < max_wait && updated_at(&client, &token).await <= before {
            client.pause(nth).await;
            nth += 1;
        }
    }
}

/// When the provider last had the bank's transactions.
async fn updated_at(client: &Client, token: &Secret<String>) -> Option<Timestamp> {
    client.item_get(token).await.ok()?.health.bank_updated_at
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

fn failed(book: &mut Store, event: &Event, calls: &[Call], error: &PlaidError) -> Result<(), StoreError> {
    book.write(event, |tx| {
        tx.note("error", error.code().unwrap_or("NO_ANSWER"));
        tx.count_calls(calls)
    })
}

fn about(bank: &Bank<'_>, action: &str, connection: ConnectionId) -> Event {
    Event { resource: Some(connection.to_string()), ..bank.event(action) }
}
