//! `bursar notify [list|test]`, and what `sync` tells at its end.

mod list;
mod tell;
mod test;

pub(super) use tell::{after_sync, reached, unreached};

use crate::{context::Context, error::Result};

/// What you are told of after a sync, and whether telling works
///
/// config.toml says who is told: [notify] command gets one JSON object on its standard input (bursar schema notify test),
/// desktop shows a sentence without names and amounts. Everything is told once for as long as it holds.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar config set notify.command '[\"/home/me/bin/tell\"]'\n  bursar config set notify.low_balance 100\n  bursar notify test\n  bursar notify"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Test(test::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Test(args)) => args.run(context),
        }
    }
}
