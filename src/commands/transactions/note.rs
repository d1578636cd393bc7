//! `bursar transactions note`.

use crate::{context::Context, error::Result, store::TransactionEdit};

/// Note something on a transaction; an empty text removes the note
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar transactions note t12 \"birthday present\"")]
pub(crate) struct Args {
    /// The transaction's id (t42)
    transaction: String,
    /// The note
    text: String,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let note = Some(self.text).filter(|text| !text.is_empty());
        let edit = TransactionEdit { note: Some(note), ..TransactionEdit::default() };
        super::edit::apply(context, &self.transaction, "transactions.note", |tx, id| tx.edit_transaction(id, &edit))
    }
}
