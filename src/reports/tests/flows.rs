//! Spending, income, cash flow, categories, merchants.

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{
        transactions::Kind,
        views::{Group, Sum},
    },
    reports::{ReportError, cashflow, categories, income, merchants, spending},
};

const FEBRUARY: Option<Date> = Some(date(2026, 2, 1));
const MARCH: Option<Date> = Some(date(2026, 3, 1));

fn sum(begin: Option<Date>, key: &str, kind: Kind, amount: &str, count: u64) -> Sum {
    let group = Group { key: Some(key.to_owned()).filter(|key| !key.is_empty()), label: String::new() };
    Sum { begin, group, kind, amount: money(amount), count }
}

fn book() -> Vec<Sum> {
    vec![
        sum(FEBRUARY, "FOOD_AND_DRINK_GROCERIES", Kind::Expense, "-200.00", 4),
        sum(FEBRUARY, "FOOD_AND_DRINK_RESTAURANT", Kind::Expense, "-50.50", 2),
        sum(FEBRUARY, "RENT_AND_UTILITIES_RENT", Kind::Expense, "-240.00", 1),
        sum(FEBRUARY, "INCOME_WAGES", Kind::Income, "1000.00", 1),
        sum(FEBRUARY, "TRANSFER_OUT_SAVINGS", Kind::Transfer, "-300.00", 1),
        sum(MARCH, "FOOD_AND_DRINK_GROCERIES", Kind::Expense, "-100.01", 2),
        sum(MARCH, "GENERAL_MERCHANDISE_ELECTRONICS", Kind::Expense, "20.00", 1),
        sum(MARCH, "", Kind::Expense, "-5.00", 1),
        sum(MARCH, "OTHER_OTHER", Kind::Expense, "-4.00", 1),
        sum(MARCH, "FOOD_AND_DRINK_GROCERIES", Kind::Expense, "-30.00 EUR", 1),
    ]
}

fn monthly(by: Grouping) -> Request {
    request("2026-02..", Some(Interval::Monthly), by)
}

