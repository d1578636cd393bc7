//! A small book with everything that is hard to print: escape sequences, wide characters, formulas, several currencies.

use crate::domain::{
    accounts::AccountType,
    dates::Date,
    ids::{AccountId, ConnectionId, TransactionId},
    money::Money,
    transactions::{Kind, Status},
    views::{
        AccountStatus, AccountView, Accounts, BalanceView, CategorySource, CategoryView, Listing, Source,
        TransactionView, TypeSource,
    },
};

pub(super) fn money(text: &str) -> Money {
    let (amount, code) = text.split_once(' ').unwrap_or((text, "USD"));
    Money::parse(amount, code.parse().unwrap()).unwrap()
}

fn account(id: i64, name: &str, kind: AccountType, current: Option<&str>) -> AccountView {
    let current = current.map(money);
    AccountView {
        id: AccountId(id),
        name: name.to_owned(),
        official_name: Some(format!("{name} (official)")),
        mask: Some(format!("{:04}", id * 1111)),
        kind,
        kind_source: TypeSource::Bank,
        subtype: None,
        connection: Some(ConnectionId(1)),
        institution: Some("First Platypus Bank".to_owned()),
        status: AccountStatus::Open,
        currency: current.map_or("USD".parse().unwrap(), |current| current.currency),
        balance: BalanceView {
            current,
            available: None,
            limit: None,
            as_of: Some("2026-03-15T06:00:00Z".parse().unwrap()),
        },
    }
}

pub(super) fn accounts() -> Accounts {
    let mut checking = account(1, "Plaid Checking", AccountType::Depository, Some("1234567.80"));
    checking.balance.available = Some(money("1234500.00"));
    let mut card = account(3, "\u{1b}[31mGold\u{202e} カード", AccountType::Credit, Some("-410.25"));
    card.balance.limit = Some(money("2000.00"));
    let items = vec![checking, account(2, "Tagesgeld", AccountType::Depository, Some("0.05 EUR")), card];
    Accounts::new(items).unwrap()
}

pub(super) fn dollars() -> Accounts {
    let mut items = accounts().items;
    items.remove(1);
    items.push(account(4, "Student loan", AccountType::Loan, None));
    Accounts::new(items).unwrap()
}

fn transaction(id: i64, date: &str, payee: &str, amount: &str) -> TransactionView {
    TransactionView {
        id: TransactionId(id),
        date: date.parse::<Date>().unwrap(),
        authorized_date: None,
        account: AccountId(1),
        account_name: "Plaid Checking".to_owned(),
        amount: money(amount),
        payee: payee.to_owned(),
        description: payee.to_uppercase(),
        category: Some(CategoryView {
            id: "FOOD_AND_DRINK_GROCERIES".to_owned(),
            name: "Groceries".to_owned(),
            source: CategorySource::Plaid,
            confidence: Some("HIGH".to_owned()),
        }),
        status: Status::Posted,
        kind: Kind::Expense,
        note: None,
        tags: Vec::new(),
        source: Source::Plaid,
    }
}

pub(super) fn transactions() -> Listing<TransactionView> {
    let mut pending = transaction(3, "2026-03-15", "\u{1b}]0;owned\u{7}Whole Foods\nMarket", "-1042.10");
    pending.status = Status::Pending;
    pending.tags = vec!["trip".to_owned(), "food".to_owned()];
    let mut formula = transaction(2, "2026-03-14", "=HYPERLINK(\"http://x\")|[x](y)", "12.00");
    formula.category = None;
    formula.kind = Kind::Income;
    let long = transaction(1, "2026-03-13", "スーパーマーケット・オオゼキ 下北沢店 レジ三番", "-0.99");
    Listing { items: vec![pending, formula, long], total: 57, limit: Some(3), offset: 0 }
}
