//! `bursar schedule remove`.

use super::order::{name, places, scheduler};
use crate::{
    context::Context,
    error::{Error, Kind, Result},
    ops::schedule::{self, Manager, Scheduler, State},
};

/// Stop the schedule of this vault, and take away what `install` wrote and nothing else
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar schedule remove\n  bursar schedule remove --kind cron --dry-run")]
pub(crate) struct Args {
    /// Only this kind [default: all]
    #[arg(long, value_name = "KIND", value_parser = scheduler())]
    kind: Option<Scheduler>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let (name, places) = (name(context)?, places(context));
        let mut found = Vec::new();
        for (_, scheduler) in Scheduler::ALL {
            if self.kind.is_none_or(|kind| kind == scheduler) {
                found.extend(schedule::find(scheduler, &name, &places)?);
            }
        }
        if found.is_empty() {
            let sentence = "bursar has no schedule for this vault here";
            return Err(Error::new(Kind::NotFound, "no_schedule", sentence).hint("bursar schedule install"));
        }
        let mut edited = false;
        for one in &found {
            edited |= one.state == State::Edited;
            for file in &one.files {
                let note = if one.state == State::Edited { " (edited since bursar wrote it)" } else { "" };
                let what = if one.scheduler == Scheduler::Cron { "bursar's lines in the " } else { "" };
                context.ui.notice(&format!("remove {what}{}{note}", file.display()));
            }
        }
        if context.settings.dry_run {
            context.ui.status("nothing was changed");
            return Ok(());
        }
        // What bursar wrote is written again in a moment; what somebody added is not.
        if edited && !context.ui.confirm("Remove it with the edits?")? {
            let sentence = "nothing was changed, because you did not agree";
            return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
        }
        for one in &found {
            if schedule::answers(one.scheduler) {
                let file = one.files.last().map(|file| file.display().to_string()).unwrap_or_default();
                if let Err(error) = Manager::stopping(one.scheduler, &name, &file).tell() {
                    context.ui.warn(&error.to_string());
                }
            }
            schedule::remove(one, &name)?;
        }
        context.ui.status("nothing syncs this vault by the clock any more");
        Ok(())
    }
}
