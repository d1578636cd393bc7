//! Values as people type them: dates, durations. Errors are clap's, so they name the flag.

use std::{str::FromStr as _, time::Duration};

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

/// `90`, `90s`, `10m`, `2h`: an amount of time, in seconds when no unit is given.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<u64>().ok().map(Duration::from_secs);
    seconds
        .or_else(|| jiff::SignedDuration::from_str(text).ok().and_then(|span| Duration::try_from(span).ok()))
        .ok_or_else(|| format!("{text:?} is not a length of time; write 10s, 2m or 1h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_units_and_bare_seconds() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert!(duration("soon").is_err());
        assert!(duration("-1s").is_err());
    }

    #[test]
    fn impossible_dates_are_named() {
        assert!(date("2026-02-30").unwrap_err().contains("2026-02-30"));
    }
}
