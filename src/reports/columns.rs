//! The columns of a report: its period, cut by its interval.
//!
//! Invariant: every sum of the request's own question falls into exactly one column.

use super::{ReportError, Request};
use crate::domain::dates::{Bucket, Date, Period};

/// More columns than anybody reads, and a bound on memory.
const MOST: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) periods: Vec<Period>,
    /// How many columns have begun; at least one.
    pub(super) started: u32,
    /// The days on which the columns' buckets begin; none without an interval.
    starts: Vec<Date>,
    today: Date,
}

impl Columns {
    /// Cuts the request's period. An open side is closed by the first and last of `begins`, the bucket starts of what there
    /// is to show, and by today.
    pub(super) fn new(request: &Request, begins: impl Iterator<Item = Date> + Clone) -> Result<Self, ReportError> {
        let Some(interval) = request.interval else {
            let periods = vec![request.period];
            return Ok(Self { periods, started: 1, starts: Vec::new(), today: request.today });
        };
        let tomorrow = request.today.tomorrow().unwrap_or(Date::MAX);
        let last = begins.clone().max().map_or(tomorrow, |begin| interval.bucket_of(begin).end.min(Date::MAX));
        let end = request
            .period
            .end
            .unwrap_or_else(|| if last > interval.bucket_of(request.today).end { last } else { tomorrow });
        let earliest = || begins.min().unwrap_or_else(|| interval.start_of(request.today)).min(end);
        let begin = request.period.begin.unwrap_or_else(earliest);
        let mut buckets: Vec<Bucket> = interval.buckets(Bucket { begin, end }).take(MOST + 1).collect();
        if buckets.len() > MOST {
            return Err(ReportError::TooManyColumns { interval, most: MOST });
        }
        if buckets.is_empty() {
            buckets.push(Bucket { begin, end });
        }
        let started = buckets.iter().filter(|bucket| bucket.begin <= request.today).count().max(1);
        let periods =
            buckets.iter().map(|bucket| Period { begin: Some(bucket.begin), end: Some(bucket.end) }).collect();
        Ok(Self {
            periods,
            started: u32::try_from(started).unwrap_or(u32::MAX),
            starts: buckets.iter().map(|bucket| interval.start_of(bucket.begin)).collect(),
            today: request.today,
        })
    }

    /// The column of the bucket that begins on `begin`.
    pub(super) fn find(&self, begin: Option<Date>) -> Result<usize, ReportError> {
        let Some(begin) = begin.filter(|_| !self.starts.is_empty()) else {
            return Ok(0);
        };
        self.starts.binary_search(&begin).map_err(|_| ReportError::Stray(begin))
    }

    /// The first day of all, and the first day after.
    pub(super) fn bounds(&self) -> (Option<Date>, Option<Date>) {
        (self.periods.first().and_then(|first| first.begin), self.periods.last().and_then(|last| last.end))
    }

    /// The day each column's balance is of: its last day, today at the latest; only columns that have begun.
    pub(super) fn last_days(&self) -> Vec<Date> {
        let started = self.periods.iter().filter(|period| period.begin.is_none_or(|begin| begin <= self.today));
        started.map(|period| period.last_day().map_or(self.today, |day| day.min(self.today))).collect()
    }
}
