//! `bursar report income`.

use super::options::ReportArgs;
use crate::{context::Context, error::Result, reports::income};

/// What was earned
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar report income --yearly\n  bursar report income -p 2026 --by payee")]
pub(super) struct Args {
    #[command(flatten)]
    options: ReportArgs,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        self.options.show(context, income::DEFAULT_GROUPING, income::build)
    }
}
