//! `bursar sync`.

mod log;
pub(super) mod verdict;

use std::{collections::HashSet, time::Duration};

use crate::{
    commands::{bank, candidates, connections, live, notify},
    context::Context,
    domain::{dates, views::ConnectionView},
    error::Result,
    ops::{
        alerts,
        recover::recover,
        sync::{self, Allowance, Means, Run},
    },
    store::SyncMode,
    vault::Right,
};

/// Bring connections up to date
///
/// All banks are asked at once; each is saved alone, so one bad bank never costs the others. Exits 0 when all is
/// saved. When all that failed did so for one reason the code says which: 8 a bank wants its owner to sign in again (the others
/// are saved); and if nothing was saved at all, 4 Plaid's keys, 7 the plan's limit or sync.max_per_day of config.toml, 9 out of reach. Anything else, rows that
/// bursar cannot hold exactly and debts or holdings that could not be read among it, is 3: what could be saved is, the rest is listed.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  bursar sync\n  bursar sync platypus\n  bursar sync platypus --full\n  bursar sync platypus --refresh --yes\n  bursar sync --no-input --jitter 10m --max-runtime 30m   # from a timer\n  \
    bursar sync log --limit 5"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Connections: id or name; none for all
    #[arg(value_name = "CONN", add = candidates::connections())]
    connections: Vec<String>,
    /// Read the whole history again instead of the changes, and match it by id; your edits stay
    ///
    /// Brings rows that an older bursar could not hold. Costs nothing at Plaid, and as long as a first sync.
    #[arg(long)]
    full: bool,
    /// Stop after this time (90s, 10m): what is saved by then stays, the rest comes with the next sync
    #[arg(long, value_name = "TIME", value_parser = dates::duration)]
    max_runtime: Option<Duration>,
    /// Tell the banks to look for new transactions first; Plaid may bill each call, so it asks (or wants --yes)
    #[arg(long)]
    refresh: bool,
    /// With --refresh: wait at most so long for the banks' newer data (30s, 2m)
    #[arg(long, value_name = "TIME", value_parser = dates::duration, default_value = "30s", requires = "refresh")]
    max_wait: Duration,
    /// Wait a random part of this time first, so that many timers do not strike at once
    #[arg(long, value_name = "TIME", value_parser = dates::duration)]
    jitter: Option<Duration>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Log(log::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        if let Some(Verb::Log(args)) = self.verb {
            return args.run(context);
        }
        if let Some(most) = self.jitter.filter(|_| !context.settings.dry_run) {
            // A name that is not there is said at once; without names nothing is opened before the wait.
            if !self.connections.is_empty() {
                bank::connections(context, &self.connections)?;
            }
            wait_a_part(context, most);
        }
        let wanted = bank::connections(context, &self.connections);
        if context.settings.dry_run {
            return self.plan(context, &wanted?);
        }
        let wanted = told(context, wanted)?;
        let per_day = context.settings.config.sync.max_per_day.filter(|most| *most > 0);
        let refreshed = if self.refresh {
            // What is not synced any more today is not paid for either.
            let allowed = within(context, &wanted, per_day)?;
            live::refresh(context, &allowed, self.max_wait)?
        } else {
            Ok(())
        };
        let mode = if self.full { SyncMode::Full } else { SyncMode::Changes };
        let run = run(context, &wanted, Terms { mode, max_runtime: self.max_runtime, per_day });
        let run = told(context, run)?;
        notify::reached(context);
        report(context, &run)?;
        refreshed
    }

    /// Says what would be done, and by whom.
    fn plan(&self, context: &mut Context, wanted: &[ConnectionView]) -> Result<()> {
        let told = if self.refresh { live::would_refresh(context, wanted)? } else { Vec::new() };
        if !told.is_empty() {
            context.ui.status(&format!("would tell the banks to look for new transactions: {}", told.join(", ")));
        }
        let names: Vec<&str> = wanted.iter().map(|connection| connection.name.as_str()).collect();
        context.ui.status(&format!("would sync: {}", names.join(", ")));
        Ok(())
    }
}

/// Has the owner told of what kept a run from the banks.
fn told<T>(context: &mut Context, outcome: Result<T>) -> Result<T> {
    outcome.inspect_err(|error| notify::unreached(context, error))
}

