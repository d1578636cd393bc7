//! Brings connections up to date: all banks are asked at once, each is committed alone.
//!
//! One transaction of the book a connection, with its cursor and audit entry in it; pages flow through bounded channels,
//! so memory does not grow with history. Invariant: what fails leaves its connection's rows and cursor as they were, and
//! never stops the others.

mod fetch;
mod save;

use std::{sync::Arc, time::Duration};

use jiff::ToSpan as _;
use tokio::{
    runtime::Runtime,
    sync::{Semaphore, mpsc, watch},
};

use crate::{
    domain::{
        accounts::KnownCurrencies,
        dates::Timestamp,
        ids::ConnectionId,
        products::{Product, TRADE_DAYS},
        provider::manner,
        standing::{ConnectionState, Remedy},
        views::{ConnectionView, OutcomeKind, SyncLine, SyncOutcome},
    },
    http::Meter,
    ops::{
        provider::{Ask, Provider, ProviderError, Providers, Quota, Trouble},
        sync::fetch::Halt,
    },
    store::{Store, StoreError, SyncMode},
    vault::{Unlocked, VaultError},
};

/// Banks asked at the same time.
const AT_ONCE: usize = 8;

/// Where a connection's sync starts.
pub struct Job {
    /// The connection.
    pub id: ConnectionId,
    /// What its owner calls it.
    pub name: String,
    provider: Arc<dyn Provider>,
    ask: Ask,
    mode: SyncMode,
}

/// A connection that nobody can be asked for.
struct Barred {
    id: ConnectionId,
    name: String,
    why: ProviderError,
}

/// What a run has to do.
#[derive(Default)]
pub struct Jobs {
    /// Connections to ask.
    pub open: Vec<Job>,
    /// Connections that are gone at the provider, and are not asked any more.
    pub gone: Vec<SyncLine>,
    /// Connections that were asked often enough today.
    pub over: Vec<SyncLine>,
    /// Connections that there is nobody to ask for, as without the provider's keys.
    barred: Vec<Barred>,
    /// What there is to say of connections that soon will have been.
    notes: Vec<String>,
    /// All of them, in the order asked for.
    order: Vec<ConnectionId>,
}

/// How a whole run ended.
#[derive(Debug, Default)]
pub struct Run {
    /// A line for each connection, in the order asked for.
    pub outcome: SyncOutcome,
    /// Balances kept less exactly than they came, one sentence each.
    pub rounded: Vec<String>,
    /// What else there is to say, one sentence each.
    pub notes: Vec<String>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Whether its time was up.
    pub late: bool,
    /// Why connections failed, one for each that did.
    pub causes: Vec<Cause>,
    /// Connections whose history is not complete yet at the provider.
    pub incomplete: Vec<ConnectionId>,
    /// Names of connections that are saved, and of which the provider says that something is wrong.
    pub spoke: Vec<String>,
    /// Connections whose owner has to act, by name, and what is to be done about each.
    pub owed: Vec<(String, Remedy)>,
}

/// The kind of a connection's failure, which the exit code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Network or provider are not to be had now.
    Unavailable,
    /// The provider wants to be asked less often.
    TooOften,
    /// The provider's plan is used up.
    PlanLimit,
    /// It was synced as often today as its owner allows.
    DayLimit,
    /// The provider refused the keys.
    Keys,
    /// Anything else.
    Other,
}

impl Cause {
    /// Whether it passes by itself.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unavailable | Self::TooOften)
    }
}

/// Why a run could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The bank side.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// What a run works with.
pub struct Means<'a> {
    /// The calls that were made, to be counted with what they brought.
    pub meter: &'a Meter,
    /// Where requests run.
    pub runtime: &'a Runtime,
    /// Says what time it is.
    pub now: &'a dyn Fn() -> Timestamp,
    /// Told what is being done.
    pub progress: &'a dyn Fn(&str),
    /// When to stop asking; what is not saved by then comes with the next sync.
    pub max_runtime: Option<Duration>,
}

/// How often a connection may be synced on one day.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// So often; none is without limit.
    pub per_day: Option<u64>,
    /// Which day it is.
    pub now: Timestamp,
}

impl Allowance {
    /// Whether so few are left that it is said.
    fn is_near(left: u64, most: u64) -> bool {
        left <= most / 5
    }

