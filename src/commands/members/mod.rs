//! `bursar members`: people who get copies of the book to read.

mod add;
mod list;
mod remove;
pub(crate) mod share;

use crate::{context::Context, error::Result};

/// The household: who gets a read-only copy, whole or without names and notes
///
/// A member holds no key of the vault. `bursar members share` makes a copy that only the member opens.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Add(add::Args),
    Remove(remove::Args),
    Share(share::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Add(args)) => args.run(context),
            Some(Verb::Remove(args)) => args.run(context),
            Some(Verb::Share(args)) => args.run(context),
        }
    }
}
