//! How values of the book are written into columns: days, instants, words, hashes.
//!
//! Uses the domain only. Invariant: `decode(encode(x)) == x`, and the encoding of a released vault never changes.

use crate::{
    domain::{
        dates::{Date, Timestamp, from_yyyymmdd, to_yyyymmdd},
        money::Currency,
        sync::History,
        transactions::{Kind, Status},
        views::{CategorySource, Source},
    },
    store::StoreError,
};

/// A day as `yyyymmdd`, which sorts as days do.
pub(crate) fn day(date: Date) -> i64 {
    to_yyyymmdd(date).into()
}

/// The day of a `yyyymmdd`.
pub(crate) fn date(day: i64) -> Result<Date, StoreError> {
    let known = i32::try_from(day).ok().and_then(from_yyyymmdd);
    known.ok_or_else(|| StoreError::Damaged(format!("{day} is not a day")))
}

/// The month of a `yyyymmdd`, as `yyyymm`.
pub(crate) fn month(day: i64) -> i64 {
    day / 100
}

/// An instant in milliseconds since 1970.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant of that many milliseconds since 1970.
pub(crate) fn instant(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Damaged(format!("{millis} is not an instant")))
}

/// An instant that may be missing.
pub(crate) fn instant_opt(millis: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    millis.map(instant).transpose()
}

/// The number of a row that the provider has taken back.
pub(crate) const REMOVED: i64 = 2;

/// The number of a status.
pub(crate) fn state(status: Status) -> i64 {
    match status {
        Status::Posted => 0,
        Status::Pending => 1,
    }
}

/// The status of a number; tombstones show what they were last, posted.
pub(crate) fn status(state: i64) -> Status {
    if state == 1 { Status::Pending } else { Status::Posted }
}

/// The number of a kind.
pub(crate) fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Expense => 0,
        Kind::Income => 1,
        Kind::Transfer => 2,
    }
}

/// The kind of a number.
pub(crate) fn kind(number: i64) -> Result<Kind, StoreError> {
    match number {
        0 => Ok(Kind::Expense),
        1 => Ok(Kind::Income),
        2 => Ok(Kind::Transfer),
        _ => Err(StoreError::Damaged(format!("{number} is not a kind of transaction"))),
    }
}

/// The number of a source.
pub(crate) fn source_number(source: Source) -> i64 {
    match source {
        Source::Plaid => 0,
        Source::Import => 1,
        Source::Manual => 2,
        Source::SimpleFin => 3,
    }
}

/// The source of a number.
pub(crate) fn source(number: i64) -> Result<Source, StoreError> {
    match number {
        0 => Ok(Source::Plaid),
        1 => Ok(Source::Import),
        2 => Ok(Source::Manual),
        3 => Ok(Source::SimpleFin),
        _ => Err(StoreError::Damaged(format!("{number} is not a source of transactions"))),
    }
}

/// The number of a category's source.
pub(crate) fn category_source_number(source: CategorySource) -> i64 {
    match source {
        CategorySource::Plaid => 0,
        CategorySource::Import => 1,
        CategorySource::Rule => 2,
        CategorySource::User => 3,
    }
}

/// The category source of a number.
pub(crate) fn category_source(number: i64) -> Result<CategorySource, StoreError> {
    match number {
        0 => Ok(CategorySource::Plaid),
        1 => Ok(CategorySource::Import),
        2 => Ok(CategorySource::Rule),
        3 => Ok(CategorySource::User),
        _ => Err(StoreError::Damaged(format!("{number} is not a source of categories"))),
    }
}

/// The word of a history state.
pub(crate) fn history_word(history: History) -> &'static str {
    match history {
        History::NotReady => "not_ready",
        History::Initial => "initial",
        History::Complete => "complete",
        History::Unknown => "unknown",
    }
}

/// The history state of a word.
pub(crate) fn history(word: &str) -> History {
    match word {
        "not_ready" => History::NotReady,
        "initial" => History::Initial,
        "complete" => History::Complete,
        _ => History::Unknown,
    }
}

/// A currency from its row, which must agree with what this version knows of it.
pub(crate) fn currency(code: &str, exponent: i64, official: bool) -> Result<Currency, StoreError> {
    let known = if official { Currency::iso(code) } else { Currency::unofficial(code) }?;
    if i64::from(known.exponent()) == exponent {
        Ok(known)
    } else {
        Err(StoreError::Damaged(format!("{code} is stored with {exponent} decimals")))
    }
}

/// The text without case, as searches compare it: character by character, so that parts fold like the whole.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// FNV-1a over a scope and a text, folded to 32 bits: finds a row again by a short key. Among a million rows a hundred
/// pairs share one, so equality is always checked on the text itself.
pub(crate) fn hash(scope: i64, text: &str) -> i64 {
    let bytes = scope.to_le_bytes().into_iter().chain(text.bytes());
    let mixed =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let [a, b, c, d, ..] = (mixed ^ (mixed >> 32)).to_le_bytes();
    i64::from(i32::from_le_bytes([a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_come_back(year in 1i16..9999, month in 1i8..=12, of_month in 1i8..=28) {
            let original = Date::new(year, month, of_month).unwrap();
            prop_assert_eq!(date(day(original)).unwrap(), original);
        }

        #[test]
        fn folding_parts_folds_the_whole(a in "\\PC{0,8}", b in "\\PC{0,8}") {
            prop_assert_eq!(fold(&format!("{a}{b}")), format!("{}{}", fold(&a), fold(&b)));
        }
    }

    #[test]
    fn what_is_no_day_is_named_as_damage() {
        assert!(matches!(date(20_260_230), Err(StoreError::Damaged(_))));
        assert!(matches!(date(-1), Err(StoreError::Damaged(_))));
    }

    #[test]
    fn a_hash_is_the_same_for_ever() {
        assert_eq!(hash(1, "abc"), 849_759_624);
    }
}