#[test]
fn spending_is_positive_net_of_refunds_and_without_transfers() {
    let report = spending::build(&monthly(Grouping::Category), &book()).unwrap();
    insta::assert_snapshot!(lines(&report), @r"
    spending 2026-02-01 to 2026-03-16
    Groceries: 0.00 30.00 | 30.00 EUR | 15.00 100.0% 1
    Groceries: 200.00 100.01 | 300.01 USD | 150.00 51.8% 6
    Rent: 240.00 0.00 | 240.00 USD | 120.00 41.4% 1
    Restaurants: 50.50 0.00 | 50.50 USD | 25.25 8.7% 2
    Uncategorised: 0.00 5.00 | 5.00 USD | 2.50 0.9% 1
    Other: 0.00 4.00 | 4.00 USD | 2.00 0.7% 1
    Electronics: 0.00 -20.00 | -20.00 USD | -10.00 -3.5% 1
    = 0.00 30.00 | 30.00 EUR | 1
    = 490.50 89.01 | 579.51 USD | 12
    ");
}

#[test]
fn rows_beyond_the_top_are_taken_together() {
    let report = spending::build(&Request { top: Some(2), ..monthly(Grouping::Category) }, &book()).unwrap();
    insta::assert_snapshot!(lines(&report), @r"
    spending 2026-02-01 to 2026-03-16
    Groceries: 0.00 30.00 | 30.00 EUR | 15.00 100.0% 1
    Groceries: 200.00 100.01 | 300.01 USD | 150.00 51.8% 6
    Rent: 240.00 0.00 | 240.00 USD | 120.00 41.4% 1
    Everything else (4): 50.50 -11.00 | 39.50 USD | 19.75 6.8% 5
    = 0.00 30.00 | 30.00 EUR | 1
    = 490.50 89.01 | 579.51 USD | 12
    ");
}

#[test]
fn cash_flow_is_signed_and_its_total_is_what_is_left() {
    let report = cashflow::build(&monthly(Grouping::Total), &book()).unwrap();
    assert_eq!(report.by, None);
    insta::assert_snapshot!(lines(&report), @r"
    cashflow 2026-02-01 to 2026-03-16
    income: 0.00 0.00 | 0.00 EUR | 0.00 - 0
    spending: 0.00 -30.00 | -30.00 EUR | -15.00 - 1
    net: 0.00 -30.00 | -30.00 EUR | -15.00 - 1
    income: 1000.00 0.00 | 1000.00 USD | 500.00 - 1
    spending: -490.50 -89.01 | -579.51 USD | -289.76 - 12
    net: 509.50 -89.01 | 420.49 USD | 210.24 - 13
    = 0.00 -30.00 | -30.00 EUR | 1
    = 509.50 -89.01 | 420.49 USD | 13
    ");
}

#[test]
fn categories_stand_under_their_groups() {
    let report = categories::build(&monthly(Grouping::Category), &book()).unwrap();
    insta::assert_snapshot!(lines(&report), @r"
    categories 2026-02-01 to 2026-03-16
    Food and drink / Groceries: 0.00 30.00 | 30.00 EUR | 15.00 100.0% 1
    Food and drink / Groceries: 200.00 100.01 | 300.01 USD | 150.00 51.8% 6
    Food and drink / Restaurants: 50.50 0.00 | 50.50 USD | 25.25 8.7% 2
    Rent and utilities / Rent: 240.00 0.00 | 240.00 USD | 120.00 41.4% 1
    Uncategorised / Uncategorised: 0.00 5.00 | 5.00 USD | 2.50 0.9% 1
    Other / Other: 0.00 4.00 | 4.00 USD | 2.00 0.7% 1
    Shopping / Electronics: 0.00 -20.00 | -20.00 USD | -10.00 -3.5% 1
    = 0.00 30.00 | 30.00 EUR | 1
    = 490.50 89.01 | 579.51 USD | 12
    ");
}

#[test]
fn merchants_are_payees_and_nothing_else() {
    let bakery = Group { key: Some("Bakery".to_owned()), label: "Bakery".to_owned() };
    let sums = [
        Sum { begin: None, group: bakery, kind: Kind::Expense, amount: money("-7.50"), count: 3 },
        sum(None, "", Kind::Expense, "-1.00", 1),
    ];
    let asked = request("lastmonth", None, Grouping::Payee);
    insta::assert_snapshot!(lines(&merchants::build(&asked, &sums).unwrap()), @r"
    merchants 2026-02-01 to 2026-03-01
    Bakery: 7.50 | 7.50 USD | - 88.2% 3
    No payee: 1.00 | 1.00 USD | - 11.8% 1
    = 8.50 | 8.50 USD | 4
    ");
    let refused = merchants::build(&request("all", None, Grouping::Account), &sums).unwrap_err();
    assert_eq!(refused.to_string(), "report merchants cannot be grouped by account");
}

#[test]
fn the_shape_is_the_contract() {
    let wages = sum(None, "INCOME_WAGES", Kind::Income, "1000.00", 1);
    let report = income::build(&request("2026-02", None, Grouping::Category), &[wages]).unwrap();
    insta::assert_snapshot!(json(&report));
}

#[test]
fn no_transactions_are_no_rows() {
    for interval in [None, Some(Interval::Weekly)] {
        for period in ["all", "2026-02", "..2026-02", "2026-02..", "2027"] {
            let report = spending::build(&request(period, interval, Grouping::Category), &[]).unwrap();
            assert!(report.rows.is_empty() && report.totals.is_empty(), "{period}");
        }
    }
}

#[test]
fn months_to_come_do_not_thin_the_average() {
    let sums = [sum(FEBRUARY, "", Kind::Expense, "-30.00", 1)];
    let report = spending::build(&request("2026", Some(Interval::Monthly), Grouping::Category), &sums).unwrap();
    assert_eq!(report.rows[0].periods.len(), 12);
    assert_eq!(report.rows[0].average, Some(money("10.00")));
}

#[test]
fn what_cannot_be_shown_is_an_error() {
    let daily = Some(Interval::Daily);
    let many = spending::build(&request("1900..2026", daily, Grouping::Category), &[]).unwrap_err();
    assert_eq!(
        many.to_string(),
        "daily columns over this period are more than 4000; choose a longer interval or a shorter period"
    );
    let stray = [sum(Some(date(2025, 1, 1)), "", Kind::Expense, "-1.00", 1)];
    let request = request("2026", daily, Grouping::Category);
    assert_eq!(spending::build(&request, &stray), Err(ReportError::Stray(date(2025, 1, 1))));
    let huge = ["x", "y"].map(|key| sum(Some(TODAY), key, Kind::Expense, "-92233720368547758.07", 1));
    assert!(matches!(spending::build(&request, &huge), Err(ReportError::Money(_))));
}

fn any_sum() -> impl Strategy<Value = Sum> {
    let kinds = prop::sample::select(vec![Kind::Expense, Kind::Income, Kind::Transfer]);
    let currencies = prop::sample::select(vec!["USD", "EUR", "JPY"]);
    let months = prop::sample::select(vec![FEBRUARY, MARCH]);
    (months, "[a-d]?", kinds, -1_000_000_i64..1_000_000, currencies).prop_map(|(begin, key, kind, minor, code)| {
        let amount = Money::new(minor, code.parse().unwrap());
        Sum { amount, ..sum(begin, &key, kind, "0", 1) }
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_between_rows_columns_and_totals(
        sums in prop::collection::vec(any_sum(), 0..40),
        top in prop::option::of(1_usize..4),
    ) {
        let request = Request { top, ..monthly(Grouping::Payee) };
        let (out, income) = (spending::build(&request, &sums).unwrap(), income::build(&request, &sums).unwrap());
        for (report, kind, sign) in [(&out, Kind::Expense, -1), (&income, Kind::Income, 1)] {
            for totals in &report.period_totals {
                let own = || report.rows.iter().filter(|row| row.currency == totals.currency);
                let asked = sums.iter().filter(|sum| sum.kind == kind && sum.amount.currency == totals.currency);
                prop_assert_eq!(totals.total.minor, sign * asked.map(|sum| sum.amount.minor).sum::<i64>());
                prop_assert_eq!(totals.total.minor, own().map(|row| row.total.minor).sum::<i64>());
                prop_assert_eq!(totals.total.minor, totals.periods.iter().filter_map(|period| period.amount).map(|amount| amount.minor).sum::<i64>());
                prop_assert_eq!(totals.count, own().map(|row| row.count).sum::<u64>());
                prop_assert!(top.is_none_or(|top| own().count() <= top + 1));
            }
        }
    }
}
