//! `bursar accounts show`.

use crate::{commands::candidates, context::Context, error::Result};

/// Show one account
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar accounts show checking\n  bursar accounts show 0000 --json")]
pub(crate) struct Args {
    /// The account: id, mask or name
    #[arg(add = candidates::accounts())]
    account: String,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let account = context.book()?.find_account(&self.account)?;
        context.note_about(account.id);
        context.present(&account)
    }
}
