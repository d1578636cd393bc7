//! `bursar report recurring`.

use jiff::ToSpan as _;

use crate::{
    commands::selection::Selection, context::Context, domain::dates::Period, error::Result, reports::recurring,
};

/// How far back is looked at least: two payments of a yearly bill, and a month in case one was late.
const MONTHS: i32 = 25;

/// Subscriptions, bills and wages that come back: how often, how much, when next
///
/// Found in your own history of at least 25 months, by dates and amounts; nothing is asked of the bank,
/// whose own list --bank shows. With a period: what had
/// a payment in it, as it stands today. `missed` is what should have come by now; `Was` is the amount before the latest change of
/// a fixed one. What has ended is left out.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar report recurring\n  bursar report recurring type:expense --fields label,amount,next\n  bursar report recurring --ended -p 2025\n  bursar report recurring --bank"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Show what has ended too
    #[arg(long)]
    ended: bool,
    /// Show what the banks see coming back instead (needs `recurring` in sync.products, which Plaid bills on its own)
    #[arg(long, conflicts_with_all = ["ended", "query", "period", "begin", "end"])]
    bank: bool,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        if self.bank {
            let streams = context.book()?.bank_streams()?;
            return context.present(&recurring::of_banks(streams)?);
        }
        let today = context.clock.today();
        let (mut query, period) = self.selection.resolve(context)?;
        let period = query.take_period().map_or(period, |named| period.intersection(named));
        // How a payment stands is known only from what came after it, and how often it comes from what came before.
        let least = today.saturating_sub(MONTHS.months());
        let (history, period) = if period == Period::ALL {
            let history = Period { begin: Some(least), end: None };
            (history, history)
        } else {
            (Period { begin: period.begin.map(|begin| begin.min(least)), end: None }, period)
        };
        let recurrences = context.book()?.recurrences(&query, history, today)?;
        context.present(&recurring::build(&recurrences, period, self.ended)?)
    }
}
