//! `bursar report networth`.

use super::options::grouping;
use crate::{
    commands::selection::{IntervalArgs, PeriodArgs},
    context::Context,
    domain::{
        dates::{Date, Period},
        views::Grouping,
    },
    error::Result,
    reports::{Request, networth},
};

/// Assets, debts and net worth over time
///
/// Past balances are worked out from today's balance and the transactions since; where history is too short for that,
/// the account is left out and named.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar report networth --monthly -p 'last 12 months'\n  bursar report networth --by account"
)]
pub(super) struct Args {
    #[command(flatten)]
    period: PeriodArgs,
    #[command(flatten)]
    interval: IntervalArgs,
    /// A row for each account, connection or institution
    #[arg(long, value_name = "WHAT", value_parser = grouping())]
    by: Option<Grouping>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let period = self.period.resolve(context)?;
        let request = Request {
            period,
            interval: self.interval.interval(),
            by: self.by.unwrap_or(Grouping::Total),
            today: context.clock.today(),
            top: None,
        };
        let book = context.book()?;
        let from = period.begin.unwrap_or(Date::MIN);
        let (accounts, flows, points) = (book.accounts()?, book.flows(from)?, book.balance_history(Period::ALL)?);
        let known = networth::Balances { accounts: &accounts, flows: &flows, points: &points };
        let report = networth::build(&request, &known)?;
        context.present(&report)
    }
}
