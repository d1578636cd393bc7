//! Shares and utilisation: one amount as a part of another.
//!
//! Invariant: counted in ten-thousandths as an integer, and only ever shown; nothing is computed from it.

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::money::Money;

/// A part of a whole in ten-thousandths: 0.25 is 2500.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(i32);

impl Ratio {
    /// The ratio of two amounts of one currency, rounded to the nearest ten-thousandth, halves away from zero; `None` when
    /// the whole is zero, the currencies differ or the ratio is beyond use.
    pub fn of(part: Money, whole: Money) -> Option<Self> {
        if part.currency != whole.currency || whole.minor == 0 {
            return None;
        }
        let (part, whole) = (i128::from(part.minor) * 10_000, i128::from(whole.minor));
        let half = whole.abs() / 2 * part.signum();
        i32::try_from((part + half) / whole).ok().map(Self)
    }

    /// The ratio of two counts, rounded down, so that only all of them are the whole; `None` when there is nothing to count.
    pub fn of_counts(part: u64, whole: u64) -> Option<Self> {
        let share = (u128::from(part) * 10_000).checked_div(u128::from(whole))?;
        i32::try_from(share).ok().map(Self)
    }

    /// Ten-thousandths.
    pub fn per_ten_thousand(self) -> i32 {
        self.0
    }

    /// Exact decimal text: `0.25`.
    pub fn decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let text = format!("{sign}{}.{:04}", size / 10_000, size % 10_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// As people read it: `25.0%`.
    pub fn percent(self) -> String {
        let tenths = (i64::from(self.0).abs() + 5) / 10;
        let sign = if self.0 < 0 && tenths > 0 { "-" } else { "" };
        format!("{sign}{}.{}%", tenths / 10, tenths % 10)
    }
}

impl Serialize for Ratio {
    /// A JSON number of four decimals at most, written digit by digit: no float on the way.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.decimal()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl schemars::JsonSchema for Ratio {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ratio".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "description": "A part of a whole, 0.25 for a quarter, to four decimals."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(part: i64, whole: i64) -> Option<Ratio> {
        let usd = "USD".parse().unwrap();
        Ratio::of(Money::new(part, usd), Money::new(whole, usd))
    }

    #[test]
    fn rounds_to_four_decimals_and_prints_percent() {
        for (part, whole, json, percent) in [
            (1, 4, "0.25", "25.0%"),
            (1, 3, "0.3333", "33.3%"),
            (2, 3, "0.6667", "66.7%"),
            (-2, 3, "-0.6667", "-66.7%"),
            (-2, -3, "0.6667", "66.7%"),
            (0, 5, "0", "0.0%"),
            (-1, 100_000, "0", "0.0%"),
            (i64::MAX, i64::MAX, "1", "100.0%"),
            (1, 10_000, "0.0001", "0.0%"),
        ] {
            let ratio = ratio(part, whole).unwrap();
            assert_eq!((serde_json::to_string(&ratio).unwrap().as_str(), ratio.percent().as_str()), (json, percent));
        }
    }

    #[test]
    fn there_is_no_part_of_nothing_nor_of_another_currency() {
        assert_eq!(ratio(1, 0), None);
        assert_eq!(ratio(i64::MAX, 1), None);
        assert_eq!(Ratio::of(Money::new(1, "USD".parse().unwrap()), Money::new(1, "EUR".parse().unwrap())), None);
    }
}
