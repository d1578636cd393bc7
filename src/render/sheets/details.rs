//! One account, one transaction: what is known of it, a line a fact.

use crate::{
    domain::views::{AccountView, TransactionView},
    render::{Cell, Fact, Facts, Sheet, ToSheet},
};

impl ToSheet for AccountView {
    fn count(&self) -> u64 {
        1
    }

    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("id", "Id", self.id.to_string()),
            Fact::new("name", "Name", self.name.as_str()),
            Fact::new("official_name", "Official name", self.official_name.as_ref()),
            Fact::new("mask", "Number ends in", self.mask.as_ref()),
            Fact::new("type", "Type", self.kind.as_str()),
            Fact::new("type_source", "Type said by", self.kind_source.as_str()),
            Fact::new("subtype", "Subtype", self.subtype.as_ref()),
            Fact::new("institution", "Institution", self.institution.as_ref()),
            Fact::new("connection", "Connection", self.connection.map(|id| id.to_string())),
            Fact::new("status", "Status", self.status.as_str()),
            Fact::new("current", "Balance", self.balance.current),
            Fact::new("available", "Available", self.balance.available),
            Fact::new("limit", "Limit", self.balance.limit),
            Fact::new("as_of", "As of (UTC)", self.balance.as_of),
        ])
        .to_sheet()
    }
}

impl ToSheet for TransactionView {
    fn count(&self) -> u64 {
        1
    }

    fn to_sheet(&self) -> Sheet {
        let tags = Some(self.tags.join(", ")).filter(|tags| !tags.is_empty());
        Facts(vec![
            Fact::new("id", "Id", self.id.to_string()),
            Fact::new("date", "Date", self.date),
            Fact::new("authorized_date", "Authorised", self.authorized_date),
            Fact::new("account", "Account", format!("{} ({})", self.account_name, self.account)),
            Fact::new("amount", "Amount", self.amount),
            Fact::new("payee", "Payee", self.payee.as_str()),
            Fact::new("description", "Description", self.description.as_str()),
            Fact::new("category", "Category", self.category.as_ref().map(|category| category.name.clone())),
            Fact::new("status", "Status", self.status.as_str()),
            Fact::new("type", "Type", self.kind.as_str()),
            Fact::new("note", "Note", self.note.as_ref()),
            Fact::new("tags", "Tags", tags.map_or(Cell::Empty, Cell::Text)),
            Fact::new("source", "Source", self.source.as_str()),
        ])
        .to_sheet()
    }
}
