//! `bursar report recurring`.

use jiff::ToSpan as _;

use crate::{
    commands::selection::Selection, context::Context, domain::dates::Period, error::Result, reports::recurring,
};

/// How far back is looked without a period: two payments of a yearly bill, and a month in case one was late.
const MONTHS: i32 = 25;

/// Subscriptions, bills and wages that come back: how often, how much, when next
///
/// Found in your own history, by dates and amounts; nothing is asked of the bank. Without a period the last 25 months are
/// looked at. `missed` is what should have come by now; `Was` is the amount before the latest change of a fixed one. What
/// has ended is left out.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar report recurring\n  bursar report recurring type:expense --fields label,amount,next\n  bursar report recurring --ended -p 2025"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Show what has ended too
    #[arg(long)]
    ended: bool,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let today = context.clock.today();
        let (query, mut period) = self.selection.resolve(context)?;
        if period == Period::ALL {
            period.begin = Some(today.saturating_sub(MONTHS.months()));
        }
        let series = context.book()?.series(&query, period)?;
        context.present(&recurring::build(&series, period, today, self.ended)?)
    }
}
