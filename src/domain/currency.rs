//! Currencies: ISO 4217, and the codes that providers use for what ISO 4217 does not know.
//!
//! Invariant: a code has one exponent for the life of the book, because every amount is stored as an integer of it.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::money::MoneyError;

const CODE_LENGTH: usize = 12;
/// Decimals of an unofficial currency that the table below does not know.
const UNOFFICIAL_EXPONENT: u8 = 8;
const UNOFFICIAL: &[(&str, u8)] = &[
    ("ADA", 6),
    ("ALGO", 6),
    ("ATOM", 6),
    ("BCH", 8),
    ("BTC", 8),
    ("DOGE", 8),
    ("DOT", 10),
    ("ETH", 18),
    ("LTC", 8),
    ("SOL", 9),
    ("USDC", 6),
    ("USDT", 6),
    ("XLM", 7),
    ("XRP", 6),
];

/// A currency: ISO 4217, or the provider's unofficial code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; CODE_LENGTH],
    length: u8,
    exponent: u8,
    official: bool,
}

impl Currency {
    /// The official currency of an ISO 4217 code.
    pub fn iso(code: &str) -> Result<Self, MoneyError> {
        let known =
            iso_currency::Currency::from_code(code).ok_or_else(|| MoneyError::UnknownCurrency(code.to_owned()))?;
        Self::new(code, known.exponent().and_then(|e| u8::try_from(e).ok()).unwrap_or(0), true)
    }

    /// A currency by the provider's unofficial code (`BTC`).
    pub fn unofficial(code: &str) -> Result<Self, MoneyError> {
        let exponent = UNOFFICIAL.iter().find(|(known, _)| *known == code).map_or(UNOFFICIAL_EXPONENT, |(_, e)| *e);
        Self::new(code, exponent, false)
    }

    fn new(text: &str, exponent: u8, official: bool) -> Result<Self, MoneyError> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        if text.is_empty() || text.len() > CODE_LENGTH || !plain {
            return Err(MoneyError::UnknownCurrency(text.to_owned()));
        }
        let mut code = [0; CODE_LENGTH];
        code[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { code, length: u8::try_from(text.len()).unwrap_or(0), exponent, official })
    }

    /// The code as printed.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code[..usize::from(self.length)]).unwrap_or("???")
    }

    /// How many decimals one unit has.
    pub fn exponent(&self) -> u8 {
        self.exponent
    }

    /// Whether ISO 4217 knows it.
    pub fn is_official(&self) -> bool {
        self.official
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    /// An ISO code if there is one of that name, else the unofficial code.
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::iso(code).or_else(|_| Self::unofficial(code))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "An ISO 4217 code, or the provider's unofficial one.",
            "examples": ["USD", "BTC"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_follow_iso_4217() {
        for (code, exponent) in [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("CLF", 4)] {
            let currency = Currency::iso(code).unwrap();
            assert_eq!((currency.exponent(), currency.is_official()), (exponent, true), "{code}");
        }
    }

    #[test]
    fn unofficial_codes_keep_their_own_exponents() {
        for (code, exponent) in [("BTC", 8), ("ETH", 18), ("XRP", 6), ("NEWCOIN", 8)] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!((currency.exponent(), currency.is_official(), currency.code()), (exponent, false, code));
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_refused_by_name() {
        for text in ["", "US$", "a b", "\u{1b}[31m", "ABCDEFGHIJKLM"] {
            assert_eq!(text.parse::<Currency>(), Err(MoneyError::UnknownCurrency(text.to_owned())));
        }
    }
}
