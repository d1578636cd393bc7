//! Descriptions cut into a stem and its digits, so that a few thousand stems describe a million transactions.
//!
//! Pure. Invariant: `join(split(text)) == text` for every text, and a word without digits occurs in a text exactly
//! if it occurs in its stem.

/// What stands in a stem where a run of digits was.
const GAP: char = '\u{1}';

/// A description in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// The text with each run of ASCII digits replaced by one gap.
    pub(crate) stem: String,
    /// The runs in order, separated by spaces; `None` when the stem is the whole text.
    pub(crate) digits: Option<String>,
}

/// Cuts a description. A text that already has a gap character in it stays whole.
pub(crate) fn split(text: &str) -> Phrase {
    if text.contains(GAP) || !text.bytes().any(|b| b.is_ascii_digit()) {
        return Phrase { stem: text.to_owned(), digits: None };
    }
    let mut stem = String::with_capacity(text.len());
    let mut digits = String::new();
    let mut in_run = false;
    for c in text.chars() {
        if c.is_ascii_digit() {
            if !in_run {
                stem.push(GAP);
                if !digits.is_empty() {
                    digits.push(' ');
                }
            }
            digits.push(c);
        } else {
            stem.push(c);
        }
        in_run = c.is_ascii_digit();
    }
    Phrase { stem, digits: Some(digits) }
}

/// Puts the two parts together again.
pub(crate) fn join(stem: &str, digits: Option<&str>) -> String {
    let Some(digits) = digits else { return stem.to_owned() };
    let mut runs = digits.split(' ');
    let mut text = String::with_capacity(stem.len() + digits.len());
    for c in stem.chars() {
        if c == GAP { text.push_str(runs.next().unwrap_or_default()) } else { text.push(c) }
    }
    text
}

/// What to call the other side when no merchant is known: the stem without its numbers.
///
/// Empty only if the description has no letters at all.
pub(crate) fn payee(stem: &str) -> String {
    let trim = |word: &str| {
        let bare: String = word.chars().filter(|c| *c != GAP).collect();
        bare.trim_matches(|c: char| c.is_ascii_punctuation()).to_owned()
    };
    let words: Vec<_> = stem.split_whitespace().map(trim).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The parts of a search word that lie between its digits: each must occur in the stem of a match.
pub(crate) fn pieces(word: &str) -> Vec<&str> {
    word.split(|c: char| c.is_ascii_digit()).filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_leave_the_stem() {
        let phrase = split("AMBER MARKET #0123 PORTLAND 7");
        assert_eq!(phrase.stem, "AMBER MARKET #\u{1} PORTLAND \u{1}");
        assert_eq!(phrase.digits.as_deref(), Some("0123 7"));
        assert_eq!(payee(&phrase.stem), "AMBER MARKET PORTLAND");
    }

    #[test]
    fn a_payee_keeps_the_letters_of_mixed_words() {
        assert_eq!(payee(&split("7-ELEVEN 24/7 *").stem), "ELEVEN");
        assert_eq!(payee(&split("1234").stem), "");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[a-z0-9 #\u{1}é]{0,24}") {
            let phrase = split(&text);
            prop_assert_eq!(join(&phrase.stem, phrase.digits.as_deref()), text);
        }

        #[test]
        fn words_without_digits_are_found_in_the_stem(text in "[a-c0-9 ]{0,16}", word in "[a-c ]{1,3}") {
            prop_assert_eq!(split(&text).stem.contains(&word), text.contains(&word));
        }
    }
}
