//! Accounts: assets, then debts, each with its totals, and what remains.

use crate::{
    domain::views::{AccountView, Accounts},
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
};

impl ToSheet for Accounts {
    fn count(&self) -> u64 {
        self.items.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(columns(), "there are no accounts; link a bank or add one");
        let (debts, assets): (Vec<_>, Vec<_>) = self.items.iter().partition(|account| is_debt(account));
        for (title, accounts) in [("Assets", &assets), ("Debts", &debts)] {
            if accounts.is_empty() {
                continue;
            }
            sheet.push(Style::Heading, vec![title.into()]);
            for account in accounts {
                sheet.push(Style::Normal, cells(account));
            }
        }
        if !self.items.is_empty() {
            for totals in &self.totals {
                let lines = [("Total assets", totals.assets), ("Total debts", totals.debts), ("Net worth", totals.net)];
                for (title, amount) in lines {
                    let between = [const { Cell::Empty }; 4];
                    let figures = [amount.currency.code().into(), amount.into()];
                    sheet.push(Style::Total, [title.into()].into_iter().chain(between).chain(figures).collect());
                }
            }
        }
        sheet
    }
}

/// What is owed stands with the debts, and so does an account for debts that has nothing to show; a card in credit is an asset.
fn is_debt(account: &AccountView) -> bool {
    match account.balance.current.map(|current| current.minor.signum()) {
        Some(-1) => true,
        Some(1) => false,
        _ => account.kind.is_debt(),
    }
}

fn columns() -> Vec<Column> {
    use Kind::{Date, Money, Text};
    vec![
        Column::new(Text, "name", "Account"),
        Column::new(Text, "id", "Id").priority(2),
        Column::new(Text, "mask", "Number").priority(5),
        Column::new(Text, "institution", "Institution").priority(4),
        Column::new(Text, "type", "Type").priority(7),
        Column::new(Text, "currency", "Currency").place(Place::Several),
        Column::new(Money, "current", "Balance").names_currency(),
        Column::new(Money, "available", "Available").priority(3),
        Column::new(Money, "limit", "Limit").priority(6),
        Column::new(Date, "as_of", "As of (UTC)").priority(8),
        Column::new(Text, "status", "Status").priority(1).place(Place::Differing),
        Column::new(Text, "subtype", "Subtype").place(Place::Files),
        Column::new(Text, "type_source", "Type said by").place(Place::Files),
        Column::new(Text, "official_name", "Official name").place(Place::Files),
        Column::new(Text, "connection", "Connection").place(Place::Files),
    ]
}

fn cells(account: &AccountView) -> Vec<Cell> {
    vec![
        Cell::Indented(account.name.clone()),
        account.id.to_string().into(),
        account.mask.as_ref().into(),
        account.institution.as_ref().into(),
        account.kind.as_str().into(),
        account.currency.code().into(),
        account.balance.current.into(),
        account.balance.available.into(),
        account.balance.limit.into(),
        account.balance.as_of.into(),
        account.status.as_str().into(),
        account.subtype.as_ref().into(),
        account.kind_source.as_str().into(),
        account.official_name.as_ref().into(),
        account.connection.map(|connection| connection.to_string()).into(),
    ]
}
