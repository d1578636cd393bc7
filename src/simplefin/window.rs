//! Which days are asked for: windows of at most ninety days, newest first, that overlap what is known.
//!
//! Pure. Invariant: the windows of a sync cover every second from its beginning to now, without a gap.

use jiff::SignedDuration;

use crate::domain::dates::Timestamp;

/// Days of history of a first sync.
pub const DAYS: i64 = 730;
/// Days of one request; the Bridge refuses more than ninety.
pub const WINDOW: i64 = 89;
/// Days before the last success that are read again, because banks book late.
pub const OVERLAP: i64 = 14;
/// Days that are read again at least.
const LEAST: i64 = 45;

/// A span of time: from its start (included) to its end (excluded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub start: Timestamp,
    /// The instant after the last.
    pub end: Timestamp,
}

/// Where a sync begins: long enough before the last success, which a cursor remembers as seconds since 1970.
pub fn since(cursor: Option<&str>, now: Timestamp) -> Timestamp {
    let last = cursor.and_then(|text| text.parse().ok()).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let first = back(now, DAYS);
    last.map_or(first, |last| back(last, OVERLAP).min(back(now, LEAST)).max(first))
}

/// The windows of a sync, newest first. The newest reaches a day into the future, for clocks and time zones.
pub fn windows(since: Timestamp, now: Timestamp) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut end = back(now, -1);
    while end > since {
        let start = back(end, WINDOW).max(since);
        windows.push(Window { start, end });
        end = start;
    }
    windows
}

fn back(from: Timestamp, days: i64) -> Timestamp {
    from.checked_sub(SignedDuration::from_hours(days * 24)).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_all_without_a_gap() {
        let now: Timestamp = "2026-04-15T12:00:00Z".parse().unwrap();
        let first = since(None, now);
        let all = windows(first, now);
        assert_eq!(all.len(), 9);
        assert!(all.iter().all(|one| one.end.duration_since(one.start) <= SignedDuration::from_hours(90 * 24)));
        assert!(all.windows(2).all(|pair| pair[0].start == pair[1].end));
        assert!(all[0].end > now && all[8].start == first);
    }

    #[test]
    fn a_later_sync_overlaps_the_one_before() {
        let now: Timestamp = "2026-04-15T12:00:00Z".parse().unwrap();
        let at = |days: i64| back(now, days).as_second().to_string();
        assert_eq!(since(Some(&at(1)), now), back(now, LEAST));
        assert_eq!(windows(since(Some(&at(1)), now), now).len(), 1);
        assert_eq!(since(Some(&at(100)), now), back(now, 114));
        assert_eq!(since(Some(&at(5000)), now), back(now, DAYS));
        assert_eq!(since(Some("nonsense"), now), back(now, DAYS));
    }
}
