//! `bursar report [summary|spending|income|cashflow|networth|categories|merchants|recurring|liabilities|holdings|utilization]`.

mod cashflow;
mod categories;
mod holdings;
mod income;
mod liabilities;
mod merchants;
mod networth;
mod options;
mod recurring;
mod spending;
mod summary;
mod utilization;

use crate::{context::Context, error::Result};

/// Reports: where the money is, where it came from, where it went
///
/// Transfers between your own accounts are neither spending nor income. Amounts of different currencies are never added.
/// Without a verb: the summary.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Summary(summary::Args),
    Spending(spending::Args),
    Income(income::Args),
    Cashflow(cashflow::Args),
    Networth(networth::Args),
    Categories(categories::Args),
    Merchants(merchants::Args),
    Recurring(recurring::Args),
    Liabilities(liabilities::Args),
    Holdings(holdings::Args),
    Utilization(utilization::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => summary::Args {}.run(context),
            Some(Verb::Summary(args)) => args.run(context),
            Some(Verb::Spending(args)) => args.run(context),
            Some(Verb::Income(args)) => args.run(context),
            Some(Verb::Cashflow(args)) => args.run(context),
            Some(Verb::Networth(args)) => args.run(context),
            Some(Verb::Categories(args)) => args.run(context),
            Some(Verb::Merchants(args)) => args.run(context),
            Some(Verb::Recurring(args)) => args.run(context),
            Some(Verb::Liabilities(args)) => args.run(context),
            Some(Verb::Holdings(args)) => args.run(context),
            Some(Verb::Utilization(args)) => args.run(context),
        }
    }
}
