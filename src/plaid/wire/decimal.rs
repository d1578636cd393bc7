//! Numbers as the decimal text that travelled. Uses nothing of the house; the text is a JSON number, whatever its size.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;

/// A JSON number kept verbatim (`72.1`, `23631.9805`, `1e400`), so that nothing is rounded on the way.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Decimal(Box<RawValue>);

/// The text is not a JSON number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NotADecimal;

impl Decimal {
    /// The number exactly as it was written.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

fn is_number(raw: &RawValue) -> bool {
    raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

impl FromStr for Decimal {
    type Err = NotADecimal;
    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Decimal {
    type Error = NotADecimal;
    fn try_from(text: String) -> Result<Self, NotADecimal> {
        let raw = RawValue::from_string(text).map_err(|_| NotADecimal)?;
        if is_number(&raw) { Ok(Self(raw)) } else { Err(NotADecimal) }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if is_number(&raw) { Ok(Self(raw)) } else { Err(D::Error::custom("expected a number")) }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Decimal {}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_literal() {
        for text in ["72.1", "-0.10", "23631.9805", "1e400", "9999999999999999999", "0"] {
            let read: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(read.as_str(), text);
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        let missing: Option<Decimal> = serde_json::from_str("null").unwrap();
        assert_eq!(missing, None);
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["\"1\"", "true", "{}", "[1]", "NaN", "null", "01", "+1", ".5", "1 2"] {
            assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }
}
