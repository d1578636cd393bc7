//! `bursar connections [list|show|remove|rotate]`.

mod list;
mod remove;
mod rotate;
mod show;

pub(in crate::commands) use self::rotate::{replace, verdict};
pub(crate) use self::{remove::Ending, rotate::Rotated, show::Shown};
use crate::{context::Context, error::Result};

/// Bank connections: state, freshness, and what to do next
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Remove(remove::Args),
    Rotate(rotate::Args),
    Show(show::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Remove(args)) => args.run(context),
            Some(Verb::Rotate(args)) => args.run(context),
            Some(Verb::Show(args)) => args.run(context),
        }
    }
}
