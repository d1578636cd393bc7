//! `bursar accounts hide`.

use crate::{commands::candidates, context::Context, error::Result, store::AccountEdit};

/// Leave an account out of the list; it still counts in every report
///
/// `accounts --all` lists it. An account that is to count no more is closed (`accounts close`).
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar accounts hide a3\n  bursar accounts hide a3 --undo")]
pub(crate) struct Args {
    /// The account: id, mask or name
    #[arg(add = candidates::accounts())]
    account: String,
    /// List it again
    #[arg(long)]
    undo: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let edit = AccountEdit { hidden: Some(!self.undo), ..AccountEdit::default() };
        super::change(context, &self.account, "accounts.hide", &edit)
    }
}
