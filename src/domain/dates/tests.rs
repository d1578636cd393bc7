//! Tests of periods and intervals.

use jiff::{ToSpan as _, civil::date};
use proptest::prelude::*;

use super::*;

/// A Sunday, so that weeks have to look back.
const TODAY: Date = date(2026, 11, 22);

fn read(text: &str) -> String {
    let period = Period::parse(text, TODAY).unwrap_or_else(|error| panic!("{text}: {error}"));
    let day = |day: Option<Date>| day.map_or("…".to_owned(), |day| day.to_string());
    format!("{} {}", day(period.begin), day(period.last_day()))
}

#[test]
fn reads_every_form() {
    for (text, days) in [
        ("2026", "2026-01-01 2026-12-31"),
        ("2026-03", "2026-03-01 2026-03-31"),
        ("2024-2", "2024-02-01 2024-02-29"),
        ("2026Q1", "2026-01-01 2026-03-31"),
        ("2026-q4", "2026-10-01 2026-12-31"),
        ("2026-W01", "2025-12-29 2026-01-04"),
        ("2026-03-05", "2026-03-05 2026-03-05"),
        ("today", "2026-11-22 2026-11-22"),
        ("yesterday", "2026-11-21 2026-11-21"),
        ("thisweek", "2026-11-16 2026-11-22"),
        ("lastweek", "2026-11-09 2026-11-15"),
        ("thismonth", "2026-11-01 2026-11-30"),
        ("Last Month", "2026-10-01 2026-10-31"),
        ("thisquarter", "2026-10-01 2026-12-31"),
        ("lastquarter", "2026-07-01 2026-09-30"),
        ("this-year", "2026-01-01 2026-12-31"),
        ("lastyear", "2025-01-01 2025-12-31"),
        ("last 90 days", "2026-08-25 2026-11-22"),
        ("last 1 day", "2026-11-22 2026-11-22"),
        ("last 2 weeks", "2026-11-09 2026-11-22"),
        ("last12months", "2025-11-23 2026-11-22"),
        ("2026-01..2026-03", "2026-01-01 2026-03-31"),
        ("2026-01-15 .. 2026Q2", "2026-01-15 2026-06-30"),
        ("2026-01..", "2026-01-01 …"),
        ("..yesterday", "… 2026-11-21"),
        ("all", "… …"),
    ] {
        assert_eq!(read(text), days, "{text}");
    }
}

