//! Texts from outside: kept as they came, but for NUL and for what is beyond any honest length.

/// Longest description in bytes.
pub(crate) const LONG: usize = 4096;
/// Longest name or other text in bytes.
pub(crate) const SHORT: usize = 512;
/// Longest id in bytes; Plaid's have 37 characters.
pub(super) const ID: usize = 256;

/// The text without NUL, cut at a character border.
pub(crate) fn keep(mut text: String, limit: usize) -> String {
    if text.contains('\0') {
        text = text.replace('\0', "");
    }
    if text.len() > limit {
        let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// As [`keep`]; an empty text is none.
pub(crate) fn keep_some(text: Option<String>, limit: usize) -> Option<String> {
    text.map(|text| keep(text, limit)).filter(|text| !text.is_empty())
}

/// An id in a form that can be shown.
pub(super) fn shown(id: &str) -> String {
    id.chars().filter(char::is_ascii_graphic).take(64).collect()
}

/// Whether an id can be kept: it is compared byte by byte and must not be changed.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nul_and_excess_are_lost() {
        assert_eq!(keep("  A\u{1b}[31m\n\u{202e}ü ".to_owned(), LONG), "  A\u{1b}[31m\n\u{202e}ü ");
        assert_eq!(keep("a\0b".to_owned(), LONG), "ab");
        assert_eq!(keep("aüü".to_owned(), 4), "aü");
        assert_eq!(keep_some(Some("\0".to_owned()), SHORT), None);
    }

    #[test]
    fn ids_are_taken_whole_or_not_at_all() {
        assert!(is_id("lPNjeW1nR6CDn5okmGQ6hEpMo4lLNoSrzqDje"));
        for bad in ["", "a\nb", "a\0", &"x".repeat(257)] {
            assert!(!is_id(bad));
        }
        assert_eq!(shown("a\u{1b}[2Jb"), "a[2Jb");
    }
}
