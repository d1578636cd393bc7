//! `bursar connections [list|show|adopt|remove|rotate]`.

mod adopt;
mod churn;
mod health;
mod list;
mod remove;
mod rotate;
mod show;

pub(crate) use self::{adopt::Adopted, remove::Ending, rotate::Rotated, show::Shown};
pub(in crate::commands) use self::{
    adopt::offer,
    churn::settle,
    rotate::{Replaced, replace, verdict},
};
use crate::{context::Context, error::Result};

/// Bank connections: state, freshness, and what to do next
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Adopt(adopt::Args),
    List(list::Args),
    Remove(remove::Args),
    Rotate(rotate::Args),
    Show(show::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::Adopt(args)) => args.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Remove(args)) => args.run(context),
            Some(Verb::Rotate(args)) => args.run(context),
            Some(Verb::Show(args)) => args.run(context),
        }
    }
}
