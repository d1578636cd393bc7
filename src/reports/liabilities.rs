//! Debts with their terms: what they cost, what is due and when.
//!
//! Uses the domain only. Invariant: a debt is listed once, and an account without terms is listed with what is known.

use serde::Serialize;

use super::{NoPeriod, ReportError};
use crate::domain::{
    accounts::AccountType,
    dates::{Date, Timestamp},
    ids::AccountId,
    money::{Currency, Money, Sums},
    products::Rate,
    standing,
    views::{AccountStatus, AccountView, LiabilityView},
};

/// `report liabilities --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Liabilities {
    /// `liabilities`.
    pub report: &'static str,
    /// Its period: none.
    #[serde(flatten)]
    pub period: NoPeriod,
    /// The debts: what is overdue first, then by due date.
    pub rows: Vec<Row>,
    /// What is owed in all, negative, one amount a currency.
    pub totals: Vec<Money>,
}

/// One debt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The account's name.
    pub label: String,
    /// The account.
    pub account: AccountId,
    /// Credit or loan.
    #[serde(rename = "type")]
    pub kind: AccountType,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// The balance, negative when owed.
    pub balance: Option<Money>,
    /// Percent a year, exact decimal text: of a card the rate of purchases, else the first; `null` when unknown.
    pub apr: Option<String>,
    /// All rates.
    pub rates: Vec<Rate>,
    /// The balance of the last statement, negative when owed.
    pub statement_balance: Option<Money>,
    /// The day of the last statement.
    pub statement_date: Option<Date>,
    /// What has to be paid at least, positive.
    pub minimum: Option<Money>,
    /// When it is due.
    pub due: Option<Date>,
    /// Days until then, negative when it has passed.
    pub days_left: Option<i32>,
    /// Whether a payment is late: by the bank's word, or, if it has none of after the due date, by the date, unless something was paid since
    /// the statement.
    pub overdue: bool,
    /// What is past due, where the bank says so, positive.
    pub past_due: Option<Money>,
    /// The last payment, positive.
    pub last_payment: Option<Money>,
    /// Its day.
    pub last_payment_date: Option<Date>,
    /// When the bank's word on its terms is of; `null` when it has none.
    pub as_of: Option<Timestamp>,
}

/// Lists the debts of accounts that are not closed.
pub fn build(accounts: &[AccountView], terms: &[LiabilityView], today: Date) -> Result<Liabilities, ReportError> {
    let rows = debts(accounts, terms, today);
    let mut owed = Sums::default();
    rows.iter().filter_map(|row| row.balance).for_each(|balance| owed.add(balance));
    Ok(Liabilities { report: "liabilities", period: NoPeriod::default(), rows, totals: owed.totals()? })
}

fn debts(accounts: &[AccountView], terms: &[LiabilityView], today: Date) -> Vec<Row> {
    let debts = accounts.iter().filter(|account| account.kind.is_debt() && account.status != AccountStatus::Closed);
    let mut rows: Vec<Row> = debts.map(|account| row(account, terms, today)).collect();
    rows.sort_by_key(|row| (!row.overdue, row.due.is_none(), row.due, row.account));
    rows
}

fn row(account: &AccountView, terms: &[LiabilityView], today: Date) -> Row {
    let known = terms.iter().find(|known| known.account == account.id);
    let as_of = known.map(|known| known.as_of);
    let terms = known.map(|known| &known.terms);
    let overdue = known.is_some_and(|known| known.terms.is_overdue(standing::day(known.as_of), today));
    let due = terms.and_then(|terms| terms.due);
    let days_left = due.map(|due| (due - today).get_days());
    let rates = terms.map_or_else(Vec::new, |terms| terms.rates.clone());
    let main = rates.iter().find(|rate| rate.kind == "purchase_apr").or_else(|| rates.first());
    Row {
        label: account.name.clone(),
        account: account.id,
        kind: account.kind,
        currency: account.currency,
        balance: account.balance.current,
        apr: main.map(|rate| rate.percent.clone()),
        statement_balance: terms.and_then(|terms| terms.statement_balance),
        statement_date: terms.and_then(|terms| terms.statement_date),
        minimum: terms.and_then(|terms| terms.minimum),
        due,
        days_left,
        overdue,
        past_due: terms.and_then(|terms| terms.past_due),
        last_payment: terms.and_then(|terms| terms.last_payment),
        last_payment_date: terms.and_then(|terms| terms.last_payment_date),
        rates,
        as_of,
    }
}

/// Days ahead that count as soon.
pub const SOON: i32 = 14;

/// A payment that is late or due soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Due {
    /// The account's name.
    pub label: String,
    /// The account.
    pub account: AccountId,
    /// What has to be paid at least, positive.
    pub minimum: Option<Money>,
    /// When.
    pub due: Option<Date>,
    /// Whether it is late.
    pub overdue: bool,
}

/// The payments that are late or due within [`SOON`] days.
pub fn due_soon(accounts: &[AccountView], terms: &[LiabilityView], today: Date) -> Vec<Due> {
    let soon = |row: &Row| row.overdue || row.days_left.is_some_and(|days| (0..=SOON).contains(&days));
    let rows = debts(accounts, terms, today).into_iter().filter(soon);
    rows.map(|row| Due {
        label: row.label,
        account: row.account,
        minimum: row.minimum,
        due: row.due,
        overdue: row.overdue,
    })
    .collect()
}
