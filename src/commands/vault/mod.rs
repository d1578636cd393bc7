//! `bursar vault [inspect|check|accept-older]`.

mod accept_older;
mod check;
mod inspect;

pub(crate) use inspect::Inspected;

use crate::{context::Context, error::Result};

/// Look into the vault's files: prove what is encrypted, check that nothing is damaged
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Inspect(inspect::Args),
    Check(check::Args),
    AcceptOlder(accept_older::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            Verb::Inspect(args) => args.run(context),
            Verb::Check(args) => args.run(context),
            Verb::AcceptOlder(args) => args.run(context),
        }
    }
}