/// Waits a random part of a time. Nothing is begun yet, so Ctrl-C ends it at once.
fn wait_a_part(context: &mut Context, most: Duration) {
    let pause = a_part_of(most);
    context.ui.status(&format!("starting in {} s", pause.as_secs()));
    std::thread::sleep(pause);
}

/// The connections that may be synced once more today.
fn within(context: &mut Context, wanted: &[ConnectionView], per_day: Option<u64>) -> Result<Vec<ConnectionView>> {
    let allowance = Allowance { per_day, now: context.clock.now() };
    let book = context.book()?;
    let mut allowed = Vec::new();
    for connection in wanted {
        if allowance.admits(&book, connection)? {
            allowed.push(connection.clone());
        }
    }
    Ok(allowed)
}

/// Any part of a time, to the millisecond. Without randomness every timer starts at once, which is no reason not to sync.
fn a_part_of(most: Duration) -> Duration {
    let random = getrandom::u64().unwrap_or_default();
    let most_ms = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % most_ms.saturating_add(1))
}

/// How a run is to go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// The changes, or the whole history.
    pub(super) mode: SyncMode,
    /// When to stop.
    pub(super) max_runtime: Option<Duration>,
    /// How often a connection may be synced on one day.
    pub(super) per_day: Option<u64>,
}

/// Syncs these connections with the context's means.
pub(super) fn run(context: &mut Context, wanted: &[ConnectionView], terms: Terms) -> Result<Run> {
    // A bank may have been linked, and the process killed before the book had it.
    if wanted.is_empty() && !context.require(Right::Sync)?.has_pending() {
        return Ok(Run::default());
    }
    let products = context.settings.config.sync.products();
    let today = context.clock.today();
    let mut ui = context.ui.again();
    bank::with(context, Right::Sync, |bank, mut book| {
        bank::recovered(&mut ui, &recover(bank, &mut book)?);
        let allowance = Allowance { per_day: terms.per_day, now: (bank.clock)() };
        let jobs = sync::prepare(&book, (bank.vault, bank.providers), wanted, (terms.mode, &products), allowance)?;
        let progress = ui.progress("asking the banks");
        let means = Means {
            meter: bank.meter,
            runtime: bank.runtime,
            now: bank.clock,
            progress: &|message| progress.say(message),
            max_runtime: terms.max_runtime,
        };
        let run = sync::run(&mut book, jobs, &means)?;
        // What is saved is saved: a look that fails is taken by the next sync.
        if !run.interrupted
            && let Err(error) = alerts::look(&mut book, (bank.clock)(), today)
        {
            drop(progress);
            ui.warn(&format!("regular payments were not looked at; the next sync does it: {error}"));
        }
        Ok(run)
    })
}

/// Shows what came, and turns what did not into the exit code.
fn report(context: &mut Context, run: &Run) -> Result<()> {
    context.present(&run.outcome)?;
    remarks(context, run, &mut HashSet::new());
    if !run.interrupted {
        connections::settle(context, run.outcome.connections.iter().map(|line| line.id))?;
        notify::after_sync(context);
    }
    if run.outcome.connections.is_empty() {
        context.ui.hint("bursar link");
    }
    verdict::failures(run)?;
    verdict::all_kept(&run.outcome)?;
    verdict::all_read(&run.outcome)?;
    verdict::all_well(&run.spoke)
}

/// Says what the table does not, each sentence once: roundings, placeholders, rows that were not kept.
pub(super) fn remarks(context: &mut Context, run: &Run, said: &mut HashSet<String>) {
    for note in &run.rounded {
        if said.insert(note.clone()) {
            context.ui.status(&format!("note: {note}"));
        }
    }
    let refusals = run.outcome.connections.iter().flat_map(|line| &line.refused_rows).map(ToString::to_string);
    for warning in run.notes.iter().cloned().chain(refusals) {
        if said.insert(warning.clone()) {
            context.ui.warn(&warning);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_within_the_time_and_another_each_time() {
        let most = Duration::from_mins(30);
        let parts: Vec<Duration> = (0..200).map(|_| a_part_of(most)).collect();
        assert!(parts.iter().all(|part| *part <= most), "{parts:?}");
        let different: HashSet<&Duration> = parts.iter().collect();
        assert!(different.len() > 150, "{parts:?}");
        // Each half is missed once in 2^200 runs.
        assert!(parts.iter().any(|part| *part < most / 2) && parts.iter().any(|part| *part > most / 2), "{parts:?}");
        assert_eq!(a_part_of(Duration::ZERO), Duration::ZERO);
    }
}
