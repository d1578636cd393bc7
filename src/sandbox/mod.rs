//! An embedded sandbox, compatible with Plaid and SimpleFIN: banks, users, history and Link on 127.0.0.1, for demos and tests.
//!
//! May use `plaid::wire`, `simplefin::wire` and `domain` only; it knows nothing of the vault and never prints. Invariants: everything it
//! says follows from its seed, its clock and the requests so far; amounts have Plaid's sign.
//!
//! `routes` checks a request, `endpoints` answer it from `state`, where an `item` keeps a `ledger` of changes filled from
//! `seed`; `link_page` is the hosted page, `admin` takes orders and `faults` make it misbehave.

mod admin;
mod call;
mod cursor;
mod draw;
mod endpoints;
mod faults;
mod http;
mod institutions;
mod item;
mod ledger;
mod limits;
mod link;
mod link_page;
mod refusal;
mod routes;
mod seed;
mod simplefin;
mod state;

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use jiff::{ToSpan as _, tz::TimeZone};

pub use faults::Fault;
use http::{Reply, Request};
use state::State;

use crate::{
    domain::dates::{Date, Timestamp},
    plaid::wire::transactions::TransactionsUpdateStatus,
};

/// Threads that answer; a slow answer holds one of them.
const WORKERS: usize = 8;

/// The sandbox could not start.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot listen on 127.0.0.1:{port}")]
pub struct SandboxError {
    /// The port asked for.
    pub port: u16,
    #[source]
    source: io::Error,
}

/// How quickly a new Item's history becomes complete, counted in sync runs so that it does not depend on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Runs that are told `NOT_READY`.
    pub not_ready: u32,
    /// Runs after those that see the last thirty days only.
    pub initial: u32,
}

impl Progress {
    /// Complete from the first run.
    pub const AT_ONCE: Self = Self { not_ready: 0, initial: 0 };
    /// One run each of nothing and of thirty days, as with a bank.
    pub const LIKE_A_BANK: Self = Self { not_ready: 1, initial: 1 };

    fn status(self, run: u32) -> TransactionsUpdateStatus {
        if run <= self.not_ready {
            TransactionsUpdateStatus::NotReady
        } else if run <= self.not_ready.saturating_add(self.initial) {
            TransactionsUpdateStatus::Initial
        } else {
            TransactionsUpdateStatus::Historical
        }
    }
}

/// How a sandbox is set up.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Everything drawn follows from it.
    pub seed: u64,
    /// The sandbox's clock when it starts; it runs on by itself, its day moves only by [`Running::advance`].
    pub now: Timestamp,
    /// So many computed transactions an Item instead of a household's.
    pub transactions: Option<u64>,
    /// How quickly history becomes complete.
    pub progress: Progress,
    /// Whether the rate limits of Plaid's sandbox hold.
    pub rate_limits: bool,
}

impl Config {
    /// A household's data, complete at once, no limits, any free port.
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self { port: 0, seed, now, transactions: None, progress: Progress::AT_ONCE, rate_limits: false }
    }

    /// The same, at noon of a day in UTC.
    pub fn on(seed: u64, today: Date) -> Self {
        let noon = today.to_zoned(TimeZone::UTC).ok().and_then(|midnight| midnight.checked_add(12.hours()).ok());
        Self::new(seed, noon.map_or(Timestamp::UNIX_EPOCH, |noon| noon.timestamp()))
    }

    fn client_id(&self) -> String {
        draw::Root::new(self.seed, &["client"]).member(0).letters(24).to_ascii_lowercase()
    }

    fn secret(&self) -> String {
        draw::Root::new(self.seed, &["secret"]).member(0).letters(30).to_ascii_lowercase()
    }
}

