//! The asking half: a task a connection reads accounts, changes and health, and hands them over in order.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::Runtime,
    sync::{
        Semaphore,
        mpsc::{self, Receiver, Sender, UnboundedSender, error::TrySendError},
        oneshot, watch,
    },
    task::JoinHandle,
};

use super::{Job, Means};
use crate::{
    domain::{
        accounts::AccountType,
        dates::Date,
        ids::ConnectionId,
        products::{Product, ProductReport},
        sync::{Health, Refusal},
    },
    plaid::{AccountList, Client, KnownCurrencies, PlaidError, SyncEvent},
    secret::Secret,
    store::SyncMode,
};

/// Pages that wait for the book, for each connection.
const WAITING_PAGES: usize = 2;

/// Plaid's word for a product that the owner did not agree to; such a call is not even made.
const NOT_CONSENTED: &str = "ADDITIONAL_CONSENT_REQUIRED";

/// What comes from a connection, in order.
#[derive(Debug)]
pub(super) enum Message {
    /// All its accounts, those without transactions too, and how the bank is; comes first.
    Start(Box<AccountList>, Health),
    /// A step of its change stream.
    Change(SyncEvent),
    /// What it offers besides; comes just before the end of the stream.
    Product(ProductReport, Vec<Refusal>),
}

/// A connection's answers as they arrive.
pub(super) struct Arrival {
    pub(super) id: ConnectionId,
    pub(super) name: String,
    /// How the run begins.
    pub(super) mode: SyncMode,
    pub(super) messages: Receiver<Message>,
    /// Comes after the last message; none after an interruption.
    pub(super) verdict: Option<oneshot::Receiver<Result<(), PlaidError>>>,
}

/// What all tasks of a run share.
pub(super) struct Shared {
    /// Bounds how many banks are asked at the same time.
    pub(super) turns: Arc<Semaphore>,
    /// Changes when the run is to end early.
    pub(super) stop: watch::Receiver<Halt>,
    /// Told a connection's index when there is something to write: all of it, or as much as may wait.
    pub(super) ready: UnboundedSender<usize>,
}

/// Starts asking, on a thread of its own that ends early when the run is stopped.
pub(super) fn start(index: usize, job: Job, means: &Means<'_>, shared: &Shared) -> Arrival {
    let (out, messages) = mpsc::channel(WAITING_PAGES);
    let (verdict_out, verdict) = oneshot::channel();
    let (id, name, mode) = (job.id, job.name.clone(), job.mode);
    let (client, runtime) = (means.client.about(job.id), means.runtime.handle().clone());
    let (turns, mut stop) = (Arc::clone(&shared.turns), shared.stop.clone());
    let bell = Bell { ready: shared.ready.clone(), index };
    std::thread::spawn(move || {
        runtime.block_on(async {
            let _turn = turns.acquire().await;
            tokio::select! {
                verdict = read(&client, job, out, &bell) => {
                    // Nobody waits for a verdict after an interruption.
                    let _ = verdict_out.send(verdict);
                }
                _ = stop.changed() => {}
            }
        });
        bell.ring();
    });
    Arrival { id, name, mode, messages, verdict: Some(verdict) }
}

/// Accounts first, so that every transaction finds its account.
async fn read(client: &Client, job: Job, out: Sender<Message>, bell: &Bell) -> Result<(), PlaidError> {
    let accounts = client.accounts_get(&job.token, &job.from.known).await?;
    let item = client.item_get(&job.token).await?;
    let (offers, health) = (Offers::new(&accounts, &item.consented_products, &job.products), item.health);
    out.send(Message::Start(Box::new(accounts), health)).await.map_err(|_| PlaidError::Stopped)?;
    let (events, stream) = mpsc::channel(1);
    let changes = async {
        let outcome = client.sync(&job.token, job.from, &events).await;
        drop(events);
        outcome
    };
    let (outcome, done) = tokio::join!(changes, forward(stream, &out, bell));
    outcome?;
    for (report, refused) in offers.read(client, &job.token, job.window).await {
        send(Message::Product(report, refused), &out, bell).await;
    }
    if let Some(done) = done {
        send(Message::Change(done), &out, bell).await;
    }
    Ok(())
}

/// Hands the stream on, but for its end, which comes back.
async fn forward(mut stream: Receiver<SyncEvent>, out: &Sender<Message>, bell: &Bell) -> Option<SyncEvent> {
    while let Some(event) = stream.recv().await {
        if matches!(event, SyncEvent::Done(_)) {
            return Some(event);
        }
        if !send(Message::Change(event), out, bell).await {
            return None;
        }
    }
    None
}

/// Whether somebody is there to take it.
async fn send(message: Message, out: &Sender<Message>, bell: &Bell) -> bool {
    match out.try_send(message) {
        Ok(()) => true,
        Err(TrySendError::Full(message)) => {
            bell.ring();
            out.send(message).await.is_ok()
        }
        Err(TrySendError::Closed(_)) => false,
    }
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

/// Says that a connection has something to write.
struct Bell {
    ready: UnboundedSender<usize>,
    index: usize,
}

impl Bell {
    fn ring(&self) {
        // The other side is gone only when the run is over.
        let _ = self.ready.send(self.index);
    }
}

/// Why a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// It does not.
    No,
    /// The user pressed Ctrl-C.
    Asked,
    /// Its time is up.
    Late,
}

/// Stops the run when the user presses Ctrl-C or its time is up; what is not committed by then is rolled back.
pub(super) fn halt(runtime: &Runtime, stop: watch::Sender<Halt>, max_runtime: Option<Duration>) -> JoinHandle<()> {
    runtime.spawn(async move {
        let late = async {
            match max_runtime {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        let why = tokio::select! {
            pressed = tokio::signal::ctrl_c() => if pressed.is_ok() { Halt::Asked } else { Halt::No },
            () = late => Halt::Late,
        };
        if why != Halt::No {
            stop.send_replace(why);
        }
        // The sender lives on, so that only this counts as a change.
        std::future::pending::<()>().await;
    })
}
