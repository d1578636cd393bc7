//! `bursar accounts [list|show|edit|hide|close]`.

mod close;
mod edit;
mod hide;
mod list;
mod show;

use crate::{context::Context, error::Result, store::AccountEdit, vault::Right};

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
    Hide(hide::Args),
    Close(close::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => self.list.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Show(args)) => args.run(context),
            Some(Verb::Edit(args)) => args.run(context),
            Some(Verb::Hide(args)) => args.run(context),
            Some(Verb::Close(args)) => args.run(context),
        }
    }
}

/// Writes what the owner says of an account, and shows it.
fn change(context: &mut Context, account: &str, action: &str, edit: &AccountEdit) -> Result<()> {
    if context.settings.dry_run {
        context.require(Right::Write)?;
        let account = context.book()?.find_account(account)?;
        context.ui.status(&format!("would change {} ({})", account.name, account.id));
        return Ok(());
    }
    let mut book = context.book_mut()?;
    let id = book.find_account(account)?.id;
    let event = context.event(action, Some(id.to_string()));
    book.write(&event, |tx| tx.edit_account(id, edit))?;
    let account = book.account(id)?;
    context.present(&account)
}
