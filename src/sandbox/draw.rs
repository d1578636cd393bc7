//! Reproducible draws: everything that looks random in the sandbox comes from the seed and a label.
//!
//! Uses `rand_chacha` only. Invariant: the same seed, label and number give the same draws on every machine, and draw
//! number `n` costs the same whether it is the first or the millionth.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use sha2::{Digest as _, Sha256};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The root of a family of draws: one per Item, per purpose.
#[derive(Debug, Clone)]
pub(crate) struct Root(ChaCha8Rng);

impl Root {
    /// The family of a seed and a label.
    pub(crate) fn new(seed: u64, label: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        for part in label {
            hash.update([0]);
            hash.update(part.as_bytes());
        }
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// The draws of member `number`, independent of every other member.
    pub(crate) fn member(&self, number: u64) -> Draw {
        let mut rng = self.0.clone();
        rng.set_stream(number);
        Draw(rng)
    }
}

/// A sequence of draws.
#[derive(Debug)]
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// A number below `bound` (0 when `bound` is 0).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).unsigned_abs().saturating_add(1);
        low.saturating_add_unsigned(self.below(span))
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let length = u64::try_from(list.len()).unwrap_or(1);
        &list[usize::try_from(self.below(length)).unwrap_or(0)]
    }

    /// An opaque id as Plaid makes them.
    pub(crate) fn id(&mut self) -> String {
        self.letters(37)
    }

    /// `length` letters and digits.
    pub(crate) fn letters(&mut self, length: usize) -> String {
        let mut bytes = [0; 64];
        let bytes = &mut bytes[..length.min(64)];
        self.0.fill_bytes(bytes);
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 62)])).collect()
    }

    /// A UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let (a, b) = (self.0.next_u64(), self.0.next_u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            0x8000 | (b >> 48) & 0x3fff,
            b & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let ids = |seed, label: &str, number| Root::new(seed, &[label]).member(number).id();
        assert_eq!(ids(7, "a", 3), ids(7, "a", 3));
        assert_ne!(ids(7, "a", 3), ids(8, "a", 3));
        assert_ne!(ids(7, "a", 3), ids(7, "b", 3));
        assert_ne!(ids(7, "a", 3), ids(7, "a", 4));
        assert_eq!(ids(7, "a", 3).len(), 37);
    }

    #[test]
    fn draws_stay_in_bounds() {
        let mut draw = Root::new(1, &[]).member(0);
        assert!((0..500).all(|_| (-3..=4).contains(&draw.between(-3, 4))));
        assert_eq!(draw.below(0), 0);
        assert_eq!(draw.uuid().len(), 36);
    }
}
