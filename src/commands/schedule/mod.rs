//! `bursar schedule [list|print|install|remove]`.

mod install;
mod list;
mod order;
mod print;
mod remove;

pub(crate) use list::{ScheduleView, schedules};
pub(in crate::commands) use order::name;
pub(crate) use print::Plan;

use crate::{context::Context, error::Result};

/// Sync by the clock: a systemd timer, a cron line or a launchd agent
///
/// Alone it lists what is installed, when a sync last ended, and when the next is due.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Print(print::Args),
    Install(install::Args),
    Remove(remove::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Print(args)) => args.run(context),
            Some(Verb::Install(args)) => args.run(context),
            Some(Verb::Remove(args)) => args.run(context),
        }
    }
}
