//! Calendar dates, periods and intervals, as written on the command line (cli.md, "Periods and queries").
//!
//! Today is an argument everywhere, so that a run can be repeated. Invariant: a period includes its first day and
//! excludes its last bound, and a period that was parsed is never empty.

mod interval;
mod parse;

use std::{fmt, time::Duration};

pub use interval::{Bucket, Interval};
pub use jiff::{Timestamp, civil::Date};

use super::syntax::SyntaxError;

/// A span of days: `begin` is in it, `end` is not. An open side is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// First day that belongs to the period.
    pub begin: Option<Date>,
    /// First day after the period.
    pub end: Option<Date>,
}

impl Period {
    /// All of time.
    pub const ALL: Self = Self { begin: None, end: None };

    /// Reads every form of cli.md: `2026`, `2026-03`, `2026Q1`, `2026-W10`, `2026-03-05`, `thismonth`, `last 90 days`,
    /// `A..B` with both ends included, an open side, `all`.
    ///
    /// `last N days` ends with today, `last 3 months` begins the day after today's date three months ago.
    pub fn parse(text: &str, today: Date) -> Result<Self, SyntaxError> {
        parse::period(text, today)
    }

    /// The period from one day to another, both included.
    pub fn days(first: Date, last: Date) -> Self {
        Self { begin: Some(first), end: last.tomorrow().ok() }
    }

    /// The days that both periods have; the tighter bound of each side. May be empty.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let begin = self.begin.max(other.begin);
        let end = [self.end, other.end].into_iter().flatten().min();
        Self { begin, end }
    }

    /// Whether the day belongs to the period.
    pub fn contains(self, date: Date) -> bool {
        self.begin.is_none_or(|begin| begin <= date) && self.end.is_none_or(|end| date < end)
    }

    /// Whether no day belongs to it.
    pub fn is_empty(self) -> bool {
        matches!((self.begin, self.end), (Some(begin), Some(end)) if end <= begin)
    }

    /// Its last day; `None` when the side is open.
    pub fn last_day(self) -> Option<Date> {
        self.end.and_then(|end| end.yesterday().ok())
    }

    /// The unit of the calendar that this period is exactly: a year, a quarter, a month or a day.
    fn unit(self) -> Option<Interval> {
        let bucket = Bucket { begin: self.begin?, end: self.end? };
        let units = [Interval::Yearly, Interval::Quarterly, Interval::Monthly, Interval::Daily];
        units.into_iter().find(|unit| unit.bucket_of(bucket.begin) == bucket)
    }
}

/// The shortest form that [`Period::parse`] reads back as the same days.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(unit), Some(begin)) = (self.unit(), self.begin) {
            return f.pad(&unit.label(begin));
        }
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        match (self.begin, self.end) {
            (None, None) => f.pad("all"),
            (begin, _) => f.pad(&format!("{}..{}", day(begin), day(self.last_day()))),
        }
    }
}

/// Reads one day: `2026-03-05`, `today` or `yesterday`.
pub fn parse_day(text: &str, today: Date) -> Result<Date, SyntaxError> {
    let period = Period::parse(text, today)?;
    match (period.begin, period.last_day()) {
        (Some(first), Some(last)) if first == last => Ok(first),
        _ => Err(SyntaxError::at(text, text, "this is more than one day; write a date like 2026-03-05")),
    }
}

/// Reads a bound for `--begin` or `--end`: a day, or the first day of a period (`2026-03` is 1 March).
pub fn parse_bound(text: &str, today: Date) -> Result<Date, SyntaxError> {
    let range = || SyntaxError::at(text, text, "a bound is one date, not a range; write one like 2026-03-05");
    if text.contains("..") {
        return Err(range());
    }
    Period::parse(text, today)?.begin.ok_or_else(range)
}

/// The date as an integer that sorts like it, 20260305: how the store keeps dates.
pub fn to_yyyymmdd(date: Date) -> i32 {
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}

/// The date of such an integer; `None` when there is no such day.
pub fn from_yyyymmdd(number: i32) -> Option<Date> {
    let part = |value: i32| i8::try_from(value).ok();
    Date::new(i16::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?).ok()
}

/// Reads `90`, `90s`, `10m`, `2h`: an amount of time, in seconds when no unit is given.
pub fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<u64>().ok().map(Duration::from_secs);
    seconds
        .or_else(|| text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok()))
        .ok_or_else(|| format!("{text:?} is not a length of time; write 10s, 2m or 1h"))
}

#[cfg(test)]
mod tests;
