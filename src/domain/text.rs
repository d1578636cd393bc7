//! Text from outside, made safe to show, to hand to a spreadsheet and to compare.
//!
//! Invariant: what [`sanitize`] returns neither moves a cursor, nor changes a colour, nor turns the direction of writing.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Takes out of a text whatever a terminal would obey and nobody would see: control characters (C0, C1, DEL),
/// marks that turn the direction of writing, characters without width. Line breaks and tabs become spaces.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| fate(c) == Fate::Keep) {
        return text.into();
    }
    let shown = |c: char| match fate(c) {
        Fate::Keep => Some(c),
        Fate::Space => Some(' '),
        Fate::Drop => None,
    };
    text.chars().filter_map(shown).collect()
}

/// Whether [`sanitize`] would not let a character through.
pub fn is_unsafe(c: char) -> bool {
    fate(c) != Fate::Keep
}

#[derive(PartialEq, Eq)]
enum Fate {
    Keep,
    Space,
    Drop,
}

fn fate(c: char) -> Fate {
    match c {
        ' '..='~' => Fate::Keep,
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Fate::Space,
        c if c.is_control() || turns_direction(c) || has_no_width(c) => Fate::Drop,
        _ => Fate::Keep,
    }
}

/// Bidirectional marks, embeddings, overrides and isolates: a payee could read backwards ("Trojan Source").
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Soft hyphen, zero-width spaces and joiners, invisible operators, byte order mark, annotations, tags.
fn has_no_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}')
}

/// A text cell that a spreadsheet shows instead of running: sanitised, and with `'` in front if it would begin a formula
/// (OWASP, "CSV Injection").
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    let text = sanitize(text);
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.trim_start().starts_with(formula) { format!("'{text}").into() } else { text }
}

/// How many columns of a terminal a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text cut to `columns`, with `mark` at the end if anything was cut. Wide characters are never halved.
pub fn truncate<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    if width(text) <= columns {
        return text.into();
    }
    let room = columns.saturating_sub(width(mark));
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    let mut cut: String = kept.collect();
    cut.truncate(cut.trim_end().len());
    if width(mark) <= columns {
        cut.push_str(mark);
    }
    cut.into()
}

/// The text in lines of at most `columns`, broken between words, and within those that are longer than a line.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    if width(text) <= columns {
        return vec![text.to_owned()];
    }
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if !line.is_empty() && width(&line) + c.width().unwrap_or(0) > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

/// The form in which names are compared: letters and digits in lower case and without accents, one space between words.
pub fn normalize_name(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect::<String>();
    let words = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        for (text, columns, lines) in [
            ("", 5, vec![""]),
            ("as  it  is", 10, vec!["as  it  is"]),
            ("one two three", 7, vec!["one two", "three"]),
            ("a /very/long/path", 6, vec!["a", "/very/", "long/p", "ath"]),
            ("食べ物 ☕", 5, vec!["食べ", "物 ☕"]),
            ("wide", 0, vec!["w", "i", "d", "e"]),
        ] {
            assert_eq!(wrap(text, columns), lines, "{text:?} in {columns}");
        }
    }

    #[test]
    fn nothing_a_terminal_obeys_gets_through() {
        for (raw, shown) in [
            ("\u{1b}[31mPAID\u{1b}[0m", "[31mPAID[0m"),
            ("\u{1b}]0;owned\u{7}x", "]0;ownedx"),
            ("\u{9b}2Jx", "2Jx"),
            ("a\r\nb\tc", "a  b c"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("pay\u{200b}pal\u{feff}", "paypal"),
            ("Café 食べ物 ☕\u{fe0f}", "Café 食べ物 ☕\u{fe0f}"),
        ] {
            assert_eq!(sanitize(raw), shown);
        }
    }

    #[test]
    fn a_spreadsheet_gets_text_and_no_formula() {
        for text in ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\u{200b}=1", " =1", "＝1"] {
            assert!(spreadsheet_safe(text).starts_with('\''), "{text}");
        }
        assert_eq!(spreadsheet_safe("Marks & Spencer"), "Marks & Spencer");
    }

    #[test]
    fn truncation_counts_columns() {
        assert_eq!(truncate("食べ物", 6, "…"), "食べ物");
        assert_eq!(truncate("食べ物", 5, "…"), "食べ…");
        assert_eq!(truncate("食べ物", 4, "…"), "食…");
        assert_eq!(truncate("two words", 5, "…"), "two…");
        assert_eq!(truncate("abc", 2, "..."), "ab".get(..0).unwrap());
        assert_eq!(truncate("abc", 0, "…"), "");
    }

    #[test]
    fn names_match_without_case_accents_and_punctuation() {
        for name in ["CAFÉ-NOIR  #12", "café noir 12", "Cafe\u{301} Noir (12)", "ＣＡＦＥ　noir 12"] {
            assert_eq!(normalize_name(name), "cafe noir 12");
        }
    }

    proptest! {
        #[test]
        fn sanitising_is_enough_and_done_once(text: String) {
            let shown = sanitize(&text).into_owned();
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_unsafe(c)));
            prop_assert_eq!(sanitize(&shown), shown.as_str());
        }

        #[test]
        fn truncated_text_fits(text: String, columns in 0_usize..30) {
            let text = sanitize(&text);
            prop_assert!(width(&truncate(&text, columns, "…")) <= columns);
        }
    }
}
