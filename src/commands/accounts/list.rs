//! `bursar accounts list`.

use crate::{
    context::Context,
    domain::views::{AccountStatus, Accounts},
    error::Result,
};

/// List the accounts
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(
    after_help = "Examples:\n  bursar accounts\n  bursar accounts --json | jq -r '.items[] | [.name, .balance.current.amount] | @tsv'"
)]
pub(crate) struct Args {
    /// Also list hidden and closed accounts
    #[arg(short, long)]
    all: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let mut items = context.book()?.accounts()?;
        items.retain(|account| self.all || account.status == AccountStatus::Open);
        let accounts = Accounts::new(items)?;
        context.present(&accounts)?;
        if accounts.items.is_empty() {
            context.ui.hint("bursar link");
        }
        Ok(())
    }
}
