//! Which facts make which alert.

use super::*;
use crate::domain::{
    accounts::AccountType,
    money::Currency,
    products::{LiabilityKind, Terms},
    recurring::{self, Occurrence, Series},
    standing::ConnectionState,
    transactions::{Kind, Status},
    views::{
        AccountStatus, AccountView, BalanceView, ConnectionView, LiabilityView, Source, TransactionView, TypeSource,
    },
};

const TODAY: &str = "2026-04-15";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::iso("USD").unwrap())
}

fn connection(state: ConnectionState) -> ConnectionView {
    ConnectionView {
        id: ConnectionId(1),
        name: "Platypus".to_owned(),
        provider: "plaid".to_owned(),
        institution: None,
        state,
        action: None,
        last_success_at: None,
        bank_updated_at: None,
        consent_expires_at: None,
        error: None,
        last_error: None,
        refused: 0,
        failed_products: Vec::new(),
    }
}

fn account(kind: AccountType, current: i64) -> AccountView {
    AccountView {
        id: AccountId(1),
        name: "Checking".to_owned(),
        official_name: None,
        mask: None,
        kind,
        kind_source: TypeSource::Bank,
        subtype: None,
        connection: Some(ConnectionId(1)),
        institution: None,
        status: AccountStatus::Open,
        currency: usd(0).currency,
        balance: BalanceView { current: Some(usd(current)), available: None, limit: None, as_of: None },
    }
}

fn transaction(minor: i64, date: &str) -> TransactionView {
    TransactionView {
        id: TransactionId(7),
        date: day(date),
        authorized_date: None,
        account: AccountId(1),
        account_name: "Checking".to_owned(),
        amount: usd(minor),
        payee: "Shop".to_owned(),
        description: "SHOP".to_owned(),
        category: None,
        status: Status::Posted,
        kind: Kind::Expense,
        note: None,
        tags: Vec::new(),
        source: Source::Plaid,
    }
}

fn monthly(amounts: &[i64], last: &str) -> Series {
    use jiff::ToSpan as _;
    let back = |steps: usize| day(last).saturating_sub(i32::try_from(steps).unwrap().months());
    let payments = amounts.iter().enumerate().map(|(at, minor)| Occurrence {
        date: back(amounts.len() - 1 - at),
        minor: *minor,
        account: AccountId(1),
    });
    Series {
        payee: "Films".to_owned(),
        category: None,
        kind: Kind::Expense,
        currency: usd(0).currency,
        payments: payments.collect(),
    }
}

fn look_at(series: &Series, today: Date) -> Vec<Regular> {
    look(&series.clone().recurrences(&recurring::Known::until(today)).collect::<Vec<_>>(), today)
}

fn nothing() -> Known<'static> {
    Known {
        keys: &[],
        connections: &[],
        failures: &[],
        accounts: &[],
        liabilities: &[],
        news: &[],
        regular: &[],
        today: day(TODAY),
    }
}

fn keys(known: &Known<'_>, bounds: &Bounds) -> Vec<String> {
    find(known, bounds).into_iter().map(|alert| alert.key).collect()
}

#[test]
fn a_connection_is_told_by_its_state() {
    for (state, expected) in [
        (ConnectionState::Healthy, None),
        (ConnectionState::Removed, None),
        (ConnectionState::NeedsSignIn, Some("reauth:c1")),
        (ConnectionState::Gone, Some("reauth:c1")),
        (ConnectionState::ConsentEnding, Some("consent_ending:c1")),
        (ConnectionState::Stale, Some("stale:c1")),
        (ConnectionState::BankDown, None),
    ] {
        let connections = [connection(state)];
        let known = Known { connections: &connections, ..nothing() };
        assert_eq!(keys(&known, &Bounds::default()).first().map(String::as_str), expected, "{state:?}");
    }
}

#[test]
fn failures_are_told_from_the_bound_on() {
    let connections = [connection(ConnectionState::BankDown)];
    for (times, bound, told) in [(2, 3, false), (3, 3, true), (9, 3, true), (9, 0, false)] {
        let known = Known { connections: &connections, failures: &[(ConnectionId(1), times)], ..nothing() };
        assert_eq!(keys(&known, &Bounds { failures: bound, ..Bounds::default() }).len(), usize::from(told), "{times}");
    }
}

