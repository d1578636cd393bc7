//! Countries whose banks can be linked.

use crate::{
    error::{Error, Kind, Result},
    plaid::COUNTRIES,
};

/// Takes a country's code; small letters are taken too.
pub(super) fn parse(word: &str) -> std::result::Result<String, String> {
    let code = word.trim().to_ascii_uppercase();
    if COUNTRIES.contains(&code.as_str()) {
        return Ok(code);
    }
    Err(format!("Plaid reads no banks there; it reads those of {}", COUNTRIES.join(", ")))
}

/// What config.toml says; the United States if it says nothing.
pub(super) fn configured(countries: Option<Vec<String>>) -> Result<Vec<String>> {
    let Some(countries) = countries else { return Ok(vec!["US".to_owned()]) };
    let one = |word: &String| {
        parse(word).map_err(|reason| {
            Error::new(Kind::Usage, "country", format!("link.countries of config.toml has {word:?}: {reason}"))
                .hint("bursar config get link.countries")
        })
    };
    countries.iter().map(one).collect()
}
