//! Passphrases: one spelling for one text, strong enough or refused, or made of random words.
//!
//! Invariant: the same characters typed on any system give the same bytes (Unicode NFC).

use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, feedback::Feedback, zxcvbn};

use super::{
    error::{Result, VaultError},
    material::fill_random,
};
use crate::secret::Secret;

/// A passphrase this long passes unless it is among the first thousand guesses.
const LONG_ENOUGH: usize = 15;

/// Random words in a generated passphrase: 6 of 7,776 are 77 bits.
const WORDS: usize = 6;

/// Normalises a passphrase to the bytes that are hashed.
pub(super) fn normalize(passphrase: &Secret<String>) -> Secret<String> {
    let text = passphrase.expose();
    // NFC never grows UTF-8 more than threefold; reserving that leaves no unwiped copy behind.
    let mut normal = String::with_capacity(text.len() * 3);
    normal.extend(text.nfc());
    Secret::new(normal)
}

/// Refuses what a thief of the file would guess: fifteen characters, or any length that zxcvbn gives its best mark.
/// `about` are words an attacker would try first, like the user's or the vault's name.
pub fn check(passphrase: &Secret<String>, about: &[&str]) -> Result<()> {
    let normal = normalize(passphrase);
    let verdict = zxcvbn(normal.expose(), about);
    let long = normal.expose().chars().count() >= LONG_ENOUGH && verdict.score() > Score::Zero;
    if long || verdict.score() == Score::Four {
        return Ok(());
    }
    let warning = verdict
        .feedback()
        .and_then(Feedback::warning)
        .map(|warning| format!("{} ", warning.to_string().to_lowercase().replace('.', ";")));
    let advice = format!(
        "{}take {LONG_ENOUGH} characters or more, or let bursar make one of {WORDS} random words",
        warning.unwrap_or_default()
    );
    Err(VaultError::WeakPassphrase { advice })
}

/// Makes a passphrase of six random words of the EFF's long list, joined by hyphens.
pub fn generate() -> Result<Secret<String>> {
    let list = diceware_wordlists::EFF_LONG_WORDLIST;
    let words = (0..WORDS).map(|_| Ok(list[random_below(list.len())?])).collect::<Result<Vec<&str>>>()?;
    Ok(Secret::new(words.join("-")))
}

/// An unbiased random index below `bound` (at most 65,536).
fn random_below(bound: usize) -> Result<usize> {
    let whole = 65_536 / bound * bound;
    loop {
        let mut bytes = [0; 2];
        fill_random(&mut bytes)?;
        let draw = usize::from(u16::from_be_bytes(bytes));
        if draw < whole {
            return Ok(draw % bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> bool {
        check(&Secret::new(text.to_owned()), &["household"]).is_ok()
    }

    #[test]
    fn judges_by_length_and_guessability() {
        assert!(judged("mist-and-anchors-9"));
        assert!(judged("vGx7!qT2#pLw"));
        for weak in ["", "password", "hunter2", "aaaaaaaaaaaaaaaaaaaa", "household1"] {
            assert!(!judged(weak), "{weak}");
        }
    }

    #[test]
    fn composed_and_decomposed_are_one_passphrase() {
        let composed = normalize(&Secret::new("caf\u{e9}".to_owned()));
        let decomposed = normalize(&Secret::new("cafe\u{301}".to_owned()));
        assert!(composed.matches(&decomposed));
    }

    #[test]
    fn generated_ones_are_six_words_and_pass() {
        let one = generate().unwrap();
        assert!(one.expose().split('-').count() >= WORDS);
        assert!(check(&one, &[]).is_ok());
        assert!(!one.matches(&generate().unwrap()));
    }
}
