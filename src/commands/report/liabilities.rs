//! `bursar report liabilities`.

use crate::{context::Context, error::Result, reports::liabilities};

/// Cards and loans: rates, statements, minimum payments and when they are due
///
/// From what the bank says at each sync, where it offers that; other debts are listed with their balance.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar report liabilities\n  bursar report liabilities --fields label,minimum,due"
)]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let today = context.clock.today();
        let book = context.book()?;
        let report = liabilities::build(&book.accounts()?, &book.liabilities()?, today)?;
        context.present(&report)
    }
}
