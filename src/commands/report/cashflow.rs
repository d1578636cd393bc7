//! `bursar report cashflow`.

use super::options::ReportArgs;
use crate::{context::Context, error::Result, reports::cashflow};

/// Income, spending and what is left
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar report cashflow --monthly -p 2026")]
pub(super) struct Args {
    #[command(flatten)]
    options: ReportArgs,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        self.options.show(context, cashflow::DEFAULT_GROUPING, cashflow::build)
    }
}
