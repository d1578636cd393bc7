//! `bursar report summary`.

use crate::{context::Context, error::Result, reports::summary};

/// Net worth, debts, limits and freshness at a glance
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let book = context.book()?;
        let summary = summary::build(&book.accounts()?, &book.connections()?, None)?;
        context.present(&summary)
    }
}
