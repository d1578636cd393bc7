//! Errors in what people type: where in the word it went wrong, and what they may have meant.
//!
//! Used by periods and queries, and by whatever else reads a small language. Invariant: `column` counts characters
//! from 1 and lies within the word or just behind it.

use std::fmt;

use super::text;

/// What is wrong with a word, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, without full stop.
    pub message: String,
    /// The whole word as it was typed.
    pub word: String,
    /// First offending character, counted from 1.
    pub column: usize,
    /// How many characters are meant; zero at the end of the word.
    pub length: usize,
    /// The whole word as it was perhaps meant.
    pub suggestion: Option<String>,
    /// Whether it is a period that cannot be read, rather than a query.
    pub period: bool,
}

impl SyntaxError {
    /// An error about `part`, which must be a slice of `word` for the column to be right; else it points at the start.
    pub fn at(word: &str, part: &str, message: impl Into<String>) -> Self {
        let offset = (part.as_ptr() as usize).saturating_sub(word.as_ptr() as usize);
        let before = word.get(..offset).unwrap_or("");
        Self {
            message: message.into(),
            word: word.to_owned(),
            column: before.chars().count() + 1,
            length: part.chars().count(),
            suggestion: None,
            period: false,
        }
    }

    /// The same error with `part` replaced by what was perhaps meant.
    #[must_use]
    pub fn suggesting(mut self, replacement: Option<&str>) -> Self {
        self.suggestion = replacement.map(|replacement| {
            let mut chars = self.word.chars();
            let before: String = chars.by_ref().take(self.column - 1).collect();
            let after: String = chars.skip(self.length).collect();
            format!("{before}{replacement}{after}")
        });
        self
    }

    /// The same error as it looks in a longer word that ends with this one.
    #[must_use]
    pub fn within(mut self, longer: &str) -> Self {
        if let Some(before) = longer.strip_suffix(&self.word) {
            self.column += before.chars().count();
            self.suggestion = self.suggestion.map(|suggestion| format!("{before}{suggestion}"));
            longer.clone_into(&mut self.word);
        }
        self
    }

    /// The word and, under it, carets at what is wrong: two lines, safe to show.
    pub fn caret(&self) -> String {
        let before: String = self.word.chars().take(self.column - 1).collect();
        let meant: String = self.word.chars().skip(self.column - 1).take(self.length).collect();
        let indent = text::width(&text::sanitize(&before));
        let carets = text::width(&text::sanitize(&meant)).max(1);
        format!("{}\n{}{}", text::sanitize(&self.word), " ".repeat(indent), "^".repeat(carets))
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (column {} of {:?})", self.message, self.column, text::sanitize(&self.word))?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean {:?}?", text::sanitize(suggestion)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SyntaxError {}

/// The candidate that `word` is a likely misspelling of: at most one slip in three letters, or a unique beginning.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = word.chars().count().div_ceil(3);
    let distance = |candidate: &str| {
        let begun = word.chars().count() >= 2 && candidate.starts_with(&word);
        if begun { 1 } else { strsim::damerau_levenshtein(&word, candidate) }
    };
    let scored = candidates.into_iter().map(|candidate| (distance(&candidate.to_lowercase()), candidate));
    scored.filter(|(slips, _)| *slips <= allowed).min_by_key(|(slips, _)| *slips).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_part_in_columns_of_the_terminal() {
        let word = "payee:食べ物\u{1b}!!x";
        let error = SyntaxError::at(word, &word[word.len() - 3..word.len() - 1], "no");
        assert_eq!(error.column, 11);
        insta::assert_snapshot!(error.caret(), @r"
        payee:食べ物!!x
                    ^^
        ");
    }

    #[test]
    fn an_error_moves_with_its_word() {
        let word = "2026-1x";
        let inner = SyntaxError::at(word, &word[5..], "no").within("not:date:2026-1x");
        assert_eq!(inner.column, 15);
        assert_eq!(inner.word, "not:date:2026-1x");
    }

    #[test]
    fn nearest_knows_slips_and_beginnings_but_does_not_guess_wildly() {
        let words = ["category", "payee", "account", "merchant"];
        assert_eq!(nearest("catgeory", words), Some("category"));
        assert_eq!(nearest("acc", words), Some("account"));
        assert_eq!(nearest("PAYE", words), Some("payee"));
        assert_eq!(nearest("weather", words), None);
    }
}
