//! The clock: the machine's own, or one fixed day for reproducible runs.

use std::time::Duration;

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

const NOON: i8 = 12;

/// What day and time it is.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    fixed: Option<Date>,
}

impl Clock {
    /// The machine's clock, or noon (UTC) of a fixed day.
    pub fn new(fixed: Option<Date>) -> Self {
        Self { fixed }
    }

    /// The day, where the user is.
    #[expect(clippy::disallowed_methods, reason = "the clock's home")]
    pub fn today(&self) -> Date {
        self.fixed.unwrap_or_else(|| Zoned::now().date())
    }

    /// The later of the day that was asked for and the machine's clock: no flag makes time run back for a rule that
    /// ends something.
    #[expect(clippy::disallowed_methods, reason = "the clock's home")]
    pub fn latest(&self) -> Timestamp {
        self.now().max(Timestamp::now())
    }

    /// The machine's clock, whatever day was asked for.
    #[expect(clippy::disallowed_methods, reason = "the clock's home")]
    pub fn machine(&self) -> Timestamp {
        Timestamp::now()
    }

    /// The instant that comes after a length of time.
    pub fn after(&self, length: Duration) -> Timestamp {
        self.now().saturating_add(length).unwrap_or(Timestamp::MAX)
    }

    /// The instant.
    #[expect(clippy::disallowed_methods, reason = "the clock's home")]
    pub fn now(&self) -> Timestamp {
        let noon = |day: Date| day.at(NOON, 0, 0, 0).to_zoned(TimeZone::UTC).ok();
        self.fixed.and_then(noon).map_or_else(Timestamp::now, |zoned| zoned.timestamp())
    }
}
