//! Exact money: an integer count of minor units of one currency.
//!
//! Sign (cli.md): negative is money leaving the account's owner. Exponents come from ISO 4217 for official
//! currencies and from a short table for the provider's unofficial ones. Nothing here rounds silently and nothing is a float.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// Why a text could not become money, or two amounts could not be combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("{0:?} is not an amount of money")]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("{text} has more decimals than {currency} allows ({exponent})")]
    TooManyDecimals {
        /// The number as received.
        text: String,
        /// The currency's code.
        currency: Currency,
        /// Decimals of that currency.
        exponent: u8,
    },
    /// Beyond 64 bits of minor units.
    #[error("{text} {currency} is larger than bursar can hold exactly")]
    TooLarge {
        /// The number as received.
        text: String,
        /// The currency's code.
        currency: Currency,
    },
    /// Not a currency code.
    #[error("{0:?} is not a currency code")]
    UnknownCurrency(String),
    /// Two amounts of different currencies met.
    #[error("{0} and {1} cannot be added: they are different currencies")]
    CurrencyMismatch(Currency, Currency),
    /// A sum left the range of 64 bits.
    #[error("the sum of these amounts of {0} is larger than bursar can hold exactly")]
    Overflow(Currency),
}

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

/// An exact amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units (cents, satoshi …); negative leaves the owner.
    pub minor: i64,
    /// The currency these units are of.
    pub currency: Currency,
}

impl Money {
    /// An amount from its minor units.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Parses decimal text exactly (`-12.34`, `1.2e3`); trailing zeros beyond the exponent are no loss.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let decimal = parse_decimal(text, currency)?.normalize();
        let exponent = u32::from(currency.exponent);
        if decimal.scale() > exponent {
            return Err(MoneyError::TooManyDecimals { text: text.to_owned(), currency, exponent: currency.exponent });
        }
        let too_large = || MoneyError::TooLarge { text: text.to_owned(), currency };
        let scale = 10_i128.checked_pow(exponent - decimal.scale()).ok_or_else(too_large)?;
        let minor = decimal.mantissa().checked_mul(scale).ok_or_else(too_large)?;
        Ok(Self::new(i64::try_from(minor).map_err(|_| too_large())?, currency))
    }

    /// The sum, if it is of one currency and fits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow(self.currency))?;
        Ok(Self::new(minor, self.currency))
    }

    /// The opposite amount.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow(self.currency))?;
        Ok(Self::new(minor, self.currency))
    }

    /// Exact decimal text with all of the currency's decimals, without its code (`-12.30`).
    pub fn decimal(&self) -> String {
        let exponent = usize::from(self.currency.exponent);
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, part) = digits.split_at(digits.len() - exponent);
        if exponent == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

fn parse_decimal(text: &str, currency: Currency) -> Result<Decimal, MoneyError> {
    let not_a_number = || MoneyError::NotANumber(text.chars().take(40).collect());
    let number = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
    if !number || !text.bytes().any(|b| b.is_ascii_digit()) || text.len() > 64 {
        return Err(not_a_number());
    }
    let parsed = if text.contains(['e', 'E']) { Decimal::from_scientific(text) } else { Decimal::from_str_exact(text) };
    parsed.map_err(|error| match error {
        rust_decimal::Error::ErrorString(_) | rust_decimal::Error::ConversionTo(_) => not_a_number(),
        _ => MoneyError::TooLarge { text: text.to_owned(), currency },
    })
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Money", 3)?;
        object.serialize_field("amount", &self.decimal())?;
        object.serialize_field("minor", &self.minor)?;
        object.serialize_field("currency", self.currency.code())?;
        object.end()
    }
}

impl schemars::JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "An exact amount: decimal text, integer minor units, currency code. Negative leaves the owner.",
            "properties": {
                "amount": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
                "minor": {"type": "integer"},
                "currency": {"type": "string"}
            },
            "required": ["amount", "minor", "currency"]
        })
    }
}
