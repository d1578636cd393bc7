//! Decimal text and Plaid's currency codes become exact money.

use crate::{
    domain::money::{Currency, Money, MoneyError},
    plaid::wire::Decimal,
};

/// The currency that Plaid names, if it names one.
pub(super) fn currency(iso: Option<&str>, unofficial: Option<&str>) -> Result<Option<Currency>, String> {
    let filled = |code: Option<&str>| code.filter(|code| !code.is_empty()).map(str::to_owned);
    match (filled(iso), filled(unofficial)) {
        (Some(code), _) => Currency::iso(&code)
            .map(Some)
            .map_err(|_| "its `iso_currency_code` is not one that bursar knows".to_owned()),
        (None, Some(code)) => Currency::unofficial(&code)
            .map(Some)
            .map_err(|_| "its `unofficial_currency_code` is not a currency code".to_owned()),
        (None, None) => Ok(None),
    }
}

/// A transaction's amount: Plaid's positive leaves the account, bursar's negative does.
pub(super) fn signed(amount: &Decimal, currency: Currency) -> Result<Money, String> {
    Money::parse(amount.as_str(), currency).and_then(Money::checked_neg).map_err(|error| why(&error, currency))
}

/// Says what an amount had wrong without the amount.
fn why(error: &MoneyError, currency: Currency) -> String {
    match error {
        MoneyError::TooManyDecimals { exponent, .. } => {
            format!("its `amount` has more decimals than {currency} allows ({exponent})")
        }
        _ => format!("its `amount` of {currency} is larger than bursar can hold exactly"),
    }
}

/// A balance, with a note if it could not be kept to the last digit: banks do send cents of cents for funds, and a
/// balance is replaced by the next one, so it is rounded (half to even) and said aloud rather than refused.
pub(super) fn balance(name: &str, amount: &Decimal, currency: Currency, notes: &mut Vec<String>) -> Option<Money> {
    let exact = Money::parse(amount.as_str(), currency);
    if let Ok(money) = exact {
        return Some(money);
    }
    let rounded = rounded(amount.as_str(), currency);
    notes.push(match rounded {
        Some(_) => format!(
            "`{name}` came with more decimals than {currency} has ({}) and was rounded half to even",
            currency.exponent()
        ),
        None => format!("`{name}` is larger or finer than bursar can hold exactly in {currency} and was left out"),
    });
    rounded
}

/// Rounds plain decimal text to the currency's decimals; text with an exponent is none of Plaid's and not rounded.
fn rounded(text: &str, currency: Currency) -> Option<Money> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = unsigned.split_once('.')?;
    let (kept, rest) = part.split_at_checked(usize::from(currency.exponent()))?;
    if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let down = Money::parse(&format!("{whole}.{kept}0"), currency).ok()?;
    let half = rest.starts_with('5') && rest[1..].bytes().all(|byte| byte == b'0');
    let up = if half { down.minor % 2 != 0 } else { rest.as_bytes().first().is_some_and(|byte| *byte >= b'5') };
    let minor = down.minor.checked_add(i64::from(up))?;
    Some(Money::new(if text.starts_with('-') { -minor } else { minor }, currency))
}

/// An amount of the book on its way to Plaid's sandbox.
pub(crate) fn to_plaid(amount: Money) -> Option<Decimal> {
    amount.checked_neg().ok()?.decimal().parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd() -> Currency {
        Currency::iso("USD").unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_sign_turns_once() {
        let minor = |text: &str, code: &str| signed(&decimal(text), code.parse().unwrap()).unwrap().minor;
        assert_eq!(minor("72.1", "USD"), -7210);
        assert_eq!(minor("-5850", "USD"), 585_000);
        assert_eq!(minor("0", "USD"), 0);
        assert_eq!(minor("100", "JPY"), -100);
        assert_eq!(minor("1.234", "KWD"), -1234);
        assert_eq!(minor("0.00000001", "BTC"), -1);
        assert_eq!(to_plaid(Money::new(-7210, usd())).unwrap().as_str(), "72.10");
    }

    #[test]
    fn what_does_not_fit_is_refused_without_the_amount() {
        for (text, words) in [
            ("1e400", "larger"),
            ("9999999999999999999", "larger"),
            ("-1e-400", "decimals"),
            ("12.345", "decimals"),
            ("92233720368547758.08", "larger"),
        ] {
            let sentence = signed(&decimal(text), usd()).unwrap_err();
            assert!(sentence.contains("`amount`") && sentence.contains(words), "{text}: {sentence}");
            assert!(!sentence.contains(text), "{sentence}");
        }
    }

    #[test]
    fn balances_are_rounded_half_to_even_and_say_so() {
        for (text, minor) in [
            ("23631.9805", 2_363_198),
            ("0.005", 0),
            ("0.015", 2),
            ("0.0150001", 2),
            ("0.0051", 1),
            ("-0.015", -2),
            ("-0.025", -2),
            ("0.999", 100),
        ] {
            let mut notes = Vec::new();
            assert_eq!(balance("current", &decimal(text), usd(), &mut notes).unwrap().minor, minor, "{text}");
            assert_eq!(notes.len(), 1);
            assert!(notes[0].contains("`current`") && !notes[0].contains(text), "{notes:?}");
        }
        let mut notes = Vec::new();
        let yen = Currency::iso("JPY").unwrap();
        assert_eq!(balance("current", &decimal("10.5"), yen, &mut notes).unwrap().minor, 10);
        assert_eq!(balance("limit", &decimal("1e400"), usd(), &mut notes), None);
        assert_eq!(balance("limit", &decimal("99999999999999999999.999"), usd(), &mut notes), None);
        assert_eq!(notes.len(), 3);
        assert_eq!(balance("available", &decimal("1.10"), usd(), &mut notes).unwrap().minor, 110);
        assert_eq!(notes.len(), 3, "an exact balance needs no note");
    }

    #[test]
    fn currencies_are_taken_as_named_and_never_guessed() {
        assert_eq!(currency(Some("USD"), None), Ok(Some(usd())));
        assert_eq!(currency(None, Some("BTC")).unwrap().unwrap().exponent(), 8);
        assert_eq!(currency(None, None), Ok(None));
        assert_eq!(currency(Some(""), Some("")), Ok(None));
        assert!(currency(Some("ZZZ"), None).unwrap_err().contains("iso_currency_code"));
        assert!(currency(None, Some("not a code")).unwrap_err().contains("unofficial_currency_code"));
    }

    proptest! {
        /// An amount that goes to Plaid's sandbox and comes back is the same, in every currency.
        #[test]
        fn there_and_back_changes_nothing(minor in -i64::MAX..=i64::MAX, code in prop::sample::select(vec!["USD", "JPY", "KWD", "CLF", "BTC", "ETH"])) {
            let money = Money::new(minor, code.parse().unwrap());
            prop_assert_eq!(signed(&to_plaid(money).unwrap(), money.currency), Ok(money));
        }

        /// A rounded balance is never further than half a unit from what was sent.
        #[test]
        fn rounding_stays_within_half_a_unit(cents in -1_000_000_000_i64..1_000_000_000, tail in 0_i64..10_000) {
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}{tail:04}", cents.abs() / 100, cents.abs() % 100);
            let kept = balance("current", &decimal(&text), usd(), &mut Vec::new()).unwrap().minor;
            let exact = cents.abs() * 10_000 + tail;
            prop_assert!((kept.abs() * 10_000 - exact).abs() <= 5_000, "{} became {}", text, kept);
        }
    }
}
