//! `bursar report holdings`.

use crate::{context::Context, error::Result, reports::holdings};

/// What investment accounts hold: quantity, price, value, cost and gain
///
/// The value is the bank's own word and need not be quantity times price. A gain is shown where the bank knows the cost.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar report holdings\n  bursar report holdings --trades\n  bursar report holdings --json"
)]
pub(super) struct Args {
    /// Show what was bought, sold and paid instead (needs `trades` in sync.products, which Plaid bills on its own)
    #[arg(long)]
    trades: bool,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let book = context.book()?;
        let mut report = holdings::build(&book.accounts()?, &book.holdings()?)?;
        if self.trades {
            report.trades = Some(book.trades()?);
        }
        context.present(&report)
    }
}
