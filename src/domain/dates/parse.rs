//! Reading periods. Every error points at the characters that are wrong and says what would be right.

use jiff::{
    Span, ToSpan as _,
    civil::{ISOWeekDate, Weekday},
};

use super::{Date, Interval, Period};
use crate::domain::syntax::{SyntaxError, nearest};

type Result<T> = std::result::Result<T, SyntaxError>;

const NAMES: [&str; 11] = [
    "today",
    "yesterday",
    "thisweek",
    "lastweek",
    "thismonth",
    "lastmonth",
    "thisquarter",
    "lastquarter",
    "thisyear",
    "lastyear",
    "all",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What is read, and the day it is read on.
#[derive(Clone, Copy)]
struct Reader<'a> {
    whole: &'a str,
    today: Date,
}

pub(super) fn period(whole: &str, today: Date) -> Result<Period> {
    let reader = Reader { whole, today };
    let Some((from, to)) = whole.split_once("..") else {
        return reader.single(whole.trim());
    };
    let (from, to) = (from.trim(), to.trim());
    if from.is_empty() && to.is_empty() {
        return Err(reader.error(whole, "a range wants a date on at least one side"));
    }
    let side = |text: &str| if text.is_empty() { Ok(Period::ALL) } else { reader.single(text) };
    let range = Period { begin: side(from)?.begin, end: side(to)?.end };
    if range.is_empty() { Err(reader.error(whole, "this range ends before it begins")) } else { Ok(range) }
}

impl Reader<'_> {
    fn error(self, part: &str, message: impl Into<String>) -> SyntaxError {
        SyntaxError { period: true, ..SyntaxError::at(self.whole, part, message) }
    }

    /// A period that is not a range.
    fn single(self, text: &str) -> Result<Period> {
        if text.is_empty() {
            return Err(self.error(text, "a period is missing, like 2026-03 or lastmonth"));
        }
        if text.starts_with(|first: char| first.is_ascii_digit()) { self.dated(text) } else { self.named(text) }
    }

    fn named(self, text: &str) -> Result<Period> {
        let name: String = text.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
        if let Some(count) = name.strip_prefix("last").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return self.trailing(text, count);
        }
        let unit = |ending: &str| match ending {
            "week" => Some((Interval::Weekly, 1.week())),
            "month" => Some((Interval::Monthly, 1.month())),
            "quarter" => Some((Interval::Quarterly, 3.months())),
            "year" => Some((Interval::Yearly, 1.year())),
            _ => None,
        };
        let found = match name.as_str() {
            "all" => Some(Period::ALL),
            "today" => Some(whole(Interval::Daily, self.today)),
            "yesterday" => Some(whole(Interval::Daily, self.today.saturating_sub(1.day()))),
            _ => None,
        };
        let this = || name.strip_prefix("this").and_then(unit).map(|(interval, _)| whole(interval, self.today));
        let last = || {
            let (interval, length) = name.strip_prefix("last").and_then(unit)?;
            Some(whole(interval, interval.start_of(self.today).saturating_sub(length)))
        };
        found.or_else(this).or_else(last).ok_or_else(|| {
            let message = "this is not a period; write one like 2026-03, 2026Q1, lastmonth or 2026-01..2026-03";
            self.error(text, message).suggesting(nearest(&name, NAMES))
        })
    }

    /// `last 90 days`: so many units that end with today.
    fn trailing(self, text: &str, name: &str) -> Result<Period> {
        let digits = name.trim_end_matches(|c: char| !c.is_ascii_digit());
        let count = digits.parse::<i64>().unwrap_or(i64::MAX);
        let span = match &name[digits.len()..] {
            "d" | "day" | "days" => Span::new().try_days(count),
            "w" | "week" | "weeks" => Span::new().try_weeks(count),
            "m" | "month" | "months" => Span::new().try_months(count),
            "q" | "quarter" | "quarters" => Span::new().try_months(count.saturating_mul(3)),
            "y" | "year" | "years" => Span::new().try_years(count),
            _ => return Err(self.error(text, "write it like last 90 days, last 12 weeks or last 6 months")),
        };
        if count == 0 {
            return Err(self.error(text, "this period has no days"));
        }
        let begin = span.and_then(|span| self.today.checked_sub(span)).and_then(Date::tomorrow);
        // A year before 0000 could not be written down again.
        let begin = begin.ok().filter(|begin| begin.year() >= 0);
        let begin = begin.ok_or_else(|| self.error(text, "this reaches back further than the calendar does"))?;
        Ok(Period::days(begin, self.today))
    }

    /// `2026`, `2026Q1`, `2026-W10`, `2026-03`, `2026-03-05`.
    fn dated(self, text: &str) -> Result<Period> {
        let (year, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let number = (year.len() == 4).then(|| year.parse::<i16>().ok()).flatten();
        let Some(number) = number else {
            return Err(self.error(year, "a year has four digits; write dates like 2026-03-05"));
        };
        if rest.is_empty() {
            return self.day(year, number, 1, 1).map(|day| whole(Interval::Yearly, day));
        }
        if let Some(quarter) = rest.trim_start_matches('-').strip_prefix(['Q', 'q']) {
            return match quarter.parse::<i8>() {
                Ok(of_year @ 1..=4) => {
                    self.day(text, number, of_year * 3 - 2, 1).map(|day| whole(Interval::Quarterly, day))
                }
                _ => Err(self.error(quarter, format!("{year} has quarters 1 to 4"))),
            };
        }
        let Some(rest) = rest.strip_prefix('-') else {
            return Err(self.error(rest, "after the year comes a month or a quarter, as in 2026-03 or 2026Q1"));
        };
        if let Some(week) = rest.strip_prefix(['W', 'w']) {
            let monday = week.parse().ok().and_then(|week| ISOWeekDate::new(number, week, Weekday::Monday).ok());
            return match monday {
                Some(monday) => Ok(whole(Interval::Weekly, monday.date())),
                None => Err(self.error(week, format!("{year} has no such week"))),
            };
        }
        self.month_or_day(number, rest)
    }

    fn month_or_day(self, year: i16, rest: &str) -> Result<Period> {
        let (month, day) = rest.split_once('-').map_or((rest, None), |(month, day)| (month, Some(day)));
        let of_year = self.small(month, "month")?;
        if !(1..=12).contains(&of_year) {
            return Err(self.error(month, format!("there is no month {of_year}")));
        }
        let Some(day) = day else {
            return self.day(month, year, of_year, 1).map(|first| whole(Interval::Monthly, first));
        };
        let of_month = self.small(day, "day")?;
        self.day(day, year, of_year, of_month).map(|date| whole(Interval::Daily, date))
    }

    /// A month or a day: one or two digits.
    fn small(self, text: &str, what: &str) -> Result<i8> {
        let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = || self.error(text, format!("a {what} of two digits belongs here, as in 2026-03-05"));
        digits.then(|| text.parse().ok()).flatten().ok_or_else(wrong)
    }

    fn day(self, part: &str, year: i16, month: i8, day: i8) -> Result<Date> {
        Date::new(year, month, day).map_err(|_| {
            let last = Date::new(year, month, 1).map_or(31, Date::days_in_month);
            let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"this month");
            self.error(part, format!("{name} {year} has {last} days, there is no {day}"))
        })
    }
}

/// The whole unit of the calendar that a day is in.
fn whole(interval: Interval, day: Date) -> Period {
    let bucket = interval.bucket_of(day);
    Period { begin: Some(bucket.begin), end: Some(bucket.end).filter(|end| *end > bucket.begin) }
}
