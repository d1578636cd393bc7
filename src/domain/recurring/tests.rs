//! Streams, and what only looks like one.

#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are grouped as dollars and cents")]

use jiff::ToSpan as _;

use super::*;

const TODAY: Date = Date::constant(2026, 6, 15);

fn series(payments: Vec<(Date, i64)>) -> Vec<Occurrence> {
    on_accounts(payments.into_iter().map(|(date, minor)| (date, minor, 1)).collect())
}

fn on_accounts(mut payments: Vec<(Date, i64, i64)>) -> Vec<Occurrence> {
    payments.sort_unstable();
    let payment = |(date, minor, account)| Occurrence { date, minor, account: AccountId(account) };
    payments.into_iter().map(payment).collect()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// `count` payments, the last one step of `cadence` before today.
fn regular(cadence: Cadence, count: i32, minor: i64) -> Vec<(Date, i64)> {
    let last = TODAY.saturating_sub(3.days());
    (0..count).map(|back| (cadence.after(last, -back), minor)).collect()
}

fn only(payments: &mut [Occurrence]) -> Stream {
    let found = find(payments, &Known::until(TODAY));
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

#[test]
fn every_cadence_is_told_from_every_other() {
    for cadence in Cadence::ALL {
        let stream = only(&mut series(regular(cadence, 6, -9_99)));
        assert_eq!(stream.cadence, cadence);
        assert!(stream.fixed && stream.standing == Standing::Active && stream.change.is_none(), "{stream:?}");
        assert_eq!(stream.payments.len(), 6);
    }
}

#[test]
fn weekends_and_holidays_move_a_payment_and_not_the_next_one() {
    let shifted = ["2026-01-02", "2026-02-02", "2026-03-02", "2026-04-01", "2026-05-04", "2026-06-01"];
    let stream = only(&mut series(shifted.map(|date| (day(date), -1500_00)).to_vec()));
    assert_eq!((stream.cadence, stream.next), (Cadence::Monthly, day("2026-07-02")));
}

#[test]
fn the_end_of_the_month_stays_the_end_of_the_month() {
    let ends = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"];
    let stream = only(&mut series(ends.map(|date| (day(date), 12)).to_vec()));
    assert_eq!((stream.cadence, stream.next), (Cadence::Monthly, day("2026-06-30")));
}

#[test]
fn bills_that_differ_take_more_evidence() {
    let bill =
        |count| regular(Cadence::Monthly, count, 0).into_iter().zip([-81_10, -97_35, -120_00, -66_02, -74_40, -88_15]);
    let bills = |count| series(bill(count).map(|((date, _), minor)| (date, minor)).collect());
    assert!(find(&mut bills(4), &Known::until(TODAY)).is_empty());
    let stream = only(&mut bills(6));
    assert!(!stream.fixed && stream.change.is_none());
    assert_eq!(stream.band(), (-120_00, -66_02));
}

#[test]
fn a_price_that_rises_is_one_stream_and_said() {
    let mut payments = regular(Cadence::Monthly, 12, -15_49);
    for payment in &mut payments[..3] {
        payment.1 = -17_99;
    }
    let stream = only(&mut series(payments.clone()));
    assert_eq!(stream.change, Some(Change { date: payments[2].0, from: -15_49, to: -17_99 }));
    // The same among other purchases from the same shop.
    let shopping =
        [-33_10, -7_05, -52_80, -14_44, -21_09, -90_00, -12_31].into_iter().zip([3, 11, 12, 40, 77, 130, 131]);
    payments.extend(shopping.map(|(minor, ago): (i64, i32)| (TODAY.saturating_sub(ago.days()), minor)));
    let stream = only(&mut series(payments));
    assert_eq!((stream.payments.len(), stream.change.map(|change| change.to)), (12, Some(-17_99)));
}

#[test]
fn two_subscriptions_of_one_company_are_two() {
    let mut payments = regular(Cadence::Monthly, 8, -2_99);
    payments.extend(
        regular(Cadence::Monthly, 5, -10_99).into_iter().map(|(date, minor)| (date.saturating_sub(9.days()), minor)),
    );
    let found = find(&mut series(payments), &Known::until(TODAY));
    assert_eq!(found.iter().map(|stream| stream.payments.len()).collect::<Vec<_>>(), [8, 5]);
}

#[test]
fn interest_on_two_accounts_is_two() {
    let both = |account: i64, low: i64| {
        regular(Cadence::Monthly, 8, low)
            .into_iter()
            .zip(0_i64..)
            .map(move |((date, minor), n)| (date, minor + n, account))
    };
    let found = find(&mut on_accounts(both(1, 20).chain(both(2, 3000)).collect()), &Known::until(TODAY));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_skipped_month_does_not_end_it() {
    let mut payments = regular(Cadence::Monthly, 10, -39_00);
    payments.remove(4);
    assert_eq!(only(&mut series(payments)).cadence, Cadence::Monthly);
}

#[test]
fn what_stays_away_is_missed_and_then_over() {
    let stopped = |ago: i32| {
        let payments = regular(Cadence::Monthly, 6, -39_00)
            .into_iter()
            .map(|(date, minor)| (date.saturating_sub(ago.days()), minor));
        only(&mut series(payments.collect())).standing
    };
    assert_eq!([stopped(20), stopped(40), stopped(80)], [Standing::Active, Standing::Missed, Standing::Ended]);
}

#[test]
fn twice_a_month_is_due_on_its_other_day() {
    let days = ["2026-03-15", "2026-03-31", "2026-04-15", "2026-04-30", "2026-05-15", "2026-05-29"];
    let stream = only(&mut series(days.map(|date| (day(date), 2500_00)).to_vec()));
    assert_eq!((stream.cadence, stream.next), (Cadence::Semimonthly, day("2026-06-15")));
}

#[test]
fn shopping_is_not_recurring() {
    // A linear congruential walk through two years: purchases on any day, of any amount.
    let mut state = 12345_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % below).unwrap()
    };
    let mut found = 0;
    for _shop in 0..300 {
        let often = u64::try_from(4 + draw(60)).unwrap();
        let mut payments = Vec::new();
        let mut ago = 0;
        while ago < 730 {
            payments.push((TODAY.saturating_sub(i32::try_from(ago).unwrap().days()), -(3_00 + draw(60_00))));
            ago += 1 + draw(2 * often);
        }
        found += usize::from(!find(&mut series(payments), &Known::until(TODAY)).is_empty());
    }
    assert!(found <= 3, "{found} of 300 shops look like subscriptions");
}

#[test]
fn extreme_amounts_and_dates_do_not_overflow() {
    let payments = vec![(Date::MIN, i64::MIN), (TODAY, i64::MAX), (Date::MAX, i64::MIN), (Date::MAX, 0)];
    assert!(find(&mut series(payments), &Known::until(Date::MAX)).is_empty());
    assert!(find(&mut series(Vec::new()), &Known::until(Date::MIN)).is_empty());
}

#[test]
fn payments_that_a_bank_did_not_tell_yet_did_not_stay_away() {
    let mut payments = series(regular(Cadence::Monthly, 6, -9_99));
    let stands = |known: &Known, payments: &mut [Occurrence]| find(payments, known)[0].standing;
    let later = TODAY.saturating_add(120.days());
    assert_eq!(stands(&Known::until(later), &mut payments), Standing::Ended);
    let unread = |account| Known { today: later, read: [(AccountId(account), TODAY)].into() };
    assert_eq!(stands(&unread(1), &mut payments), Standing::Active);
    assert_eq!(stands(&unread(2), &mut payments), Standing::Ended, "another account's bank");
    let ahead = Known { today: TODAY, read: [(AccountId(1), later)].into() };
    assert_eq!(stands(&ahead, &mut payments), Standing::Active, "no bank knows tomorrow");
}

#[test]
fn what_is_paid_seldom_or_changes_little_is_dearer_too() {
    let dearer = |cadence, amounts: &[i64]| {
        let dates = regular(cadence, i32::try_from(amounts.len()).unwrap(), 0);
        let payments = dates.into_iter().zip(amounts.iter().rev()).map(|((date, _), minor)| (date, *minor));
        let change = only(&mut series(payments.collect())).change;
        change.map(|change| (change.from, change.to))
    };
    assert_eq!(dearer(Cadence::Yearly, &[-139_00, -139_00, -149_00]), Some((-139_00, -149_00)));
    assert_eq!(dearer(Cadence::Semiannual, &[-600_00, -600_00, -600_00, -700_00]), Some((-600_00, -700_00)));
    assert_eq!(dearer(Cadence::Yearly, &[-139_00, -149_00, -149_00]), None, "as good as old");
    let rent = [-2000_00, -2000_00, -2000_00, -2000_00, -2040_00];
    assert_eq!(dearer(Cadence::Monthly, &rent), Some((-2000_00, -2040_00)), "two percent of much");
    let abroad = [-9_99, -9_95, -10_02, -9_98, -10_01, -9_97];
    assert_eq!(dearer(Cadence::Monthly, &abroad), None, "a rate of exchange is no price");
}

#[test]
fn two_lines_of_one_company_are_two_streams() {
    let twice = regular(Cadence::Monthly, 8, -45_00).into_iter().flat_map(|payment| [payment; 2]).collect();
    let found = find(&mut series(twice), &Known::until(TODAY));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|stream| stream.cadence == Cadence::Monthly && stream.payments.len() == 8), "{found:?}");
}

#[test]
fn two_prices_half_a_month_apart_are_two_streams() {
    let on = |day: i8, minor: i64| (1..=6).map(move |month: i8| (Date::constant(2026, month, day), minor));
    let mut both = series(on(2, -2_99).chain(on(14, -9_99)).collect());
    let found = find(&mut both, &Known::until(TODAY));
    let streams: Vec<_> = found.iter().map(|stream| (stream.cadence, stream.band().0)).collect();
    assert_eq!(streams.len(), 2, "{streams:?}");
    assert!(
        streams.contains(&(Cadence::Monthly, -2_99)) && streams.contains(&(Cadence::Monthly, -9_99)),
        "{streams:?}"
    );
    // Wages twice a month, of one amount, are one stream.
    let mut wages = series(on(1, 1800_00).chain(on(16, 1800_00)).collect());
    assert_eq!(only(&mut wages).cadence, Cadence::Semimonthly);
}
