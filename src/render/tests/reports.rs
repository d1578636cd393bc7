//! Reports as tables, with bars and sparklines.

use jiff::civil::date;

use super::{book::money, *};
use crate::{
    domain::{
        dates::{Date, Interval, Period},
        ids::AccountId,
        transactions::Kind,
        views::{Group, Grouping, Sum},
    },
    reports::{Gap, Report, Request, cashflow, categories, spending, summary},
};

const TODAY: Date = date(2026, 3, 15);

fn sums(interval: Option<Interval>) -> Vec<Sum> {
    let rows = [
        ("FOOD_AND_DRINK_GROCERIES", [-200, -180, -250, -90]),
        ("FOOD_AND_DRINK_RESTAURANT", [-50, -75, 0, -60]),
        ("RENT_AND_UTILITIES_RENT", [-1400, -1400, -1400, -1400]),
        ("GENERAL_MERCHANDISE_ELECTRONICS", [0, -999, 0, 1099]),
        ("", [-5, 0, 0, -1]),
    ];
    let months = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)];
    let sum = |key: &str, month: Date, dollars: i64, code: &str| Sum {
        begin: interval.map(|interval| interval.start_of(month)),
        group: Group { key: Some(key.to_owned()).filter(|key| !key.is_empty()), label: String::new() },
        kind: Kind::Expense,
        amount: money(&format!("{dollars}.50 {code}")),
        count: 3,
    };
    let mut sums = Vec::new();
    for (key, amounts) in rows {
        sums.extend(months.iter().zip(amounts).filter(|(_, d)| *d != 0).map(|(month, d)| sum(key, *month, d, "USD")));
    }
    sums.push(sum("TRAVEL_LODGING", months[1], -1200, "EUR"));
    sums.push(Sum { kind: Kind::Income, ..sum("INCOME_WAGES", months[1], 5200, "USD") });
    sums
}

fn request(interval: Option<Interval>, by: Grouping) -> Request {
    let period = Period::parse("2025-12..2026-03", TODAY).unwrap();
    Request { period, interval, by, today: TODAY, top: None }
}

fn monthly() -> Report {
    let monthly = Some(Interval::Monthly);
    spending::build(&request(monthly, Grouping::Category), &sums(monthly)).unwrap()
}

#[test]
fn a_column_a_month_with_a_trend() {
    insta::assert_snapshot!(print(&monthly(), &screen(140)));
}

#[test]
fn on_narrow_screens_what_can_be_worked_out_goes_first_and_then_the_oldest_months() {
    for width in [80, 60, 40] {
        insta::assert_snapshot!(format!("monthly_{width}"), print(&monthly(), &screen(width)));
    }
}

#[test]
fn without_interval_there_are_shares_and_bars() {
    let report = spending::build(&request(None, Grouping::Category), &sums(None)).unwrap();
    insta::assert_snapshot!(print(&report, &screen(80)));
    insta::assert_snapshot!(print(&report, &Options { unicode: false, ..screen(60) }));
    insta::assert_snapshot!(print(&report, &file(Format::Csv)));
}

#[test]
fn categories_stand_under_headings() {
    let report = categories::build(&request(None, Grouping::Category), &sums(None)).unwrap();
    insta::assert_snapshot!(print(&report, &screen(80)));
    insta::assert_snapshot!(print(&report, &file(Format::Markdown)));
}

#[test]
fn cash_flow_ends_with_what_is_left() {
    let quarterly = Some(Interval::Quarterly);
    let report = cashflow::build(&request(quarterly, Grouping::Total), &sums(quarterly)).unwrap();
    insta::assert_snapshot!(print(&report, &screen(80)));
    insta::assert_snapshot!(print(&report, &file(Format::Tsv)));
}

#[test]
fn gaps_are_notes_and_an_empty_report_says_so() {
    let mut report = spending::build(&request(None, Grouping::Category), &[]).unwrap();
    report.gaps = vec![
        Gap { account: AccountId(2), name: "Card".to_owned(), known_from: Some(TODAY) },
        Gap { account: AccountId(3), name: "House".to_owned(), known_from: None },
    ];
    insta::assert_snapshot!(print(&report, &screen(80)), @r"
    (nothing in this period)
    (the history of a2 Card begins 2026-03-15; before that it does not count)
    (the balance of a3 House is not known; it does not count)
    ");
}

#[test]
fn the_summary_is_a_list_of_facts() {
    let accounts = book::accounts().items;
    let summary = summary::build(&accounts, &[], None).unwrap();
    insta::assert_snapshot!(print(&summary, &screen(60)));
    insta::assert_snapshot!(print(&summary, &file(Format::Csv)));
}
