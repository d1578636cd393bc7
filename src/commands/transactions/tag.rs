//! `bursar transactions tag`.

use crate::{context::Context, error::Result};

/// Add tags to a transaction, or take them off
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar transactions tag t12 holiday shared")]
pub(crate) struct Args {
    /// The transaction's id (t42)
    transaction: String,
    /// The tags
    #[arg(required = true)]
    tags: Vec<String>,
    /// Take these tags off instead
    #[arg(long)]
    remove: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let (add, remove) = if self.remove { (Vec::new(), self.tags) } else { (self.tags, Vec::new()) };
        super::edit::apply(context, &self.transaction, "transactions.tag", |tx, id| {
            tx.tag_transaction(id, &add, &remove)
        })
    }
}
