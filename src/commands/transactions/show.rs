//! `bursar transactions show`.

use crate::{context::Context, error::Result};

/// Show everything that is known of one transaction
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar transactions show t12\n  bursar transactions show t12 --json")]
pub(crate) struct Args {
    /// The transaction's id (t42)
    transaction: String,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let id = super::id(&self.transaction)?;
        let detail = context.book()?.transaction(id)?;
        context.note_about(id);
        context.present(&detail)
    }
}
