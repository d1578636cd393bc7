//! `bursar transactions [list|show|edit|note|tag]`.

mod edit;
mod list;
mod note;
mod show;
mod tag;

use crate::{
    context::Context,
    domain::ids::TransactionId,
    error::{Error, Kind, Result},
};

/// Transactions: search, look at one, and make your own notes on them
///
/// Edits are kept beside what the bank says: they survive a pending transaction's posting and every later sync.
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
    Note(note::Args),
    Tag(tag::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => self.list.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Show(args)) => args.run(context),
            Some(Verb::Edit(args)) => args.run(context),
            Some(Verb::Note(args)) => args.run(context),
            Some(Verb::Tag(args)) => args.run(context),
        }
    }
}

/// The id as typed, `t42` or `42`.
fn id(text: &str) -> Result<TransactionId> {
    let bare = text.strip_prefix('t').unwrap_or(text);
    bare.parse().map(TransactionId).map_err(|_| {
        let sentence = format!("no transaction {text:?}; an id looks like t42");
        Error::new(Kind::NotFound, "not_found", sentence).hint("bursar transactions")
    })
}
