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
    domain::ids::ConnectionId,
    ops::provider::{Ask, Provider, ProviderError, Step},
    store::SyncMode,
};

/// Pages that wait for the book, for each connection.
const WAITING_PAGES: usize = 2;

/// A connection's answers as they arrive.
pub(super) struct Arrival {
    pub(super) id: ConnectionId,
    pub(super) name: String,
    /// How the run begins.
    pub(super) mode: SyncMode,
    pub(super) messages: Receiver<Step>,
    /// Comes after the last message; none after an interruption.
    pub(super) verdict: Option<oneshot::Receiver<Result<(), ProviderError>>>,
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
    let (id, name, mode) = (job.id, job.name, job.mode);
    let (provider, ask, runtime) = (job.provider, job.ask, means.runtime.handle().clone());
    let (turns, mut stop) = (Arc::clone(&shared.turns), shared.stop.clone());
    let bell = Bell { ready: shared.ready.clone(), index };
    std::thread::spawn(move || {
        runtime.block_on(async {
            let _turn = turns.acquire().await;
            tokio::select! {
                verdict = read(&*provider, ask, out, &bell) => {
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

/// Hands the provider's steps on as they come.
async fn read(provider: &dyn Provider, ask: Ask, out: Sender<Step>, bell: &Bell) -> Result<(), ProviderError> {
    let (steps, mut stream) = mpsc::channel(1);
    let forward = async move {
        while let Some(step) = stream.recv().await {
            if !send(step, &out, bell).await {
                return;
            }
        }
    };
    let (outcome, ()) = tokio::join!(provider.gather(ask, steps), forward);
    outcome
}

/// Whether somebody is there to take it.
async fn send(message: Step, out: &Sender<Step>, bell: &Bell) -> bool {
    match out.try_send(message) {
        Ok(()) => true,
        Err(TrySendError::Full(message)) => {
            bell.ring();
            out.send(message).await.is_ok()
        }
        Err(TrySendError::Closed(_)) => false,
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
            Ok(()) = tokio::signal::ctrl_c() => Halt::Asked,
            () = late => Halt::Late,
        };
        stop.send_replace(why);
        // The sender lives on, so that only this counts as a change.
        std::future::pending::<()>().await;
    })
}
