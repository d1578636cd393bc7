//! `bursar transactions edit`.

use crate::{
    context::Context,
    domain::{categories, ids::TransactionId, views::CategorySource},
    error::{Error, Kind, Result},
    store::{CategoryChoice, StoreError, TransactionEdit, Tx},
    vault::Right,
};

/// Set the category or payee of a transaction; an empty text gives it back to the bank
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar transactions edit t12 --category groceries\n  bursar transactions edit t12 --payee \"Corner shop\""
)]
pub(crate) struct Args {
    /// The transaction's id (t42)
    transaction: String,
    /// Category: an id or name of the taxonomy, or a word of your own
    #[arg(short, long)]
    category: Option<String>,
    /// Payee
    #[arg(long)]
    payee: Option<String>,
    /// Note
    #[arg(long)]
    note: Option<String>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        if self.category.is_none() && self.payee.is_none() && self.note.is_none() {
            let sentence = "there is nothing to change; give --category, --payee or --note";
            return Err(Error::new(Kind::Usage, "nothing_to_edit", sentence).hint("bursar help transactions edit"));
        }
        let given = |text: Option<String>| text.map(|text| Some(text).filter(|text| !text.is_empty()));
        let category = given(self.category).map(|text| text.map(|text| choice(&text)).transpose()).transpose()?;
        let edit = TransactionEdit { category, payee: given(self.payee), note: given(self.note) };
        apply(context, &self.transaction, "transactions.edit", |tx, id| tx.edit_transaction(id, &edit))
    }
}

/// A category of the taxonomy by id or name, else a word of the owner's own; what could be several is refused.
fn choice(text: &str) -> Result<CategoryChoice> {
    let source = CategorySource::User;
    let found = categories::get(text).map_or_else(|| categories::candidates(text), |known| vec![known]);
    match found.as_slice() {
        [known] => Ok(CategoryChoice { code: known.id.to_owned(), primary: known.primary.id.to_owned(), source }),
        [] => Ok(CategoryChoice { code: text.to_owned(), primary: text.to_owned(), source }),
        several => {
            let ids: Vec<&str> = several.iter().map(|category| category.id).collect();
            let sentence = format!("{text:?} is more than one category: {}", ids.join(", "));
            Err(Error::new(Kind::NotFound, "ambiguous", sentence).hint("bursar help queries"))
        }
    }
}

/// Applies a change in one transaction of the book and shows what came of it.
pub(super) fn apply(
    context: &mut Context,
    transaction: &str,
    action: &str,
    change: impl FnOnce(&mut Tx<'_>, TransactionId) -> std::result::Result<(), StoreError>,
) -> Result<()> {
    let id = super::id(transaction)?;
    if context.settings.dry_run {
        context.require(Right::Write)?;
        let found = context.book()?.transaction(id)?;
        context.ui.status(&format!("would change {id} ({}, {})", found.payee, found.date));
        return Ok(());
    }
    let mut book = context.book_mut()?;
    let event = context.event(action, Some(id.to_string()));
    book.write(&event, |tx| change(tx, id))?;
    let detail = book.transaction(id)?;
    context.present(&detail)
}
