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
    domain::{ids::ConnectionId, sync::Health},
    plaid::{AccountList, Client, PlaidError, SyncEvent},
    store::SyncMode,
};

/// Pages that wait for the book, for each connection.
const WAITING_PAGES: usize = 2;

/// What comes from a connection, in order.
#[derive(Debug)]
pub(super) enum Message {
    /// All its accounts, those without transactions too, and how the bank is; comes first.
    Start(Box<AccountList>, Health),
    /// A step of its change stream.
    Change(SyncEvent),
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
    let (client, runtime) = (means.client.clone(), means.runtime.handle().clone());
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
    let health = client.item_get(&job.token).await?.health;
    out.send(Message::Start(Box::new(accounts), health)).await.map_err(|_| PlaidError::Stopped)?;
    let (events, stream) = mpsc::channel(1);
    let changes = async {
        let outcome = client.sync(&job.token, job.from, &events).await;
        drop(events);
        outcome
    };
    let (outcome, ()) = tokio::join!(changes, forward(stream, out, bell));
    outcome.map(drop)
}

async fn forward(mut stream: Receiver<SyncEvent>, out: Sender<Message>, bell: &Bell) {
    while let Some(event) = stream.recv().await {
        if let Err(TrySendError::Full(message)) = out.try_send(Message::Change(event)) {
            bell.ring();
            if out.send(message).await.is_err() {
                return;
            }
        }
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
