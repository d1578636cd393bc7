//! `bursar vault [inspect|check|backup|restore|accept-older]`.

mod accept_older;
mod backup;
mod check;
mod inspect;
mod restore;

pub(crate) use inspect::Inspected;

use crate::{context::Context, error::Result};

/// Look into the vault's files, check that nothing is damaged, back up and restore
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Inspect(inspect::Args),
    Check(check::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    AcceptOlder(accept_older::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            Verb::Inspect(args) => args.run(context),
            Verb::Check(args) => args.run(context),
            Verb::Backup(args) => args.run(context),
            Verb::Restore(args) => args.run(context),
            Verb::AcceptOlder(args) => args.run(context),
        }
    }
}
