//! The few questions about days that the seed data asks. Uses `domain::dates`.

use jiff::{ToSpan as _, civil::Weekday};

use crate::domain::dates::Date;

/// The day `days` later (earlier when negative); the calendar's own ends hold.
pub(crate) fn shift(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// Days from `earlier` to `later`, negative the other way round.
pub(crate) fn between(earlier: Date, later: Date) -> i64 {
    (later - earlier).get_days().into()
}

/// Every day from `first` to `last`, both included.
pub(crate) fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let count = between(first, last).saturating_add(1).max(0);
    (0..count).map(move |day| shift(first, day))
}

/// Saturday or Sunday.
pub(crate) fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Salaries come on the 15th and on the last weekday of the month.
pub(crate) fn is_payday(date: Date) -> bool {
    let last = date.last_of_month();
    let last_weekday = match last.weekday() {
        Weekday::Saturday => shift(last, -1),
        Weekday::Sunday => shift(last, -2),
        _ => last,
    };
    date.day() == 15 || date == last_weekday
}

/// A number for each day, for draws that depend on the day only.
pub(crate) fn number(date: Date) -> u64 {
    between(Date::constant(1970, 1, 1), date).unsigned_abs()
}
