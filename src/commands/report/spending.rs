//! `bursar report spending`.

use super::options::ReportArgs;
use crate::{context::Context, error::Result, reports::spending};

/// What was spent, as positive sums of money out
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar report spending --monthly --by category -p thisyear\n  bursar report spending cat:food -p lastmonth --by merchant"
)]
pub(super) struct Args {
    #[command(flatten)]
    options: ReportArgs,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        self.options.show(context, spending::DEFAULT_GROUPING, spending::build)
    }
}