#[test]
fn balances_and_transactions_are_told_by_the_owners_bounds() {
    let bounds = Bounds {
        low_balance: Some("100".parse().unwrap()),
        large_transaction: Some("500".parse().unwrap()),
        ..Bounds::default()
    };
    for (kind, minor, told) in [
        (AccountType::Depository, 9999, true),
        (AccountType::Depository, 10_000, false),
        (AccountType::Credit, -50_000, false),
    ] {
        let accounts = [account(kind, minor)];
        let known = Known { accounts: &accounts, ..nothing() };
        assert_eq!(!keys(&known, &bounds).is_empty(), told, "{minor}");
        assert!(keys(&known, &Bounds::default()).is_empty(), "without a bound nothing is told");
    }
    for (minor, told) in [(-50_000, true), (50_000, true), (-49_999, false)] {
        let news = [transaction(minor, "2026-04-14")];
        assert_eq!(!keys(&Known { news: &news, ..nothing() }, &bounds).is_empty(), told, "{minor}");
        assert!(keys(&Known { news: &news, ..nothing() }, &Bounds::default()).is_empty());
    }
}

#[test]
fn a_payment_is_told_before_it_is_due_and_again_when_it_is_late() {
    let accounts = [account(AccountType::Credit, -50_000)];
    for (due, said, expected) in [
        ("2026-04-23", None, None),
        ("2026-04-22", None, Some("payment_due:a1:due:2026-04-22")),
        ("2026-04-14", None, Some("payment_due:a1:late:2026-04-14")),
        ("2026-04-14", Some(false), Some("payment_due:a1:late:2026-04-14")),
        ("2026-05-14", Some(true), Some("payment_due:a1:late:2026-05-14")),
    ] {
        let terms = Terms {
            kind: LiabilityKind::Credit,
            rates: Vec::new(),
            statement_balance: None,
            statement_date: None,
            minimum: Some(usd(2500)),
            due: Some(day(due)),
            overdue: said,
            past_due: None,
            last_payment: None,
            last_payment_date: None,
        };
        let liabilities = [LiabilityView { account: AccountId(1), terms, as_of: Timestamp::UNIX_EPOCH }];
        let known = Known { accounts: &accounts, liabilities: &liabilities, ..nothing() };
        assert_eq!(keys(&known, &Bounds::default()).first().map(String::as_str), expected, "{due}");
    }
}

#[test]
fn of_a_removed_connection_nothing_is_told() {
    let bounds = Bounds { low_balance: Some("100".parse().unwrap()), ..Bounds::default() };
    for (state, told) in [(ConnectionState::Healthy, true), (ConnectionState::Removed, false)] {
        let (connections, accounts) = ([connection(state)], [account(AccountType::Depository, 5)]);
        let known = Known { connections: &connections, accounts: &accounts, ..nothing() };
        assert_eq!(!keys(&known, &bounds).is_empty(), told, "{state:?}");
    }
}

#[test]
fn a_stream_is_told_when_its_price_rises_and_when_it_stays_away() {
    let old = [-999; 10];
    let risen = |new: usize| [&old[..], &vec![-1299; new]].concat();
    for (amounts, last, expected) in [
        (old.to_vec(), "2026-04-10", vec![]),
        (risen(1), "2026-04-10", vec!["price_rise:Films:USD:2026-04-10"]),
        (risen(2), "2026-04-10", vec!["price_rise:Films:USD:2026-03-10"]),
        (risen(3), "2026-04-10", vec![]),
        ([&old[..], &[-799]].concat(), "2026-04-10", vec![]),
        (old.to_vec(), "2026-03-05", vec!["payment_missed:Films:USD:2026-04-05"]),
        (old.to_vec(), "2026-02-01", vec!["payment_ended:Films:USD:2026-03-01"]),
        (old.to_vec(), "2025-10-01", vec![]),
    ] {
        let regular = look_at(&monthly(&amounts, last), day(TODAY));
        let known = Known { regular: &regular, ..nothing() };
        assert_eq!(keys(&known, &Bounds::default()), expected, "{amounts:?} {last}");
        let off = Bounds { price_rise: false, missed: false, ..Bounds::default() };
        assert!(keys(&known, &off).is_empty());
    }
}

/// A book that nobody looks through again says what a look would say, and then nothing; never one thing for ever.
#[test]
fn what_a_look_found_is_told_until_it_would_end_by_itself() {
    use jiff::ToSpan as _;
    let risen = [&[-999; 10][..], &[-1299]].concat();
    for (amounts, last) in [(risen, "2026-04-10"), (vec![-999; 10], "2026-03-05"), (vec![-999; 10], "2026-02-01")] {
        let series = monthly(&amounts, last);
        let regular = look_at(&series, day(TODAY));
        let [one] = regular.as_slice() else { panic!("{regular:?}") };
        for (on, told) in [(one.until, true), (one.until.saturating_add(1.day()), false)] {
            let known = Known { regular: &regular, today: on, ..nothing() };
            assert_eq!(keys(&known, &Bounds::default()).len(), usize::from(told), "{one:?} on {on}");
            assert_eq!(look_at(&series, on).contains(one), told, "{one:?} on {on}, looked at anew");
        }
    }
}
