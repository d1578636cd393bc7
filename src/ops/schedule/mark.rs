//! The mark in what bursar writes: a digest of the rest, by which it knows its own text again and sees an edit.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What stands before the digest.
const MARK: &str = "made by bursar schedule, sha256:";
const DIGITS: usize = 64;

/// Whether a text is still what bursar wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As bursar wrote it.
    Unchanged,
    /// Bursar's, and edited since.
    Edited,
}

/// The text with its mark, in a comment of the file's kind.
pub(super) fn marked(text: &str) -> String {
    let line = format!("{MARK}{}", digest(text));
    match text.split_once("?>\n") {
        Some((head, rest)) => format!("{head}?>\n<!-- {line} -->\n{rest}"),
        None => format!("# {line}\n{text}"),
    }
}

/// Whether a text is bursar's, and whether it was edited; `None` if it bears no mark.
pub(super) fn state(text: &str) -> Option<State> {
    let line = text.lines().find(|line| line.contains(MARK))?;
    let kept: String = line.split(MARK).nth(1)?.chars().take(DIGITS).collect();
    let rest = text.replacen(&format!("{line}\n"), "", 1);
    Some(if digest(&rest) == kept { State::Unchanged } else { State::Edited })
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(DIGITS), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A short name for a text, for what has to differ.
pub(super) fn short(text: &str) -> String {
    digest(text).chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_seen_and_a_foreign_text_is_foreign() {
        for text in ["[Unit]\nA=b\n", "<?xml version=\"1.0\"?>\n<plist/>\n"] {
            let whole = marked(text);
            assert_eq!(state(&whole), Some(State::Unchanged), "{whole}");
            assert_eq!(state(&whole.replace(['b', 'p'], "c")), None, "the mark itself is gone");
            assert_eq!(state(&format!("{whole}# mine\n")), Some(State::Edited));
            assert_eq!(state(text), None);
        }
    }
}
