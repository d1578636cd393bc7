//! `bursar report merchants`.

use super::options::ReportArgs;
use crate::{context::Context, error::Result, reports::merchants};

/// Spending by merchant
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar report merchants -p thisyear --top 20")]
pub(super) struct Args {
    #[command(flatten)]
    options: ReportArgs,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        self.options.show(context, merchants::DEFAULT_GROUPING, merchants::build)
    }
}
