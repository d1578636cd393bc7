//! Cutting a period into days, weeks, months, quarters and years.
//!
//! Invariant: the buckets of a period follow each other without gap or overlap and together are the period.

use jiff::ToSpan as _;

use super::Date;

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

/// Days from `begin` (included) to `end` (excluded).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Bucket {
    /// First day.
    pub begin: Date,
    /// First day after.
    pub end: Date,
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

    /// The whole day, week, month, quarter or year that `date` is in.
    pub fn bucket_of(self, date: Date) -> Bucket {
        let begin = self.start_of(date);
        let length = match self {
            Self::Daily => 1.day(),
            Self::Weekly => 1.week(),
            Self::Monthly => 1.month(),
            Self::Quarterly => 3.months(),
            Self::Yearly => 1.year(),
        };
        Bucket { begin, end: begin.saturating_add(length) }
    }

    /// The buckets of a span of days, in order; the first and the last one may be cut short by the span.
    pub fn buckets(self, span: Bucket) -> impl Iterator<Item = Bucket> {
        let mut begin = span.begin;
        std::iter::from_fn(move || {
            let end = self.bucket_of(begin).end.min(span.end);
            let bucket = Bucket { begin, end };
            begin = end;
            (bucket.begin < bucket.end).then_some(bucket)
        })
    }

    /// What the bucket that begins on `begin` is called: `2026-03-05`, `2026-W10`, `2026-03`, `2026Q1`, `2026`.
    ///
    /// [`Period::parse`](super::Period::parse) reads it.
    pub fn label(self, begin: Date) -> String {
        let year = begin.year();
        match self {
            Self::Daily => begin.to_string(),
            Self::Weekly => {
                let week = begin.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Monthly => format!("{year:04}-{:02}", begin.month()),
            Self::Quarterly => format!("{year:04}Q{}", (begin.month() + 2) / 3),
            Self::Yearly => format!("{year:04}"),
        }
    }

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }
}
