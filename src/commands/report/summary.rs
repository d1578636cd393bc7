//! `bursar report summary`.

use crate::{context::Context, error::Result, reports::summary};

/// Net worth, debts, limits and freshness at a glance
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar report summary\n  bursar report summary --json")]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let book = context.book()?;
        let summary = summary::build(&book.accounts()?, &book.connections()?, None)?;
        context.present(&summary)
    }
}
