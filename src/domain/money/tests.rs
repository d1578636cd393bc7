//! Tests of exact money: parsing, formatting and sums.

use proptest::prelude::*;

use super::*;

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn usd(text: &str) -> Result<i64, MoneyError> {
    Money::parse(text, currency("USD")).map(|money| money.minor)
}

#[test]
fn reads_every_spelling_of_a_json_number() {
    for (text, minor) in [
        ("12.34", 1234),
        ("-12.34", -1234),
        ("+12.34", 1234),
        ("12", 1200),
        ("12.3", 1230),
        ("12.340000000000000000000000000000000000000", 1234),
        ("0.01", 1),
        (".5", 50),
        ("-0", 0),
        ("0e400", 0),
        ("1.2e3", 120_000),
        ("1.2E+3", 120_000),
        ("1234e-2", 1234),
        ("123400e-4", 1234),
        ("92233720368547758.07", i64::MAX),
        ("-92233720368547758.08", i64::MIN),
    ] {
        assert_eq!(usd(text), Ok(minor), "{text}");
    }
}

#[test]
fn refuses_what_is_not_a_number() {
    for text in ["", "-", ".", "e5", "1e", "1e+", "NaN", "Infinity", "0x10", "1_000", "1,5", " 1", "1 ", "--1", "1.2.3"]
    {
        assert_eq!(usd(text), Err(MoneyError::NotANumber(text.to_owned())), "{text}");
    }
    assert_eq!(usd(&"x".repeat(100)), Err(MoneyError::NotANumber("x".repeat(40))));
}

#[test]
fn refuses_by_name_what_it_cannot_hold_exactly() {
    for text in ["12.345", "1e-3", "1e-400", "0.00000000000000000000000000000000000001"] {
        assert!(matches!(usd(text), Err(MoneyError::TooManyDecimals { .. })), "{text}");
    }
    for text in ["1e400", "1e99999999999999999999", "1234567890123456789", "92233720368547758.08", &"9".repeat(500)] {
        assert!(matches!(usd(text), Err(MoneyError::TooLarge { .. })), "{text}");
    }
    assert_eq!(
        usd("12.345").unwrap_err().to_string(),
        "12.345 has more decimals than USD allows (2)",
        "the error names number and currency"
    );
}

#[test]
fn prints_all_decimals_of_the_currency() {
    for (code, minor, text) in [
        ("USD", -5, "-0.05"),
        ("JPY", 1200, "1200"),
        ("KWD", -1_234_567, "-1234.567"),
        ("CLF", 1, "0.0001"),
        ("BTC", i64::MIN, "-92233720368.54775808"),
        ("ETH", 1, "0.000000000000000001"),
    ] {
        assert_eq!(Money::new(minor, currency(code)).decimal(), text);
    }
}

#[test]
fn serialises_as_text_and_integer() {
    insta::assert_json_snapshot!(Money::new(-1234, currency("USD")), @r#"
    {
      "amount": "-12.34",
      "minor": -1234,
      "currency": "USD"
    }
    "#);
}

#[test]
fn averages_round_halves_to_the_even_unit() {
    let divided = |minor, by| Money::new(minor, currency("USD")).divided_rounding_half_even(by).map(|m| m.minor);
    assert_eq!(
        [(5, 2), (7, 2), (-5, 2), (-7, 2), (10, 3), (11, 3), (-10, 3), (i64::MIN, 1)].map(|(m, by)| divided(m, by)),
        [Some(2), Some(4), Some(-2), Some(-4), Some(3), Some(4), Some(-3), Some(i64::MIN)]
    );
    assert_eq!(divided(1, 0), None);
}

#[test]
fn currencies_never_mix() {
    let (one, other) = (Money::new(1, currency("USD")), Money::new(1, currency("EUR")));
    assert_eq!(one.checked_add(other), Err(MoneyError::CurrencyMismatch(one.currency, other.currency)));
    assert_eq!([one, other, one].into_iter().collect::<Sums>().totals().unwrap(), [other, Money::new(2, one.currency)]);
}

#[test]
fn a_sum_may_leave_64_bits_on_the_way_but_not_at_the_end() {
    let most = Money::new(i64::MAX, currency("USD"));
    let mut sums: Sums = [most, most, Money::new(-i64::MAX, most.currency)].into_iter().collect();
    assert_eq!(sums.of(most.currency), Ok(most));
    sums.add(most);
    assert_eq!(sums.of(most.currency), Err(MoneyError::Overflow(most.currency)));
    assert_eq!(sums.of(currency("EUR")), Ok(Money::zero(currency("EUR"))));
}

fn any_currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["USD", "JPY", "KWD", "CLF", "BTC", "ETH", "XRP", "UNHEARD"]).prop_map(currency)
}

proptest! {
    #[test]
    fn printing_and_parsing_is_the_identity(minor: i64, currency in any_currency()) {
        let money = Money::new(minor, currency);
        prop_assert_eq!(Money::parse(&money.decimal(), currency), Ok(money));
    }

    #[test]
    fn a_shifted_point_is_the_same_number(minor: i64, currency in any_currency(), shift in 0_i32..30) {
        let money = Money::new(minor, currency);
        let text = format!("{minor}e{}", -i32::from(currency.exponent()));
        prop_assert_eq!(Money::parse(&text, currency), Ok(money));
        let text = format!("{minor}{}e{}", "0".repeat(shift.unsigned_abs() as usize), -i32::from(currency.exponent()) - shift);
        prop_assert_eq!(Money::parse(&text, currency), Ok(money));
    }

    #[test]
    fn nothing_is_rounded(whole in -1_000_000_i64..1_000_000, part in "[0-9]{0,30}", currency in any_currency()) {
        let fits = part.trim_end_matches('0').len() <= usize::from(currency.exponent());
        match Money::parse(&format!("{whole}.{part}"), currency) {
            Ok(money) => {
                prop_assert!(fits);
                let printed = money.decimal();
                let decimals = printed.split_once('.').map_or("", |(_, decimals)| decimals);
                prop_assert_eq!(decimals.trim_end_matches('0'), part.trim_end_matches('0'));
            }
            Err(MoneyError::TooManyDecimals { .. }) => prop_assert!(!fits),
            Err(error) => prop_assert!(matches!(error, MoneyError::TooLarge { .. }), "{}", error),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", currency in any_currency()) {
        let _ = Money::parse(&text, currency);
    }
}
