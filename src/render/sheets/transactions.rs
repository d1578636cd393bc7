//! Transactions, as listed.

use crate::{
    domain::views::{Listing, TransactionView},
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
};

impl ToSheet for Listing<TransactionView> {
    fn count(&self) -> u64 {
        self.items.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(columns(), "no transactions match");
        for transaction in &self.items {
            sheet.push(Style::Normal, cells(transaction));
        }
        let shown = self.items.len() as u64;
        if shown > 0 && shown < self.total {
            let last = self.offset + shown;
            sheet.notes.push(format!("{} to {last} of {} transactions", self.offset + 1, self.total));
        }
        sheet
    }
}

fn columns() -> Vec<Column> {
    use Kind::{Date, Money, Text};
    vec![
        Column::new(Text, "id", "Id").priority(1),
        Column::new(Date, "date", "Date"),
        Column::new(Text, "payee", "Payee"),
        Column::new(Text, "category", "Category").priority(2),
        Column::new(Text, "account_name", "Account").priority(3),
        Column::new(Text, "status", "Status").priority(5),
        Column::new(Text, "note", "Note").priority(6),
        Column::new(Text, "tags", "Tags").priority(7),
        Column::new(Text, "currency", "Currency").place(Place::Several),
        Column::new(Money, "amount", "Amount").names_currency(),
        Column::new(Text, "account", "Account id").place(Place::Files),
        Column::new(Text, "category_id", "Category id").place(Place::Files),
        Column::new(Text, "type", "Type").place(Place::Files),
        Column::new(Text, "description", "Description").place(Place::Files),
        Column::new(Date, "authorized_date", "Authorised").place(Place::Files),
        Column::new(Text, "source", "Source").place(Place::Files),
    ]
}

fn cells(transaction: &TransactionView) -> Vec<Cell> {
    let category = transaction.category.as_ref();
    vec![
        transaction.id.to_string().into(),
        transaction.date.into(),
        (&transaction.payee).into(),
        category.map(|category| &category.name).into(),
        (&transaction.account_name).into(),
        transaction.status.as_str().into(),
        transaction.note.as_ref().into(),
        transaction.tags.join(" ").into(),
        transaction.amount.currency.code().into(),
        transaction.amount.into(),
        transaction.account.to_string().into(),
        category.map(|category| &category.id).into(),
        transaction.kind.as_str().into(),
        (&transaction.description).into(),
        transaction.authorized_date.into(),
        transaction.source.as_str().into(),
    ]
}
