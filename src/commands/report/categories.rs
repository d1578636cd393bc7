//! `bursar report categories`.

use super::options::ReportArgs;
use crate::{context::Context, error::Result, reports::categories};

/// Spending by group and category
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar report categories -p lastmonth")]
pub(super) struct Args {
    #[command(flatten)]
    options: ReportArgs,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        self.options.show(context, categories::DEFAULT_GROUPING, categories::build)
    }
}
