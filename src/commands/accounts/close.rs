//! `bursar accounts close`.

use crate::{commands::candidates, context::Context, error::Result, store::AccountEdit};

/// Mark an account as closed: it leaves the lists and what you own and owe, and keeps its history
///
/// For an account that you have closed at the bank, or do not count any more. Its transactions stay in `transactions` and in the
/// reports of spending and income; `accounts --all` lists it. The bank is told nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar accounts close a3\n  bursar accounts close a3 --undo")]
pub(crate) struct Args {
    /// The account: id, mask or name
    #[arg(add = candidates::accounts())]
    account: String,
    /// Open it again
    #[arg(long)]
    undo: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let edit = AccountEdit { closed: Some(!self.undo), ..AccountEdit::default() };
        super::change(context, &self.account, "accounts.close", &edit)
    }
}
