//! Bulk history of any length: row `n` is computed from its number, so that nothing is held in memory.
//!
//! Uses `domain::dates`. Invariant: row 0 is the newest; dates never grow with the number.

use super::{
    Row,
    accounts::{CARD, CHECKING, SAVING},
    calendar::shift,
    merchants::{self, Merchant},
};
use crate::{domain::dates::Date, sandbox::draw::Root};

/// A history of `count` rows over `span` days until `today`.
#[derive(Debug, Clone)]
pub(crate) struct Bulk {
    root: Root,
    today: Date,
    /// How many rows there are.
    pub(crate) count: u64,
    span: u64,
}

/// Every fortieth row is a salary that pays for the others.
const SALARY_EVERY: u64 = 40;

impl Bulk {
    /// A history of `count` rows over `span` days until `today`.
    pub(crate) fn new(root: Root, today: Date, count: u64, span: u64) -> Self {
        Self { root, today, count, span: span.max(1) }
    }

    /// How many rows are at most `days` old.
    pub(crate) fn younger_than(&self, days: u64) -> u64 {
        let young = (u128::from(self.count) * u128::from(days.min(self.span))).div_ceil(u128::from(self.span));
        u64::try_from(young).unwrap_or(self.count)
    }

    /// The account of row `number`, without computing the rest.
    pub(crate) fn account(number: u64) -> usize {
        match number % 20 {
            _ if number.is_multiple_of(SALARY_EVERY) => CHECKING,
            0..=9 => CHECKING,
            10..=18 => CARD,
            _ => SAVING,
        }
    }

    /// Row `number`, 0 being the newest.
    pub(crate) fn row(&self, number: u64) -> Row {
        let mut draw = self.root.member(number);
        let id = draw.id();
        let age = u128::from(number) * u128::from(self.span) / u128::from(self.count.max(1));
        let date = shift(self.today, -i64::try_from(age).unwrap_or(0));
        let account = Self::account(number);
        let (merchant, minor): (&Merchant, i64) = if number.is_multiple_of(SALARY_EVERY) {
            (&merchants::SALARY, -draw.between(1000_00, 1100_00))
        } else if account == SAVING {
            (&merchants::INTEREST, -draw.between(1, 99))
        } else {
            let list = match draw.below(10) {
                0..=3 => merchants::GROCERIES,
                4..=5 => merchants::COFFEE,
                6 => merchants::RESTAURANTS,
                7 => merchants::ERRANDS,
                _ => merchants::ONLINE,
            };
            let merchant = draw.pick(list);
            (merchant, draw.between(2_50, 50_00))
        };
        let authorized = Some(shift(date, -i64::from(account == CARD)));
        Row { id, authorized, ..Row::new(account, minor, date, merchant) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_from_their_number_newest_first() {
        let today = Date::constant(2026, 1, 31);
        let bulk = Bulk::new(Root::new(1, &["b"]), today, 2_000_000, 730);
        assert_eq!(bulk.row(0).date, today);
        assert!(bulk.row(1_999_999).date < shift(today, -728));
        assert!(bulk.row(10).date >= bulk.row(100_000).date);
        assert_eq!(bulk.row(1_234_567).id, bulk.row(1_234_567).id);
        let young = bulk.younger_than(30);
        assert!(bulk.row(young - 1).date > shift(today, -31) && bulk.row(young).date <= shift(today, -30));
    }
}
