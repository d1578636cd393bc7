//! /proc/keys: what the kernel tells of sessions that cannot be read from here.
//!
//! Invariant: a line that is not of a living session of ours is none.

use std::time::Duration;

/// A session as the kernel lists it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: i32,
    pub(super) permissions: u32,
    pub(super) uid: u32,
    pub(super) bank: bool,
    /// The kernel rounds down, so this is at most.
    pub(super) left: Duration,
}

/// Reads a line: `id flags usage timeout permissions uid gid type name: length`.
pub(super) fn read(line: &str) -> Option<Line> {
    let mut words = line.split_ascii_whitespace();
    let mut next = || words.next();
    let id = u32::from_str_radix(next()?, 16).ok()?.cast_signed();
    let flags = next()?;
    let _usage = next()?;
    let left = left(next()?)?;
    let permissions = u32::from_str_radix(next()?, 16).ok()?;
    let uid = next()?.parse().ok()?;
    let _gid = next()?;
    let (kind, name) = (next()?, next()?);
    let reach = name.strip_prefix("bursar:")?.split(':').next()?;
    let bank = match reach {
        "bank" => true,
        "ledger" => false,
        _ => return None,
    };
    (kind == "user" && !flags.contains(['R', 'D', 'i'])).then_some(Line { id, permissions, uid, bank, left })
}

/// `59s`, `14m`, `11h`, `3d`, `2w`; `perm` and `expd` are no sessions.
fn left(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    Some(Duration::from_secs((number + 1).saturating_mul(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_sessions_are_read_and_nothing_else() {
        let line = "09d0d6ac I--Q---     1  14m 1b090000  1000  1000 user      bursar:bank:0123456789abcdef: 90";
        let found = read(line).unwrap();
        let left = Duration::from_mins(15);
        assert_eq!(found, Line { id: 0x09d0_d6ac, permissions: 0x1b09_0000, uid: 1000, bank: true, left });
        for other in [
            line.replace("bursar", "other"),
            line.replace("14m", "expd"),
            line.replace("14m", "perm"),
            line.replace("I--Q---", "IR-Q---"),
            line.replace("I--Q---", "I--Q--i"),
            line.replace("user ", "keyring "),
            "23fd4ebd I--Q---     2 perm 1f3f0000     0 65534 keyring   _uid_ses.0: 1".to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}
