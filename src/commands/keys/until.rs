//! `--expires`: until when a key opens the vault.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::error::{Error, Kind, Result};

/// The end of a key's time, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Until {
    /// At once.
    Now,
    /// No end.
    Never,
    /// The last day it opens anything.
    Day(Date),
    /// So many days from now.
    Days(i64),
}

/// A number of days, as typed: `90d`; up to a century.
pub(super) fn days(text: &str) -> Option<i64> {
    text.strip_suffix('d')?.parse().ok().filter(|days| (0..=36_500).contains(days))
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let days = days(text).filter(|days| *days > 0);
        match text {
            "now" => Ok(Self::Now),
            "never" => Ok(Self::Never),
            _ => days
                .map(Self::Days)
                .or_else(|| text.parse().ok().map(Self::Day))
                .ok_or_else(|| format!("{text:?} is not a date; write YYYY-MM-DD for the key's last day, or 90d")),
        }
    }
}

impl Until {
    /// The instant from which on the key opens nothing.
    pub(in crate::commands) fn instant(self, now: Timestamp) -> Result<Option<Timestamp>> {
        let at = match self {
            Self::Never => return Ok(None),
            Self::Now => return Ok(Some(now)),
            Self::Day(day) => day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok().map(|end| end.timestamp()),
            Self::Days(days) => now.checked_add(SignedDuration::from_hours(24 * days)).ok(),
        };
        at.filter(|at| *at > now).map(Some).ok_or_else(|| {
            Error::new(Kind::Usage, "past", "the key would open nothing from the start; nothing was changed")
                .hint("bursar keys add --help")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_read_and_the_past_is_refused() {
        let now: Timestamp = "2026-04-15T12:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<Until>().unwrap().instant(now).map(|at| at.map(|at| at.to_string()));
        assert_eq!(at("never").unwrap(), None);
        assert_eq!(at("2026-04-15").unwrap().as_deref(), Some("2026-04-15T23:59:59Z"));
        assert_eq!(at("90d").unwrap().as_deref(), Some("2026-07-14T12:00:00Z"));
        assert_eq!(at("now").unwrap().as_deref(), Some("2026-04-15T12:00:00Z"));
        assert_eq!(at("2026-04-14").unwrap_err().code, "past");
        for wrong in ["", "soon", "0d", "-1d", "2026-02-30"] {
            assert!(wrong.parse::<Until>().is_err(), "{wrong}");
        }
    }
}
