//! An amount from which on something is told, as the owner writes it: `100`, or `100 USD, 15000 JPY`.
//!
//! Invariant: an amount is compared in its own currency only, never converted.

use std::str::FromStr;

use crate::domain::money::{Currency, Money};

/// One amount for every currency, or one for each that is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Threshold {
    parts: Vec<(Option<Currency>, String)>,
}

impl Threshold {
    /// The amount in a currency; none if the owner named other currencies only.
    pub fn of(&self, currency: Currency) -> Option<Money> {
        let named = self.parts.iter().find(|(known, _)| *known == Some(currency));
        let any = || self.parts.iter().find(|(known, _)| known.is_none());
        named.or_else(any).and_then(|(_, text)| Money::parse(text, currency).ok())
    }
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for part in text.split(',') {
            let wrong = || format!("{:?} is no amount; write 100, or 100 USD, 15000 JPY", part.trim());
            let mut words = part.split_whitespace();
            let amount = words.next().ok_or_else(wrong)?;
            let currency = words.next().map(Currency::iso).transpose().map_err(|error| error.to_string())?;
            // Without a currency it has to make sense in most of them: two decimals at most.
            let tried = match currency {
                Some(currency) => currency,
                None => Currency::iso("USD").map_err(|error| error.to_string())?,
            };
            let money = Money::parse(amount, tried).map_err(|error| error.to_string())?;
            if money.minor < 0 || words.next().is_some() || parts.iter().any(|(known, _)| *known == currency) {
                return Err(wrong());
            }
            parts.push((currency, amount.to_owned()));
        }
        Ok(Self { parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(code: &str) -> Currency {
        Currency::iso(code).unwrap()
    }

    #[test]
    fn a_currency_that_is_named_goes_first() {
        let both: Threshold = "100, 15000 JPY".parse().unwrap();
        assert_eq!(both.of(iso("USD")).unwrap().minor, 10_000);
        assert_eq!(both.of(iso("JPY")).unwrap().minor, 15_000);
        let one: Threshold = "99.50 EUR".parse().unwrap();
        assert_eq!((one.of(iso("EUR")).unwrap().minor, one.of(iso("USD"))), (9950, None));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for wrong in ["", "x", "-1", "1 USD 2", "1 QQQ", "1.005", "1,2", "1 USD, 2 USD"] {
            assert!(wrong.parse::<Threshold>().is_err(), "{wrong}");
        }
    }
}