    /// Whether a connection may be asked once more on this day.
    pub fn admits(self, store: &Store, connection: &ConnectionView) -> Result<bool, StoreError> {
        Ok(self.judge(store, connection)?.is_ok())
    }

    /// The sentence of a connection that has used it up, or of one that nearly has.
    fn judge(self, store: &Store, connection: &ConnectionView) -> Result<Result<Option<String>, String>, StoreError> {
        let Some(most) = self.per_day else { return Ok(Ok(None)) };
        let count = store.syncs_on_day(connection.id, self.now)?;
        if count >= most {
            let sentence = format!("it was synced {count} times today, and sync.max_per_day is {most}");
            return Ok(Err(sentence));
        }
        // This run counts already.
        let left = most - count - 1;
        Ok(Ok(Self::is_near(left, most)
            .then(|| format!("{} can be synced {left} more times today (sync.max_per_day)", connection.name))))
    }
}

/// Reads what a sync of these connections needs: opened tokens, and cursors unless the whole history is wanted. How they stand
/// is read again: what an earlier process left may just have been finished.
pub fn prepare(
    store: &Store,
    (unlocked, providers): (&Unlocked, &Providers),
    wanted: &[ConnectionView],
    (mode, products): (SyncMode, &[Product]),
    allowance: Allowance,
) -> Result<Jobs, SyncError> {
    let known: KnownCurrencies = store.account_currencies()?;
    let mut jobs = Jobs { order: wanted.iter().map(|connection| connection.id).collect(), ..Jobs::default() };
    let standing = store.connections()?;
    let today = allowance.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let window = (today.saturating_sub(TRADE_DAYS.days()), today);
    for connection in wanted.iter().filter_map(|wanted| standing.iter().find(|connection| connection.id == wanted.id)) {
        if connection.state == ConnectionState::Gone {
            jobs.gone.push(gone(connection));
            continue;
        }
        match allowance.judge(store, connection)? {
            Ok(note) => jobs.notes.extend(note),
            Err(why) => {
                jobs.over.push(not_asked(connection, why));
                continue;
            }
        }
        let secrets = store.connection(connection.id)?;
        let Some(sealed) = &secrets.token else { continue };
        let token = unlocked.open_token(secrets.item_id.as_str(), &secrets.environment, sealed)?;
        let provider = match providers.of(&secrets.provider) {
            Ok(provider) => provider,
            Err(why) => {
                jobs.barred.push(Barred { id: connection.id, name: connection.name.clone(), why });
                continue;
            }
        };
        let cursor = secrets.cursor.filter(|_| mode == SyncMode::Changes);
        match within_quota(store, connection, provider.quota(cursor.as_deref(), allowance.now), allowance.now)? {
            Ok(note) => jobs.notes.extend(note),
            Err(why) => {
                jobs.over.push(not_asked(connection, why));
                continue;
            }
        }
        let mode = if provider.whole() { mode } else { SyncMode::Changes };
        let pending = if provider.whole() { Vec::new() } else { store.pending_rows(connection.id)? };
        let (known, now) = (known.clone(), allowance.now);
        let products = products.to_vec();
        let ask = Ask { connection: connection.id, token, cursor, known, pending, now, products, window };
        jobs.open.push(Job { id: connection.id, name: connection.name.clone(), provider, ask, mode });
    }
    Ok(jobs)
}

/// Why a connection cannot be asked any more today, if the provider counts its calls; else what there is to say when few are left.
fn within_quota(
    store: &Store,
    connection: &ConnectionView,
    quota: Option<Quota>,
    now: Timestamp,
) -> Result<Result<Option<String>, String>, StoreError> {
    let Some(Quota { needs, per_day }) = quota else { return Ok(Ok(None)) };
    let made = store.connection_calls(now)?.get(&connection.id).copied().unwrap_or_default();
    // The calls of this run count already.
    let Some(left) = per_day.checked_sub(made.saturating_add(needs)) else {
        return Ok(Err(format!(
            "{made} calls were made for it today, it needs {needs}, and its provider allows {per_day} a day"
        )));
    };
    let note = || format!("{} has {left} calls left today; its provider allows {per_day} a day", connection.name);
    Ok(Ok(Allowance::is_near(left, per_day).then(note)))
}

