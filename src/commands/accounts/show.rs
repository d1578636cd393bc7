//! `bursar accounts show`.

use crate::{commands::candidates, context::Context, error::Result};

/// Show one account
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The account: id, mask or name
    #[arg(add = candidates::accounts())]
    account: String,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let account = context.book()?.find_account(&self.account)?;
        context.present(&account)
    }
}
