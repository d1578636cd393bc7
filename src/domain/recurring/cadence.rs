//! How often something comes back.
//!
//! Invariant: steps are steps of the calendar (a month later is the same day of the next month), never so many days.

use jiff::{Span, ToSpan as _};
use serde::Serialize;

use crate::domain::dates::Date;

/// How often something comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Each week.
    Weekly,
    /// Every second week.
    Biweekly,
    /// Twice a month, half a month apart.
    Semimonthly,
    /// Every fourth week.
    FourWeekly,
    /// Each month.
    Monthly,
    /// Every second month.
    Bimonthly,
    /// Each quarter.
    Quarterly,
    /// Every fourth month.
    FourMonthly,
    /// Every half year.
    Semiannual,
    /// Each year.
    Yearly,
}

impl Cadence {
    /// All of them, from often to seldom.
    pub const ALL: [Self; 10] = [
        Self::Weekly,
        Self::Biweekly,
        Self::Semimonthly,
        Self::FourWeekly,
        Self::Monthly,
        Self::Bimonthly,
        Self::Quarterly,
        Self::FourMonthly,
        Self::Semiannual,
        Self::Yearly,
    ];

    /// The word in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Biweekly => "biweekly",
            Self::Semimonthly => "semimonthly",
            Self::FourWeekly => "four_weekly",
            Self::Monthly => "monthly",
            Self::Bimonthly => "bimonthly",
            Self::Quarterly => "quarterly",
            Self::FourMonthly => "four_monthly",
            Self::Semiannual => "semiannual",
            Self::Yearly => "yearly",
        }
    }

    /// How many payments a year has.
    pub fn per_year(self) -> usize {
        match self {
            Self::Weekly => 52,
            Self::Biweekly => 26,
            Self::Semimonthly => 24,
            Self::FourWeekly => 13,
            Self::Monthly => 12,
            Self::Bimonthly => 6,
            Self::Quarterly => 4,
            Self::FourMonthly => 3,
            Self::Semiannual => 2,
            Self::Yearly => 1,
        }
    }

    /// Whole months between two payments; `None` where the week is what counts, or half a month.
    pub(super) fn months(self) -> Option<i32> {
        match self {
            Self::Monthly => Some(1),
            Self::Bimonthly => Some(2),
            Self::Quarterly => Some(3),
            Self::FourMonthly => Some(4),
            Self::Semiannual => Some(6),
            Self::Yearly => Some(12),
            Self::Weekly | Self::Biweekly | Self::Semimonthly | Self::FourWeekly => None,
        }
    }

    /// The day so many steps after a day.
    pub(super) fn after(self, day: Date, steps: i32) -> Date {
        let span: Span = match (self, self.months()) {
            (_, Some(months)) => (months * steps).months(),
            (Self::Weekly, _) => steps.weeks(),
            (Self::Biweekly, _) => (2 * steps).weeks(),
            (Self::FourWeekly, _) => (4 * steps).weeks(),
            // Half a month is 15 days, and two halves are a month.
            _ => (steps / 2).months().days(15 * (steps % 2)),
        };
        day.saturating_add(span)
    }

    /// How many days a payment may be early or late: weekends and bank holidays, and how bills are sent out.
    pub(super) fn tolerance(self) -> i32 {
        match self {
            Self::Weekly => 1,
            Self::Biweekly | Self::FourWeekly | Self::Semimonthly => 3,
            Self::Monthly => 4,
            Self::Bimonthly => 5,
            Self::Quarterly | Self::FourMonthly => 6,
            Self::Semiannual => 8,
            Self::Yearly => 10,
        }
    }

    /// How many payments it takes to believe in it, when all have the same amount and when they have not.
    pub(super) fn evidence(self, fixed: bool) -> usize {
        match (self, fixed) {
            (Self::Yearly, true) => 2,
            (Self::Weekly | Self::Biweekly | Self::Semimonthly, true) => 4,
            (Self::Weekly | Self::Biweekly | Self::Semimonthly, false) => 6,
            (Self::FourWeekly | Self::Monthly, false) => 5,
            (Self::Yearly, false) | (_, true) => 3,
            (_, false) => 4,
        }
    }

    /// The last day on which a payment due on a day still counts as coming.
    pub(super) fn grace(self, due: Date) -> Date {
        due.saturating_add((self.tolerance() + 1).days())
    }

    /// The last day on which a payment due on a day is missed; after it the stream has ended. The next payment would be
    /// due by then, or two months have gone.
    pub(super) fn patience(self, due: Date) -> Date {
        self.grace(self.after(due, 1).min(due.saturating_add(2.months())))
    }
}
