//! Calendar dates, periods and intervals, as written on the command line (cli.md, "Periods and queries").

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
