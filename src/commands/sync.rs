//! `bursar sync`.

use crate::{
    commands::candidates,
    context::Context,
    domain::views::{ConnectionState, ConnectionView, OutcomeKind},
    error::{Error, Kind, Result},
    ops::sync::{self, Means, Run},
    vault::Right,
};

/// Bring connections up to date
///
/// All banks are asked at once; each is saved alone, so one bad bank never costs the others. Exits 0 when all is
/// saved, 3 when some failed, 8 when a bank wants its owner to sign in again, 9 when none could be reached.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar sync\n  bursar sync platypus\n  bursar sync --json --no-input   # from a timer"
)]
pub(crate) struct Args {
    /// Connections: id or name; none for all
    #[arg(value_name = "CONN", add = candidates::connections())]
    connections: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let wanted = self.wanted(context)?;
        if context.settings.dry_run {
            let names: Vec<&str> = wanted.iter().map(|connection| connection.name.as_str()).collect();
            context.ui.status(&format!("would sync: {}", names.join(", ")));
            return Ok(());
        }
        let run = run(context, &wanted)?;
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
pub(super) fn run(context: &mut Context, wanted: &[ConnectionView]) -> Result<Run> {
    let unlocked = context.require(Right::Sync)?;
    let mut book = context.book_for_sync()?;
    let jobs = sync::prepare(&book, &unlocked, wanted)?;
    if jobs.is_empty() {
        return Ok(Run::default());
    }
    let client = context.client()?;
    let clock = context.clock;
    let progress = context.ui.progress("asking the banks");
    let means = Means {
        client: &client,
        runtime: context.runtime()?,
        now: &|| clock.now(),
        progress: &|message| progress.say(message),
    };
    Ok(sync::run(&mut book, jobs, &means)?)
}

/// Shows what came, and turns what did not into the exit code.
pub(super) fn report(context: &mut Context, run: &Run) -> Result<()> {
    context.present(&run.outcome)?;
    for note in &run.rounded {
        context.ui.status(&format!("note: {note}"));
    }
    for note in &run.notes {
        context.ui.warn(note);
    }
    if run.outcome.connections.is_empty() {
        context.ui.hint("bursar link");
    }
    verdict(run)
}

pub(super) fn verdict(run: &Run) -> Result<()> {
    let lines = &run.outcome.connections;
    let of = |kind: OutcomeKind| {
        lines.iter().filter(|line| line.outcome == kind).map(|line| line.name.as_str()).collect::<Vec<_>>()
    };
    let (reauth, failed) = (of(OutcomeKind::Reauth), of(OutcomeKind::Failed));
    let saved = lines.len() - failed.len() - of(OutcomeKind::Skipped).len();
    if run.interrupted {
        let sentence =
            format!("interrupted; {saved} of {} connections are saved, nothing half-done was kept", lines.len());
        return Err(Error::new(Kind::Interrupted, "interrupted", sentence).hint("bursar sync"));
    }
    if failed.is_empty() && reauth.is_empty() {
        return Ok(());
    }
    if failed.is_empty() {
        let sentence = format!("sign in again at {}; everything else is saved", reauth.join(", "));
        return Err(Error::new(Kind::Reauth, "reauth", sentence).hint("bursar connections"));
    }
    if saved == 0 && run.unavailable {
        let sentence = format!("no bank could be reached: {}; what was stored stays as it was", reasons(run));
        return Err(Error::new(Kind::Unavailable, "unavailable", sentence).hint("bursar sync"));
    }
    if saved == 0 && run.keys_refused {
        let sentence = format!("nothing was synced: {}; what was stored stays as it was", reasons(run));
        return Err(Error::new(Kind::Auth, "plaid_keys", sentence).hint("bursar config plaid"));
    }
    let rest = if saved == 0 { "what was stored stays as it was" } else { "the others are saved" };
    let sentence = format!("{} of {} connections failed: {}; {rest}", failed.len(), lines.len(), reasons(run));
    Err(Error::new(Kind::Partial, "partial", sentence).hint("bursar connections"))
}

fn reasons(run: &Run) -> String {
    let failed = run.outcome.connections.iter().filter(|line| line.outcome == OutcomeKind::Failed);
    let reasons: Vec<String> =
        failed.map(|line| format!("{}: {}", line.name, line.error.as_deref().unwrap_or("no reason given"))).collect();
    reasons.join("; ")
}
