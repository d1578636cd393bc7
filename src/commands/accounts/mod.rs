//! `bursar accounts [list|show|edit]`.

mod edit;
mod list;
mod show;

use crate::{context::Context, error::Result};

/// Accounts with balances, totals per currency, and how fresh they are
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    list: list::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => self.list.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Show(args)) => args.run(context),
            Some(Verb::Edit(args)) => args.run(context),
        }
    }
}
