//! Exact money: an integer count of minor units of one currency.
//!
//! Sign (cli.md): negative is money leaving the account's owner. How many decimals a
//! unit has is the currency's own matter. Invariant: nothing here rounds silently and nothing is a float.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

pub use super::currency::Currency;

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

    /// An amount from minor units that were added up in 128 bits, if 64 hold them.
    pub fn from_wide(minor: i128, currency: Currency) -> Result<Self, MoneyError> {
        i64::try_from(minor).map(|minor| Self::new(minor, currency)).map_err(|_| MoneyError::Overflow(currency))
    }

    /// Parses decimal text exactly (`-12.34`, `1.2e3`); zeros beyond the exponent are no loss.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let shown = || text.chars().take(40).collect::<String>();
        let number = Number::parse(text).ok_or_else(|| MoneyError::NotANumber(shown()))?;
        let exponent = currency.exponent();
        let scale = number.power.saturating_add(i64::from(exponent));
        if number.digits.is_empty() {
            return Ok(Self::zero(currency));
        }
        if scale < 0 {
            return Err(MoneyError::TooManyDecimals { text: shown(), currency, exponent });
        }
        let minor = number.scaled(scale).ok_or_else(|| MoneyError::TooLarge { text: shown(), currency })?;
        Ok(Self::new(minor, currency))
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

    /// A part of this amount, rounded to the nearest minor unit and halves to the even one: the one place where
    /// money is rounded, for averages that are shown and never stored. Nothing when divided by zero.
    pub fn divided_rounding_half_even(self, by: u32) -> Option<Self> {
        let by = i128::from(by);
        let (whole, rest) = (i128::from(self.minor).checked_div_euclid(by)?, i128::from(self.minor).rem_euclid(by));
        let up = rest * 2 > by || (rest * 2 == by && whole % 2 != 0);
        i64::try_from(whole + i128::from(up)).ok().map(|minor| Self::new(minor, self.currency))
    }

    /// Exact decimal text with all of the currency's decimals, without its code (`-12.30`).
    pub fn decimal(&self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let sign = if self.minor < 0 { "-" } else { "" };
        let mut text = format!("{sign}{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        if exponent > 0 {
            text.insert(text.len() - exponent, '.');
        }
        text
    }
}

/// A decimal number taken apart: `digits` × 10^`power`, without leading or trailing zeros; no digits are zero.
struct Number {
    negative: bool,
    digits: String,
    power: i64,
}

impl Number {
    /// Reads what JSON calls a number; a leading `+` or point is let through.
    fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, Self::power(power)?),
            None => (unsigned, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_end_matches('0');
        let shift = i64::try_from(all.len() - significant.len()).ok()? - i64::try_from(part.len()).ok()?;
        Some(Self {
            negative: text.starts_with('-'),
            digits: significant.trim_start_matches('0').to_owned(),
            power: power.saturating_add(shift),
        })
    }

    /// The number behind `e`; one beyond any use becomes the largest that fits.
    fn power(text: &str) -> Option<i64> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let size = digits.parse().unwrap_or(i64::MAX);
        Some(if text.starts_with('-') { -size } else { size })
    }

    /// The digits times 10^`scale`, with the sign, if 64 bits hold it.
    fn scaled(&self, scale: i64) -> Option<i64> {
        let digits: i128 = self.digits.parse().ok()?;
        let scaled = digits.checked_mul(10_i128.checked_pow(u32::try_from(scale).ok()?)?)?;
        i64::try_from(if self.negative { -scaled } else { scaled }).ok()
    }
}

impl Money {
    /// For people: `-1,234.50 USD`.
    pub fn grouped(self) -> String {
        format!("{} {}", group_thousands(&self.decimal()), self.currency)
    }
}

/// Decimal text with a comma between thousands: `-1,234,567.80`.
pub fn group_thousands(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::with_capacity(decimal.len() + decimal.len() / 3);
    grouped.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(part) = part {
        grouped.push('.');
        grouped.push_str(part);
    }
    grouped
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

/// Adds up amounts of any currencies, each currency for itself. Exact: it holds 128 bits inside and checks on the way out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums(BTreeMap<Currency, i128>);

impl Sums {
    /// Adds an amount; an amount of zero makes its currency known.
    pub fn add(&mut self, amount: Money) {
        *self.0.entry(amount.currency).or_default() += i128::from(amount.minor);
    }

    /// The sum of one currency; zero when nothing of it was added.
    pub fn of(&self, currency: Currency) -> Result<Money, MoneyError> {
        Money::from_wide(self.0.get(&currency).copied().unwrap_or(0), currency)
    }

    /// One sum for each currency, in the order of the codes.
    pub fn totals(&self) -> Result<Vec<Money>, MoneyError> {
        self.0.iter().map(|(currency, minor)| Money::from_wide(*minor, *currency)).collect()
    }
}

impl Extend<Money> for Sums {
    fn extend<T: IntoIterator<Item = Money>>(&mut self, amounts: T) {
        amounts.into_iter().for_each(|amount| self.add(amount));
    }
}

impl FromIterator<Money> for Sums {
    fn from_iter<T: IntoIterator<Item = Money>>(amounts: T) -> Self {
        let mut sums = Self::default();
        sums.extend(amounts);
        sums
    }
}

#[cfg(test)]
mod tests;
