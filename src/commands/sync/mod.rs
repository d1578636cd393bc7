//! `bursar sync`.

pub(super) mod verdict;

use std::collections::HashSet;

use crate::{
    commands::{bank, candidates},
    context::Context,
    domain::views::{ConnectionState, ConnectionView},
    error::Result,
    ops::{
        recover::recover,
        sync::{self, Means, Run},
    },
    store::SyncMode,
    vault::Right,
};

/// Bring connections up to date
///
/// All banks are asked at once; each is saved alone, so one bad bank never costs the others. Exits 0 when all is
/// saved. When all that failed did so for one reason the code says which: 8 a bank wants its owner to sign in again (the others
/// are saved); and if nothing was saved at all, 4 Plaid's keys, 7 the plan's limit, 9 out of reach. Anything else, rows that
/// bursar cannot hold exactly among it, is 3: what could be saved is, the rest is listed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar sync\n  bursar sync platypus\n  bursar sync platypus --full\n  bursar sync --json --no-input   # from a timer"
)]
pub(crate) struct Args {
    /// Connections: id or name; none for all
    #[arg(value_name = "CONN", add = candidates::connections())]
    connections: Vec<String>,
    /// Read the whole history again instead of the changes, and match it by id; your edits stay
    ///
    /// Brings rows that an older bursar could not hold. Costs nothing at Plaid, and as long as a first sync.
    #[arg(long)]
    full: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let wanted = self.wanted(context)?;
        if context.settings.dry_run {
            let names: Vec<&str> = wanted.iter().map(|connection| connection.name.as_str()).collect();
            context.ui.status(&format!("would sync: {}", names.join(", ")));
            return Ok(());
        }
        let mode = if self.full { SyncMode::Full } else { SyncMode::Changes };
        let run = run(context, &wanted, mode)?;
        report(context, &run)
    }

    fn wanted(&self, context: &mut Context) -> Result<Vec<ConnectionView>> {
        let book = context.book()?;
        if self.connections.is_empty() {
            let mut all = book.connections()?;
            all.retain(|connection| connection.state != ConnectionState::Removed);
            return Ok(all);
        }
        self.connections.iter().map(|text| Ok(book.find_connection(text)?)).collect()
    }
}

/// Syncs these connections with the context's means.
pub(super) fn run(context: &mut Context, wanted: &[ConnectionView], mode: SyncMode) -> Result<Run> {
    if wanted.is_empty() {
        context.require(Right::Sync)?;
        return Ok(Run::default());
    }
    let mut ui = context.ui.again();
    bank::with(context, Right::Sync, |bank, mut book| {
        bank::recovered(&mut ui, &recover(bank, &mut book)?);
        let jobs = sync::prepare(&book, bank.vault, wanted, mode)?;
        let progress = ui.progress("asking the banks");
        let means = Means {
            client: bank.client,
            runtime: bank.runtime,
            now: bank.clock,
            progress: &|message| progress.say(message),
        };
        Ok(sync::run(&mut book, jobs, &means)?)
    })
}

/// Shows what came, and turns what did not into the exit code.
fn report(context: &mut Context, run: &Run) -> Result<()> {
    context.present(&run.outcome)?;
    remarks(context, run, &mut HashSet::new());
    if run.outcome.connections.is_empty() {
        context.ui.hint("bursar link");
    }
    verdict::failures(run)?;
    verdict::all_kept(&run.outcome)
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
