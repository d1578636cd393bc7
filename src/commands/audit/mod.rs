//! `bursar audit [list|show|verify|anchor]`.

mod anchor;
mod list;
mod show;
mod verify;

use crate::{context::Context, error::Result};

/// The audit log: who read and changed what, and whether anybody rewrote it
///
/// Every change, every reading of money data, every failed unlock and every act on keys leaves an entry: what and how
/// much, never merchants, amounts, tokens or search words. The log is tamper-evident, not unchangeable: whoever holds a
/// key of the vault can add entries, nobody can rewrite earlier ones unnoticed. A reading is entered with the next change,
/// or when this command runs.
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
    Verify(verify::Args),
    Anchor(anchor::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => self.list.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Show(args)) => args.run(context),
            Some(Verb::Verify(args)) => args.run(context),
            Some(Verb::Anchor(args)) => args.run(context),
        }
    }
}
