//! Calls of the provider, counted: how each ended, how long it took, whether it may be billed.
//!
//! Pure. Invariant: nothing here says what was asked or answered: an endpoint's path, a code, a number.

use std::{borrow::Cow, collections::BTreeMap};

use super::{dates::Date, ids::ConnectionId};

/// Longest word that an outcome is kept as; the provider's codes are far shorter.
const LONGEST_OUTCOME: usize = 64;

/// One call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The path, `/accounts/get`.
    pub endpoint: Cow<'static, str>,
    /// The connection it was about, where it was about one.
    pub connection: Option<ConnectionId>,
    /// `ok`, the provider's own code (`ITEM_LOGIN_REQUIRED`), or what became of the call on its way (`timeout`).
    pub outcome: String,
    /// How long it took; none if nobody saw its end.
    pub millis: Option<u64>,
    /// Whether it may have left this machine; one that never did counts for no quota.
    pub left: bool,
    /// Whether the provider may bill this very call.
    pub billable: bool,
}

/// The outcome of a call that brought what was asked for.
pub const OK: &str = "ok";
/// The outcome of a call whose end nobody saw.
pub const INTERRUPTED: &str = "interrupted";
/// The outcome that stands for words that are none.
pub const OTHER: &str = "other";

/// A word from outside as an outcome: letters, digits and underscores of some length, else [`OTHER`].
pub fn outcome(word: &str) -> &str {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && !word.is_empty() && word.len() <= LONGEST_OUTCOME { word } else { OTHER }
}

/// How long calls took, in steps that grow with the time: exact below 16 ms, then within an eighth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Times(BTreeMap<u32, u64>);

/// Longer than this (17 minutes) is not told apart.
const LONGEST: u64 = (1 << 20) - 1;

impl Times {
    /// The step that a time falls into.
    pub fn step(millis: u64) -> u32 {
        let millis = millis.min(LONGEST);
        if millis < 16 {
            return u32::try_from(millis).unwrap_or(0);
        }
        let octave = millis.ilog2();
        let eighth = u32::try_from((millis >> (octave - 3)) & 7).unwrap_or(7);
        (octave - 2) * 8 + eighth
    }

    /// The longest time that falls into a step.
    pub fn longest(step: u32) -> u64 {
        if step < 16 {
            return step.into();
        }
        let (octave, eighth) = ((step / 8 + 2).min(62), u64::from(step % 8));
        ((8 + eighth + 1) << (octave - 3)) - 1
    }

    /// Adds calls of a step.
    pub fn add(&mut self, step: u32, calls: u64) {
        let held = self.0.entry(step).or_default();
        *held = held.saturating_add(calls);
    }

    /// How many calls there are.
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, calls| sum.saturating_add(*calls))
    }

    /// The time that this percentage of the calls did not exceed, rounded up to the end of its step; none without calls.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = self.count().checked_mul(percent)?.div_ceil(100).max(1);
        let mut passed = 0;
        self.0.iter().find_map(|(step, calls)| {
            passed += calls;
            (passed >= rank).then(|| Self::longest(*step))
        })
    }
}

/// Calls of one day that ended alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// The day (UTC).
    pub date: Date,
    /// The path.
    pub endpoint: String,
    /// How they ended.
    pub outcome: String,
    /// How many.
    pub calls: u64,
    /// How many of them may be billed.
    pub billable: u64,
    /// How long they took in all.
    pub millis: u64,
}

/// What was counted since a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallBook {
    /// By day, endpoint and outcome.
    pub counts: Vec<CallCount>,
    /// How long the calls of each endpoint took.
    pub times: BTreeMap<String, Times>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_step_holds_its_times_within_an_eighth(millis in 0..LONGEST / 2) {
            let step = Times::step(millis);
            let longest = Times::longest(step);
            prop_assert!(longest >= millis && longest - millis <= millis / 8);
            prop_assert_eq!(Times::step(longest), step);
            // What is longer than the longest is not told apart.
            prop_assert!(longest >= LONGEST || Times::step(longest + 1) == step + 1);
        }
    }

    #[test]
    fn percentiles_are_those_of_the_calls() {
        let mut times = Times::default();
        assert_eq!(times.percentile(50), None);
        for millis in 1..=10 {
            times.add(Times::step(millis), 1);
        }
        assert_eq!((times.percentile(50), times.percentile(95), times.percentile(100)), (Some(5), Some(10), Some(10)));
        times.add(Times::step(5000), 1);
        let slowest = times.percentile(95).unwrap();
        assert!((5000..=5625).contains(&slowest), "{slowest}");
        assert_eq!(Times::step(u64::MAX), Times::step(LONGEST));
    }

    #[test]
    fn an_outcome_is_a_short_word() {
        assert_eq!(outcome("ITEM_LOGIN_REQUIRED"), "ITEM_LOGIN_REQUIRED");
        for odd in ["", "a b", "access-sandbox-1", "x\ny", &"A".repeat(65)] {
            assert_eq!(outcome(odd), OTHER);
        }
    }
}
