//! `bursar audit show`.

use crate::{context::Context, error::Result};

/// Show one entry with its place in the chain
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar audit show 12\n  bursar audit show 12 --json")]
pub(crate) struct Args {
    /// The entry's number
    #[arg(value_name = "NUMBER")]
    seq: u64,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        context.enter_readings()?;
        let detail = context.book()?.audit_entry(self.seq)?;
        context.note_about(self.seq);
        context.present(&detail)
    }
}
