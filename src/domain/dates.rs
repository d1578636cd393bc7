//! Calendar dates, periods and intervals, as written on the command line (cli.md, "Periods and queries").

use jiff::ToSpan as _;
pub use jiff::{Timestamp, civil::Date};

/// A span of days: `begin` is in it, `end` is not. An open side is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// First day that belongs to the period.
    pub begin: Option<Date>,
    /// First day after the period.
    pub end: Option<Date>,
}

/// How a report cuts its period into columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// One column a day.
    Daily,
    /// One column a week, from Monday.
    Weekly,
    /// One column a month.
    Monthly,
    /// One column a quarter.
    Quarterly,
    /// One column a year.
    Yearly,
}

impl Interval {
    /// The first day of the day, week, month, quarter or year that `date` is in.
    pub fn start_of(self, date: Date) -> Date {
        let month = match self {
            Self::Daily => return date,
            Self::Weekly => {
                let since_monday = i64::from(date.weekday().to_monday_zero_offset());
                return date.saturating_sub(since_monday.days());
            }
            Self::Monthly => date.month(),
            Self::Quarterly => (date.month() - 1) / 3 * 3 + 1,
            Self::Yearly => 1,
        };
        Date::new(date.year(), month, 1).unwrap_or(date)
    }
}