/// Starts sandboxes.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Listens on 127.0.0.1 and answers until the handle is dropped.
    pub fn start(config: Config) -> Result<Running, SandboxError> {
        let failed = |source| SandboxError { port: config.port, source };
        let listener = http::bind(config.port).map_err(failed)?;
        let address = listener.server_addr().to_ip().ok_or_else(|| failed(io::Error::other("no address")))?;
        let base_url = format!("http://{address}");
        let listener = Arc::new(listener);
        let state = Arc::new(Mutex::new(State::new(config, base_url.clone())));
        let workers = (0..WORKERS).map(|_| {
            let (listener, state) = (Arc::clone(&listener), Arc::clone(&state));
            std::thread::spawn(move || {
                while let Ok(request) = listener.recv() {
                    http::serve(request, |request| answer(&state, request));
                }
            })
        });
        let workers = workers.collect();
        Ok(Running { base_url, client_id: config.client_id(), secret: config.secret(), state, listener, workers })
    }
}

fn answer(state: &Mutex<State>, request: &Request) -> Reply {
    if request.path.starts_with("/link/") && !matches!(request.path.as_str(), "/link/token/create" | "/link/token/get")
    {
        link_page::answer(state, request)
    } else if request.path.starts_with("/sandbox-admin/") {
        admin::answer(state, request)
    } else if request.path.starts_with("/simplefin/") {
        simplefin::answer(state, request)
    } else {
        dated(routes::answer_api(state, request), state)
    }
}

/// A reply of a bank whose clock is off says so; else the server dates it.
fn dated(reply: Reply, state: &Mutex<State>) -> Reply {
    let off = state.lock().unwrap_or_else(PoisonError::into_inner).clock_off;
    if off == 0 {
        return reply;
    }
    let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs().cast_signed());
    let date = Timestamp::from_second(seconds.saturating_add(off)).ok();
    let date = date.and_then(|at| jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok());
    date.map_or_else(|| Reply::json(500, Vec::new()), |date| reply.header("Date", date))
}

/// A sandbox that answers; it stops when this is dropped.
pub struct Running {
    /// Where it answers, `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// The only client it knows.
    pub client_id: String,
    /// That client's secret, which also guards the orders under `/sandbox-admin/`.
    pub secret: String,
    state: Arc<Mutex<State>>,
    listener: Arc<tiny_http::Server>,
    workers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Sets a fault, for so many strikes (or as many as the fault itself says; 0 takes it away).
    pub fn fault(&self, fault: Fault, times: Option<u32>) {
        self.lock().faults.set(fault, times, None, None);
    }

    /// Sets a fault that strikes calls of one path only, as often as the fault itself says.
    pub fn fault_at(&self, fault: Fault, path: &str) {
        self.lock().faults.set(fault, None, Some(path.to_owned()), None);
    }

    /// Has the next call of a path refused with one of Plaid's codes.
    pub fn refuse(&self, code: &'static str, path: &str) {
        self.lock().faults.refuse(code, path);
    }

    /// Puts the clock in the `Date` of every answer off by so many seconds.
    pub fn put_clock_off(&self, seconds: i64) {
        self.lock().clock_off = seconds;
    }

    /// A setup token of SimpleFIN's; each number is another, and each can be claimed once.
    pub fn setup_token(&self, number: u64) -> String {
        simplefin::setup_token(self.lock().config.seed, &self.base_url, number)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Sets a fault that strikes calls of one path only, so many times.
    pub fn faults_at(&self, fault: Fault, path: &str, times: u32) {
        self.lock().faults.set(fault, Some(times), Some(path.to_owned()), None);
    }

    /// How often a fault still strikes; `None` when it is not set any more, `u32::MAX` until it is cleared.
    pub fn waits(&self, fault: Fault) -> Option<u32> {
        self.lock().faults.left(fault)
    }

    /// Lets every bank take back its newest posted transaction.
    pub fn take_back(&self) {
        self.lock().take_back(false);
    }

    /// Lets every bank bring again what it has taken back.
    pub fn give_back(&self) {
        self.lock().take_back(true);
    }

    /// Lets days pass: pending rows post, new ones come, logins older than thirty days break.
    pub fn advance(&self, days: u32) {
        self.lock().advance(days.into());
    }

    /// Lets every user sign in again, so that no login is old.
    pub fn sign_in(&self) {
        self.lock().sign_in();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for _ in &self.workers {
            self.listener.unblock();
        }
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}
