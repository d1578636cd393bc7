//! `bursar schedule install`.

use super::{
    order::{Options, places},
    print::plan,
};
use crate::{
    context::Context,
    error::{Error, Kind, Result},
    ops::{
        schedule::{self, Manager, Scheduler, State},
        secrets,
    },
    vault::is_second_factor,
};

/// Write the timer (or the cron line, or the agent) of this vault, and start it
///
/// Shows what is written first, and asks. Installing again replaces what bursar wrote before; what it did not write is
/// never touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar schedule install --key-file ~/.config/bursar/timer.key\n  \
    bursar schedule install --kind cron --every 12h --dry-run")]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        // A vault that is not there is no reason to start anything.
        context.locked()?;
        self.key_file_opens_alone()?;
        let plan = plan(&self.options, context)?;
        let found = schedule::find(plan.scheduler, &plan.name, &places(context))?;
        for part in &plan.parts {
            let verb = if found.is_some() { "replace" } else { "write" };
            context.ui.notice(&format!("{verb} {}:\n{}", part.file.display(), part.text));
        }
        if found.is_some_and(|found| found.state == State::Edited) {
            context.ui.warn("it was edited since bursar wrote it; the edits are lost");
        }
        if !self.options.opens(context) {
            context.ui.warn("nothing says how the vault opens when nobody is there; give --key-file or --credential");
        }
        if context.timer_lacks_keys() {
            context.ui.warn("Plaid's keys are not in the vault, and a timer does not have this shell's environment");
            context.ui.hint("bursar config plaid");
        }
        if context.settings.dry_run {
            context.ui.status("nothing was changed");
            return Ok(());
        }
        if !context.ui.confirm("Write and start this?")? {
            let sentence = "nothing was changed, because you did not agree";
            return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
        }
        schedule::install(plan.scheduler, &plan.name, &plan.parts)?;
        let file = plan.parts.last().map(|part| part.file.display().to_string()).unwrap_or_default();
        start(context, plan.scheduler, &Manager::starting(plan.scheduler, &plan.name, &file));
        context.ui.hint("bursar schedule");
        Ok(())
    }

    /// Refuses a key file that would fail, or ask, at night.
    fn key_file_opens_alone(&self) -> Result<()> {
        let Some(file) = &self.options.key_file else { return Ok(()) };
        if is_second_factor(&secrets::identity(file)?) {
            let sentence = "this key file wants a passphrase besides, which nobody types at night; nothing was changed";
            return Err(Error::new(Kind::Refused, "second_factor", sentence).hint("bursar keys add key-file --help"));
        }
        Ok(())
    }
}

/// Tells the scheduler; where its manager does not answer, says what to type once it does.
fn start(context: &mut Context, scheduler: Scheduler, manager: &Manager) {
    let told = schedule::answers(scheduler).then(|| manager.tell());
    match told {
        Some(Ok(())) => context.ui.status("the schedule is installed and started"),
        other => {
            if let Some(Err(error)) = other {
                context.ui.warn(&error.to_string());
            }
            context.ui.notice("the schedule is written but not started; run:");
            for line in manager.lines() {
                context.ui.notice(&format!("  {line}"));
            }
        }
    }
}
