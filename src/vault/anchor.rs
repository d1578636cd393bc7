//! The head of the audit log as eight words (or hex) to keep outside: on paper, in another program.
//!
//! The words are of the EFF's long list and stand for the first 96 bits of a head. Invariant: the words of a head, read
//! again, fit exactly the heads that begin with these bits.

use diceware_wordlists::EFF_LONG_WORDLIST as WORDS;

use super::audit::Head;

/// Bytes of a head that the words stand for.
const BYTES: usize = 12;

/// 7,776 to the eighth power is more than two to the ninety-sixth.
const COUNT: usize = 8;

/// The shortest hex that is taken for an anchor: as much as the words stand for.
const DIGITS: usize = 2 * BYTES;

/// The beginning of a head that somebody kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor(Vec<u8>);

impl Anchor {
    /// Reads eight words, or 24 to 64 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            [digits] => from_hex(digits).map(Self),
            _ => from_words(&words).map(Self),
        }
    }

    /// Tells whether this is the head that was kept.
    pub fn fits(&self, head: &Head) -> bool {
        head.starts_with(&self.0)
    }
}

/// The words of a head, the most significant first.
pub fn words(head: &Head) -> Vec<&'static str> {
    let mut number = head[..BYTES].iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let base = WORDS.len() as u128;
    let mut words = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let index = usize::try_from(number % base).unwrap_or_default();
        words.push(WORDS[index]);
        number /= base;
    }
    words.reverse();
    words
}

fn from_words(words: &[&str]) -> Option<Vec<u8>> {
    if words.len() != COUNT {
        return None;
    }
    let base = WORDS.len() as u128;
    let number = words.iter().try_fold(0_u128, |number, word| {
        let index = WORDS.iter().position(|known| known == word)?;
        Some(number * base + index as u128)
    })?;
    let bytes = number.to_be_bytes();
    let (zeros, kept) = bytes.split_at(bytes.len() - BYTES);
    zeros.iter().all(|byte| *byte == 0).then(|| kept.to_vec())
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let whole = digits.is_ascii() && digits.len().is_multiple_of(2) && (DIGITS..=64).contains(&digits.len());
    if !whole {
        return None;
    }
    let pairs = digits.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_and_hex_fit_their_head_only(head in any::<Head>(), other in any::<Head>()) {
            let spoken = words(&head).join(" ");
            let hex = crate::vault::Hex(head).to_string();
            for text in [&spoken, &spoken.to_uppercase(), &format!("  {} ", spoken.replace(' ', "  ")), &hex, &hex[..24].to_owned()] {
                let anchor = Anchor::parse(text).unwrap();
                prop_assert!(anchor.fits(&head));
                prop_assert!(!anchor.fits(&other) || head[..12] == other[..12]);
            }
        }
    }

    #[test]
    fn what_is_no_anchor_is_none() {
        let seven = words(&[7; 32])[1..].join(" ");
        let largest = [WORDS[WORDS.len() - 1]; COUNT].join(" ");
        for text in ["", "abc", &"0".repeat(22), &"0".repeat(66), &"g".repeat(64), &seven, &largest, "one two"] {
            assert_eq!(Anchor::parse(text), None, "{text}");
        }
        assert!(Anchor::parse(&words(&[0; 32]).join(" ")).unwrap().fits(&[0; 32]));
        assert!(Anchor::parse(&words(&[255; 32]).join(" ")).unwrap().fits(&[255; 32]));
    }
}
