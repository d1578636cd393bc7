//! `bursar accounts list`.

use crate::{
    commands::{bank, candidates, live},
    context::Context,
    domain::views::{AccountStatus, Accounts},
    error::Result,
};

/// List the accounts
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(
    after_help = "Examples:\n  bursar accounts\n  bursar accounts --realtime=platypus --yes\n  bursar accounts --json | jq -r '.items[] | [.name, .balance.current.amount] | @tsv'"
)]
pub(crate) struct Args {
    /// Also list hidden and closed accounts
    #[arg(short, long)]
    all: bool,
    /// Ask the banks for live balances first (of these connections; none for all); Plaid may bill each call, so it asks
    #[arg(long, value_name = "CONN", num_args = 0.., require_equals = true, value_delimiter = ',', add = candidates::connections())]
    realtime: Option<Vec<String>>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let live = match &self.realtime {
            None => Ok(()),
            Some(names) => {
                let wanted = bank::connections(context, names)?;
                live::balances(context, &wanted)?
            }
        };
        let mut items = context.book()?.accounts()?;
        items.retain(|account| self.all || account.status == AccountStatus::Open);
        let accounts = Accounts::new(items)?;
        context.present(&accounts)?;
        if accounts.items.is_empty() {
            context.ui.hint("bursar link");
        }
        live
    }
}
