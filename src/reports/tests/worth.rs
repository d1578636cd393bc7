//! Net worth and the summary.

use jiff::Timestamp;

use super::*;
use crate::{
    domain::{
        accounts::AccountType,
        ids::{AccountId, ConnectionId},
        standing::ConnectionState,
        views::{AccountStatus, AccountView, BalancePoint, BalanceView, ConnectionView, DailyFlow, Flows, TypeSource},
    },
    reports::{networth, summary},
};

fn account(id: i64, kind: AccountType, current: &str, limit: Option<&str>) -> AccountView {
    let current = money(current);
    AccountView {
        id: AccountId(id),
        name: format!("Account {id}"),
        official_name: None,
        mask: None,
        kind,
        kind_source: TypeSource::Bank,
        subtype: None,
        connection: Some(ConnectionId(1)),
        institution: Some("First Platypus".to_owned()),
        status: AccountStatus::Open,
        currency: current.currency,
        balance: BalanceView { current: Some(current), available: None, limit: limit.map(money), as_of: None },
    }
}

fn flow(account: i64, date: Date, amount: &str) -> DailyFlow {
    DailyFlow { account: AccountId(account), date, amount: money(amount) }
}

/// Checking with transactions, a card with a late history, an investment account known from two balances only.
fn book() -> (Vec<AccountView>, Flows, Vec<BalancePoint>) {
    let accounts = vec![
        account(1, AccountType::Depository, "1000.00", None),
        account(2, AccountType::Credit, "-250.00", Some("1000.00")),
        account(3, AccountType::Investment, "5000.00", None),
        AccountView { status: AccountStatus::Closed, ..account(4, AccountType::Depository, "9.99", None) },
    ];
    let daily = vec![
        flow(1, date(2026, 1, 20), "-100.00"),
        flow(1, date(2026, 2, 10), "400.00"),
        flow(1, date(2026, 3, 10), "-50.00"),
        flow(2, date(2026, 2, 20), "-200.00"),
        flow(2, date(2026, 3, 1), "-50.00"),
    ];
    let since = vec![(AccountId(1), date(2025, 6, 1)), (AccountId(2), date(2026, 2, 20))];
    let point = BalancePoint { account: AccountId(3), date: date(2026, 2, 27), balance: money("4800.00") };
    (accounts, Flows { daily, since }, vec![point])
}

fn worth(period: &str, interval: Option<Interval>, by: Grouping) -> String {
    let (accounts, flows, points) = book();
    let known = networth::Balances { accounts: &accounts, flows: &flows, points: &points };
    lines(&networth::build(&request(period, interval, by), &known).unwrap())
}