#[test]
fn errors_point_at_the_column() {
    let errors: Vec<String> = [
        "",
        "2026-13",
        "2026-02-30",
        "2026-04-31..",
        "2026-01..2026-1x",
        "2026Q5",
        "2026-W54",
        "26-03-05",
        "20260305",
        "2026/03",
        "lastmoth",
        "last 0 days",
        "last 9999999999 days",
        "last 5 fortnights",
        "2026-03..2026-01",
        "..",
        "lundi",
    ]
    .map(|text| {
        let error = Period::parse(text, TODAY).unwrap_err();
        format!("{error}\n{}", error.caret())
    })
    .into();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_bound_is_the_first_day_of_what_was_written() {
    assert_eq!(parse_bound("2026-03", TODAY), Ok(date(2026, 3, 1)));
    assert_eq!(parse_bound("lastyear", TODAY), Ok(date(2025, 1, 1)));
    assert!(parse_bound("2026-01..2026-03", TODAY).is_err());
    assert!(parse_bound("all", TODAY).is_err());
    assert_eq!(parse_day("yesterday", TODAY), Ok(date(2026, 11, 21)));
    assert!(parse_day("2026-03", TODAY).is_err());
}

#[test]
fn bounds_narrow_a_period() {
    let march = Period::parse("2026-03", TODAY).unwrap();
    let since = Period { begin: Some(date(2026, 3, 10)), end: None };
    assert_eq!(march.intersection(since).to_string(), "2026-03-10..2026-03-31");
    assert_eq!(march.intersection(Period::ALL), march);
    assert!(march.intersection(Period { begin: None, end: Some(date(2026, 2, 1)) }).is_empty());
}

#[test]
fn the_end_of_the_calendar_is_no_trap() {
    for text in ["9999", "9999-12", "9999-12-31", "9999-W52", "9999Q4", "0001-01-01"] {
        let period = Period::parse(text, TODAY).unwrap();
        assert!(!period.is_empty(), "{text}");
    }
    let span = Bucket { begin: date(9999, 12, 1), end: Date::MAX };
    assert_eq!(Interval::Daily.buckets(span).count(), 30);
}

#[test]
fn buckets_are_labelled_as_people_write_them() {
    let span = Bucket { begin: date(2025, 12, 30), end: date(2026, 1, 7) };
    let labels = |interval: Interval| interval.buckets(span).map(|b| interval.label(b.begin)).collect::<Vec<_>>();
    assert_eq!(labels(Interval::Weekly), ["2026-W01", "2026-W02"]);
    assert_eq!(labels(Interval::Monthly), ["2025-12", "2026-01"]);
    assert_eq!(labels(Interval::Quarterly), ["2025Q4", "2026Q1"]);
    assert_eq!(labels(Interval::Yearly), ["2025", "2026"]);
}

fn any_date() -> impl Strategy<Value = Date> {
    (1_i16..9998, 1_i8..=12, 1_i8..=31).prop_filter_map("no such day", |(y, m, d)| Date::new(y, m, d).ok())
}

fn any_interval() -> impl Strategy<Value = Interval> {
    use Interval::{Daily, Monthly, Quarterly, Weekly, Yearly};
    prop::sample::select(vec![Daily, Weekly, Monthly, Quarterly, Yearly])
}

proptest! {
    #[test]
    fn a_printed_period_reads_back(a in prop::option::of(any_date()), b in prop::option::of(any_date())) {
        let period = Period { begin: a, end: b };
        prop_assume!(!period.is_empty());
        prop_assert_eq!(Period::parse(&period.to_string(), TODAY), Ok(period), "{}", period);
    }

    #[test]
    fn a_unit_prints_as_its_label(day in any_date(), interval in any_interval()) {
        let bucket = interval.bucket_of(day);
        let period = Period { begin: Some(bucket.begin), end: Some(bucket.end) };
        prop_assert!(period.contains(day));
        prop_assert_eq!(Period::parse(&interval.label(bucket.begin), TODAY), Ok(period));
    }

    #[test]
    fn buckets_tile_their_span(begin in any_date(), days in 1_i32..900, interval in any_interval()) {
        let span = Bucket { begin, end: begin.saturating_add(days.days()) };
        let buckets: Vec<Bucket> = interval.buckets(span).collect();
        prop_assert_eq!(buckets.first().unwrap().begin, span.begin);
        prop_assert_eq!(buckets.last().unwrap().end, span.end);
        prop_assert!(buckets.windows(2).all(|pair| pair[0].end == pair[1].begin));
        prop_assert!(buckets.iter().all(|b| interval.start_of(b.begin) == interval.start_of(b.end.yesterday().unwrap())));
    }

    #[test]
    fn integers_sort_like_their_dates(a in any_date(), b in any_date()) {
        prop_assert_eq!(from_yyyymmdd(to_yyyymmdd(a)), Some(a));
        prop_assert_eq!(to_yyyymmdd(a).cmp(&to_yyyymmdd(b)), a.cmp(&b));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(last|this|20|\\PC|[0-9 QW.-]){0,12}") {
        if let Err(error) = Period::parse(&text, TODAY) {
            prop_assert!(error.column <= text.chars().count() + 1);
            error.caret();
        }
    }
}

#[test]
fn durations_take_units_and_bare_seconds() {
    assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
    assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
    assert_eq!(duration("0"), Ok(Duration::ZERO));
    assert!(duration("soon").is_err());
    assert!(duration("-1s").is_err());
}
