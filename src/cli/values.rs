//! Values as people type them: dates, durations. Errors are clap's, so they name the flag.

use std::str::FromStr as _;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::{
    domain::dates::Date,
    settings::{Color, Format},
};

/// One of the output formats.
pub(crate) fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).map(|word| Format::from_word(&word).unwrap_or_default())
}

/// One of the choices of `--color`.
pub(crate) fn color() -> impl TypedValueParser<Value = Color> {
    PossibleValuesParser::new(Color::ALL.map(|(word, _)| word))
        .map(|word| Color::ALL.iter().find(|(known, _)| *known == word).map_or(Color::Auto, |(_, color)| *color))
}

/// `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Result<Date, String> {
    Date::from_str(text).map_err(|_| format!("{text:?} is not a date; write YYYY-MM-DD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_dates_are_named() {
        assert!(date("2026-02-30").unwrap_err().contains("2026-02-30"));
    }
}