#[test]
fn past_balances_come_from_todays_and_the_transactions_since() {
    insta::assert_snapshot!(worth("2025-12..", Some(Interval::Monthly), Grouping::Total), @r"
    networth 2025-12-01 to 2026-03-16
    assets: - - 5850.00 6000.00 | 6000.00 USD | - - 2
    debts: - - -200.00 -250.00 | -250.00 USD | - - 1
    net: - - 5650.00 5750.00 | 5750.00 USD | - - 3
    = - - 5650.00 5750.00 | 5750.00 USD | 3
    ? a2 Account 2 2026-02-19
    ? a3 Account 3 2026-02-27
    ");
}

#[test]
fn a_series_never_steps_because_an_account_begins_to_count() {
    let (accounts, flows, points) = book();
    let known = networth::Balances { accounts: &accounts, flows: &flows, points: &points };
    let monthly = |by| networth::build(&request("2025-12..", Some(Interval::Monthly), by), &known).unwrap();
    let by_account = monthly(Grouping::Account);
    let cells = |row: usize| by_account.rows[row].periods.iter().map(shown).collect::<Vec<_>>().join(" ");
    assert_eq!(
        [cells(0), cells(1), cells(2)],
        ["750.00 650.00 1050.00 1000.00", "- - -200.00 -250.00", "- - 4800.00 5000.00"]
    );
    let json = serde_json::to_value(monthly(Grouping::Total)).unwrap();
    assert!(json["rows"][2]["periods"][0]["amount"].is_null() && json["gaps"][0]["account"] == "a2", "{json}");
}

#[test]
fn the_currency_of_most_accounts_comes_first() {
    let mut accounts = vec![account(1, AccountType::Depository, "10.00", None); 3];
    accounts[0].currency = crate::domain::money::Currency::iso("EUR").unwrap();
    accounts[0].balance.current = Some(Money::new(500, accounts[0].currency));
    accounts[1].id = AccountId(2);
    accounts[2].id = AccountId(3);
    let known = networth::Balances { accounts: &accounts, flows: &Flows::default(), points: &[] };
    let report = networth::build(&request("2026-03", None, Grouping::Account), &known).unwrap();
    let codes: Vec<&str> = report.rows.iter().map(|row| row.currency.code()).collect();
    assert_eq!((codes.as_slice(), report.totals[0].currency.code()), (&["USD", "USD", "EUR"][..], "USD"));
}

#[test]
fn net_worth_by_account_shows_each_balance() {
    insta::assert_snapshot!(worth("2026-02..2026-12", Some(Interval::Monthly), Grouping::Account), @r"
    networth 2026-02-01 to 2026-04-01
    Account 1: 1050.00 1000.00 | 1000.00 USD | - - 1
    Account 2: -200.00 -250.00 | -250.00 USD | - - 1
    Account 3: 4800.00 5000.00 | 5000.00 USD | - - 1
    = 5650.00 5750.00 | 5750.00 USD | 3
    ");
}

#[test]
fn without_interval_it_is_the_last_day_of_the_period() {
    insta::assert_snapshot!(worth("2026-02-10..2026-02-20", None, Grouping::Institution), @r"
    networth 2026-02-10 to 2026-02-21
    First Platypus: 850.00 | 850.00 USD | - - 2
    = 850.00 | 850.00 USD | 2
    ? a3 Account 3 2026-02-27
    ");
    assert!(worth("all", None, Grouping::Total).contains("net: 5750.00"));
    assert!(worth("2027", Some(Interval::Monthly), Grouping::Total).starts_with("networth 2027-01-01"));
}

#[test]
fn an_old_balance_counts_from_the_day_it_was_seen() {
    let (mut accounts, flows, _) = book();
    accounts.truncate(1);
    accounts[0].balance.as_of = Some("2026-02-09T23:00:00Z".parse::<Timestamp>().unwrap());
    let known = networth::Balances { accounts: &accounts, flows: &flows, points: &[] };
    let report = networth::build(&request("2026", Some(Interval::Monthly), Grouping::Total), &known).unwrap();
    let net: Vec<String> = report.rows[2].periods.iter().map(shown).collect();
    assert_eq!(net, ["1000.00", "1000.00", "1000.00"]);
}

#[test]
fn net_worth_has_no_categories() {
    let (accounts, flows, points) = book();
    let known = networth::Balances { accounts: &accounts, flows: &flows, points: &points };
    let refused = networth::build(&request("2026", None, Grouping::Category), &known).unwrap_err();
    assert_eq!(refused.to_string(), "report networth cannot be grouped by category");
}

#[test]
fn the_summary_sums_up() {
    let (accounts, ..) = book();
    let connection = |id, state, synced: Option<&str>| ConnectionView {
        provider: "plaid".to_owned(),
        id: ConnectionId(id),
        name: "First Platypus".to_owned(),
        institution: None,
        state,
        action: None,
        last_success_at: synced.map(|instant| instant.parse().unwrap()),
        bank_updated_at: None,
        consent_expires_at: None,
        error: None,
        last_error: None,
        refused: 0,
        failed_products: Vec::new(),
    };
    let connections = [
        connection(1, ConnectionState::Healthy, Some("2026-03-15T06:00:00Z")),
        connection(2, ConnectionState::NeedsSignIn, None),
        connection(3, ConnectionState::Removed, Some("2026-03-15T07:00:00Z")),
    ];
    insta::assert_snapshot!(json(&summary::build(&accounts, &connections, None).unwrap()));
    assert_eq!(summary::build(&[], &[], Some(701)).unwrap().utilization, None, "no limit, no utilisation");
}