/// Syncs these connections and says how each went.
pub fn run(store: &mut Store, jobs: Jobs, means: &Means<'_>) -> Result<Run, SyncError> {
    let (ready, mut next) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(Halt::No);
    let listener = fetch::halt(means.runtime, stop, means.max_runtime);
    let shared = fetch::Shared { turns: Arc::new(Semaphore::new(AT_ONCE)), stop: stopped.clone(), ready };
    let start = |(index, job)| fetch::start(index, job, means, &shared);
    let mut arrivals: Vec<_> = jobs.open.into_iter().enumerate().map(start).collect();
    drop(shared);
    let mut lines: Vec<Option<save::Saved>> = arrivals.iter().map(|_| None).collect();
    while let Some(index) = next.blocking_recv() {
        if lines[index].is_none() {
            (means.progress)(&format!("saving {}", arrivals[index].name));
            lines[index] = Some(save::connection(store, &mut arrivals[index], means)?);
        }
    }
    let halt = *stopped.borrow();
    listener.abort();
    let mut saved: Vec<save::Saved> = lines.into_iter().flatten().collect();
    for Barred { id, name, why } in jobs.barred {
        saved.push(save::failed(store, (id, &name), means, (means.now)(), why)?);
    }
    let mut run = summary(saved, (jobs.gone, jobs.over), halt);
    run.notes.extend(jobs.notes);
    run.outcome.connections.sort_by_key(|line| jobs.order.iter().position(|id| *id == line.id));
    Ok(run)
}

fn summary(saved: Vec<save::Saved>, (gone, over): (Vec<SyncLine>, Vec<SyncLine>), halt: Halt) -> Run {
    let failed = saved.iter().filter(|one| one.line.outcome == OutcomeKind::Failed);
    let causes = failed.map(|one| one.error.as_ref().map_or(Cause::Other, cause));
    let causes = causes.chain(gone.iter().map(|_| Cause::Other)).chain(over.iter().map(|_| Cause::DayLimit)).collect();
    let incomplete = saved.iter().filter(|one| one.incomplete).map(|one| one.line.id).collect();
    let spoke = saved.iter().filter(|one| one.spoke).map(|one| one.line.name.clone()).collect();
    let owed = saved.iter().filter(|one| one.line.outcome == OutcomeKind::Reauth);
    let owed = owed.map(|one| (one.line.name.clone(), one.remedy)).collect();
    let (mut lines, mut rounded, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for one in saved {
        lines.push(one.line);
        rounded.extend(one.rounded);
        notes.extend(one.notes);
    }
    lines.extend(gone.into_iter().chain(over));
    Run {
        outcome: SyncOutcome::new(lines),
        rounded,
        notes,
        interrupted: halt == Halt::Asked,
        late: halt == Halt::Late,
        causes,
        incomplete,
        spoke,
        owed,
    }
}

/// The line of a connection that is not asked any more: it stays a failure until its owner removes it.
fn gone(connection: &ConnectionView) -> SyncLine {
    let name = manner(&connection.provider).name;
    let why = connection.error.clone().unwrap_or_else(|| format!("it does not exist at {name} any more"));
    let why = why.trim_end_matches('.');
    not_asked(connection, format!("{why}; `bursar connections remove {}` ends it here too", connection.id))
}

/// The line of a connection that is not asked.
fn not_asked(connection: &ConnectionView, why: String) -> SyncLine {
    SyncLine {
        id: connection.id,
        name: connection.name.clone(),
        outcome: OutcomeKind::Failed,
        added: 0,
        modified: 0,
        removed: 0,
        refused: 0,
        refused_rows: Vec::new(),
        failed_products: Vec::new(),
        accounts_gone: Vec::new(),
        accounts_back: Vec::new(),
        bank_updated_at: connection.bank_updated_at,
        error: Some(why),
    }
}

fn cause(error: &ProviderError) -> Cause {
    match error.trouble() {
        Trouble::Keys => Cause::Keys,
        Trouble::PlanLimit => Cause::PlanLimit,
        Trouble::TooOften => Cause::TooOften,
        Trouble::Unavailable | Trouble::Stopped => Cause::Unavailable,
        Trouble::Other => Cause::Other,
    }
}
