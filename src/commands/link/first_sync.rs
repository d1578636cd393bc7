//! The first sync after a link: again and again until the provider has all of the history.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use super::{Fresh, LinkReport};
use crate::{
    commands::sync,
    context::Context,
    domain::views::{ConnectionView, SyncLine, SyncOutcome},
    error::{Error, Kind, Result},
    store::SyncMode,
};

/// The provider mostly needs less than two minutes; what is missing then comes with the next sync.
const PATIENCE: Duration = Duration::from_mins(3);

/// Between two looks at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// Syncs new connections until their history is complete; what was `said` is not said again. A failure is an error after all else
/// has been shown.
pub(super) fn run(
    context: &mut Context,
    fresh: &Fresh,
    report: &mut LinkReport,
    mut said: HashSet<String>,
) -> Result<()> {
    let mut wanted = context.book()?.connections()?;
    wanted.retain(|connection| fresh.contains(&connection.id));
    if wanted.is_empty() {
        return Ok(());
    }
    let began = Instant::now();
    let mut pause = PAUSES.0;
    let mut lines: Vec<SyncLine> = Vec::new();
    loop {
        let run =
            sync::run(context, &wanted, sync::Terms { mode: SyncMode::Changes, max_runtime: None, per_day: None })?;
        sync::remarks(context, &run, &mut said);
        for line in run.outcome.connections.iter().cloned() {
            add(&mut lines, line);
        }
        let so_far = SyncOutcome::new(lines.clone());
        let kept = sync::verdict::all_kept(&so_far).and_then(|()| sync::verdict::all_read(&so_far));
        report.sync = Some(so_far);
        sync::verdict::failures(&run)?;
        let kept = kept.and_then(|()| sync::verdict::all_well(&run.spoke));
        wanted.retain(|connection: &ConnectionView| run.incomplete.contains(&connection.id));
        if wanted.is_empty() {
            return kept;
        }
        if began.elapsed() > PATIENCE {
            context.ui.status("The bank has not given all of its history yet; the next sync fetches the rest.");
            return kept;
        }
        let progress = context.ui.progress("waiting until the bank has given all of its history");
        let interrupted = context.runtime()?.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(pause) => false,
                _ = tokio::signal::ctrl_c() => true,
            }
        });
        drop(progress);
        if interrupted {
            let sentence = "stopped waiting; the connection and what came of its history are saved";
            return Err(Error::new(Kind::Interrupted, "interrupted", sentence).hint("bursar sync"));
        }
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Adds the counts of one more run to a connection's line; the rest is as of the last run.
fn add(lines: &mut Vec<SyncLine>, new: SyncLine) {
    match lines.iter_mut().find(|line| line.id == new.id) {
        Some(line) => {
            let mut refused_rows = std::mem::take(&mut line.refused_rows);
            // An account that cannot be kept is met by every run.
            let (known, fresh): (Vec<_>, Vec<_>) =
                new.refused_rows.iter().cloned().partition(|row| refused_rows.contains(row));
            refused_rows.extend(fresh);
            *line = SyncLine {
                refused: line.refused + new.refused - known.len() as u64,
                refused_rows,
                added: line.added + new.added,
                modified: line.modified + new.modified,
                removed: line.removed + new.removed,
                ..new
            };
        }
        None => lines.push(new),
    }
}
