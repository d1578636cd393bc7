//! Plaid as a provider: accounts and health, the change stream, then what else the connection offers; live balances, refreshes and new
//! tokens when they are asked for.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{
    Answer, Ask, AtOnce, Balances, Ending, Found, NOT_CONSENTED, Provider, Quota, Start, Step, Subject, Taken, Tokens,
};
use crate::{
    domain::{
        accounts::{AccountType, KnownCurrencies, kept_since},
        dates::{Date, Timestamp},
        ids::ConnectionId,
        products::{Product, ProductReport},
        standing::Remedy,
        sync::Refusal,
    },
    plaid::{
        AccountList, Action, BalanceRequest, Client, PlaidError, RemovalReason, SyncEvent, SyncFrom, SyncOutcome,
        action_of,
    },
    secret::Secret,
};

/// Plaid's word for a token that opens nothing.
const DEAD_TOKEN: &str = "INVALID_ACCESS_TOKEN";

/// The bank whose cards have no live balance without a word on how old it may be (Plaid's page on balances).
const WANTS_AN_AGE: &str = "ins_128026";
/// How old it may be.
const AGE: Duration = Duration::from_hours(24);

impl Provider for Client {
    fn gather(&self, ask: Ask, out: Sender<Step>) -> Answer<'_, ()> {
        Box::pin(async move { Ok(read(&self.about(ask.connection), ask, out).await?) })
    }

    fn accounts<'a>(&'a self, token: &'a Secret<String>) -> Answer<'a, Found> {
        Box::pin(async move {
            let list = self.accounts_get(token, &KnownCurrencies::default()).await?;
            Ok(Found { accounts: list.accounts, institution: list.item.institution_name, said: Vec::new() })
        })
    }

    fn end<'a>(&'a self, connection: ConnectionId, token: &'a Secret<String>, broken: bool) -> Answer<'a, Ending> {
        let reason = if broken { RemovalReason::NonFunctional } else { RemovalReason::Other };
        Box::pin(async move {
            match self.about(connection).item_remove(token, reason).await {
                Ok(_) => Ok(Ending::Ended),
                Err(error) if error.action() == Action::Gone => Ok(Ending::Gone),
                Err(error) if error.code() == Some(DEAD_TOKEN) => Ok(Ending::DeadToken),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn quota(&self, _cursor: Option<&str>, _now: Timestamp) -> Option<Quota> {
        None
    }

    fn whole(&self) -> bool {
        true
    }

    fn at_once(&self) -> Option<&dyn AtOnce> {
        Some(self)
    }

    fn tokens(&self) -> Option<&dyn Tokens> {
        Some(self)
    }
}

impl AtOnce for Client {
    fn balances<'a>(&'a self, of: Subject<'a>, known: &'a KnownCurrencies, now: Timestamp) -> Answer<'a, Balances> {
        let demands = of.institution.is_some_and(|id| id.as_str() == WANTS_AN_AGE);
        let not_before = now.checked_sub(AGE).ok().filter(|_| demands);
        let request = BalanceRequest { accounts: Vec::new(), not_before };
        let client = self.about(of.connection);
        Box::pin(async move {
            let (list, cached) = match client.balance_get(of.token, &request, known).await {
                Err(error) if error.action() == Action::UseCached => {
                    (client.accounts_get(of.token, known).await?, true)
                }
                answer => (answer?, false),
            };
            Ok(Balances { accounts: list.accounts, refused: list.refused, cached })
        })
    }

    fn refresh<'a>(&'a self, of: Subject<'a>) -> Answer<'a, Option<Timestamp>> {
        let client = self.about(of.connection);
        Box::pin(async move {
            let before = updated_at(&client, of.token).await;
            client.transactions_refresh(of.token).await?;
            Ok(before)
        })
    }

    fn newer<'a>(&'a self, of: Subject<'a>, than: Option<Timestamp>, at_most: Duration) -> Answer<'a, ()> {
        let (client, began) = (self.about(of.connection), Instant::now());
        Box::pin(async move {
            let mut nth = 0;
            while began.elapsed() < at_most && updated_at(&client, of.token).await <= than {
                client.pause(nth).await;
                nth += 1;
            }
            Ok(())
        })
    }
}

impl Tokens for Client {
    fn replace<'a>(&'a self, connection: ConnectionId, old: &'a Secret<String>) -> Answer<'a, Secret<String>> {
        let client = self.about(connection);
        Box::pin(async move { Ok(client.access_token_invalidate(old).await?.access_token) })
    }

    fn takes<'a>(&'a self, connection: ConnectionId, token: &'a Secret<String>) -> Answer<'a, Taken> {
        let client = self.about(connection);
        Box::pin(async move {
            match client.item_get(token).await {
                Ok(_) => Ok(Taken::Yes),
                Err(error) if error.code() == Some(DEAD_TOKEN) => Ok(Taken::Dead),
                Err(error) if error.action() == Action::Gone => Ok(Taken::Gone),
                Err(error) => Err(error.into()),
            }
        })
    }
}

/// When Plaid last had the bank's transactions.
async fn updated_at(client: &Client, token: &Secret<String>) -> Option<Timestamp> {
    client.item_get(token).await.ok()?.health.bank_updated_at
}

/// Accounts first, so that every transaction finds its account.
async fn read(client: &Client, ask: Ask, out: Sender<Step>) -> Result<(), PlaidError> {
    let accounts = client.accounts_get(&ask.token, &ask.known).await?;
    let item = client.item_get(&ask.token).await?;
    let (offers, health) =
        (Offers::new(&accounts, &item.consented_products, &ask.products), item.health.believed(ask.now));
    let read_at = health.bank_updated_at;
    let remedy = health.error.as_ref().map_or(Remedy::Nothing, |error| action_of("ITEM_ERROR", &error.code).remedy());
    let AccountList { mut accounts, refused, .. } = accounts;
    kept_since(&mut accounts, read_at);
    let start = Start { accounts, refused, health, remedy, ..Start::default() };
    out.send(Step::Start(Box::new(start))).await.map_err(|_| PlaidError::Stopped)?;
    let (events, stream) = mpsc::channel(1);
    let changes = async {
        let from = SyncFrom { cursor: ask.cursor, known: ask.known };
        let outcome = client.sync(&ask.token, from, &events).await;
        drop(events);
        outcome
    };
    let (outcome, done) = tokio::join!(changes, forward(stream, read_at, &out));
    outcome?;
    for (report, refused) in offers.read(client, &ask.token, ask.window).await {
        let _ = out.send(Step::Product(report, refused)).await;
    }
    if let Some(SyncOutcome { cursor, history, .. }) = done {
        // Whoever takes it may be gone; then nobody waits for the verdict either.
        let _ = out.send(Step::Done { cursor, history }).await;
    }
    Ok(())
}

/// Hands the stream on, but for its end, which comes back.
async fn forward(
    mut stream: Receiver<SyncEvent>,
    read_at: Option<Timestamp>,
    out: &Sender<Step>,
) -> Option<SyncOutcome> {
    while let Some(event) = stream.recv().await {
        let step = match event {
            SyncEvent::Done(outcome) => return Some(outcome),
            SyncEvent::Page(mut delta) => {
                kept_since(&mut delta.accounts, read_at);
                Step::Page(Box::new(delta))
            }
            SyncEvent::Restart => Step::Restart,
            SyncEvent::FullResync => Step::FullResync,
        };
        if out.send(step).await.is_err() {
            return None;
        }
    }
    None
}

/// What a connection may have besides transactions, by the kinds of its accounts.
struct Offers {
    wanted: Vec<(Product, bool)>,
    currencies: KnownCurrencies,
}

impl Offers {
    fn new(list: &AccountList, consented: &[String], asked: &[Product]) -> Self {
        let any = |wanted: &[AccountType]| list.accounts.iter().any(|account| wanted.contains(&account.kind));
        // An empty list is that of an old connection, where nobody counted.
        let agreed = |product: Product| consented.is_empty() || consented.iter().any(|word| word == product.consent());
        let fits = |product: &Product| match product {
            Product::Liabilities => any(&[AccountType::Credit, AccountType::Loan]),
            Product::Investments | Product::Trades => any(&[AccountType::Investment]),
            Product::Recurring => any(&[AccountType::Depository, AccountType::Credit, AccountType::Loan]),
        };
        let wanted = asked.iter().copied().filter(fits).map(|product| (product, agreed(product))).collect();
        let currencies = list.accounts.iter().map(|account| (account.id.clone(), account.currency)).collect();
        Self { wanted, currencies }
    }

    /// Asks for each; what is not to be had is a report of its own and fails nothing.
    async fn read(
        &self,
        client: &Client,
        token: &Secret<String>,
        window: (Date, Date),
    ) -> Vec<(ProductReport, Vec<Refusal>)> {
        let mut reports = Vec::new();
        for &(product, agreed) in &self.wanted {
            if !agreed {
                reports.push((ProductReport::Nothing(product, NOT_CONSENTED.to_owned()), Vec::new()));
                continue;
            }
            let answer = client.product_get(product, token, &self.currencies, window).await;
            reports.push(answer.unwrap_or_else(|error| {
                (ProductReport::Nothing(product, error.code().unwrap_or("NO_ANSWER").to_owned()), Vec::new())
            }));
        }
        reports
    }
}
