//! `bursar report utilization`.

use crate::{context::Context, error::Result, reports::utilization};

/// How much of each credit line is used, and of all together
///
/// From the balances of the last sync. Cards without a limit count in no total.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar report utilization\n  bursar report utilization --format csv")]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let book = context.book()?;
        let report = utilization::build(&book.accounts()?)?;
        context.present(&report)
    }
}
