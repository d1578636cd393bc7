//! Believable made-up data: accounts, merchants, two years of a household, and bulk rows by the million.
//!
//! May use `plaid::wire` and `domain::dates`. Amounts here have Plaid's sign: positive leaves the account.

#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are grouped as dollars and cents")]

pub(crate) mod accounts;
pub(crate) mod bulk;
pub(crate) mod calendar;
pub(crate) mod household;
pub(crate) mod merchants;
pub(crate) mod render;

use crate::domain::dates::Date;
use merchants::Merchant;

/// A currency as the seed data needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// ISO code.
    pub(crate) code: &'static str,
    /// Decimals.
    pub(crate) exponent: usize,
}

/// US dollars, the currency of every account.
pub(crate) const USD: Unit = Unit { code: "USD", exponent: 2 };

/// A transaction as the sandbox keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Plaid's id of it; empty until the Item gives one.
    pub(crate) id: String,
    /// Place of its account in [`accounts::ACCOUNTS`].
    pub(crate) account: usize,
    /// Minor units, positive leaves the account.
    pub(crate) minor: i64,
    /// Currency of the amount.
    pub(crate) unit: Unit,
    /// Posting date; of a pending row the day it occurred.
    pub(crate) date: Date,
    /// Day of authorisation, where known.
    pub(crate) authorized: Option<Date>,
    /// Not booked yet.
    pub(crate) pending: bool,
    /// The pending row that this one replaces.
    pub(crate) pending_id: Option<String>,
    /// What it was for.
    pub(crate) merchant: &'static Merchant,
    /// The description, where it is not the merchant's.
    pub(crate) text: Option<String>,
    /// Cheque number.
    pub(crate) check: Option<String>,
}

impl Row {
    /// A booked row in US dollars, still without an id.
    pub(crate) fn new(account: usize, minor: i64, date: Date, merchant: &'static Merchant) -> Self {
        Self {
            id: String::new(),
            account,
            minor,
            unit: USD,
            date,
            authorized: Some(date),
            pending: false,
            pending_id: None,
            merchant,
            text: None,
            check: None,
        }
    }
}

/// Decimal text of minor units without trailing zeros, as Plaid writes numbers (`72.1`, `110`).
pub(crate) fn decimal(minor: i64, exponent: usize) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = exponent + 1);
    let (whole, part) = digits.split_at(digits.len() - exponent);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn writes_numbers_as_plaid_does() {
        for (minor, exponent, text) in
            [(7210, 2, "72.1"), (11000, 2, "110"), (-5, 2, "-0.05"), (0, 2, "0"), (980, 0, "980"), (12345, 3, "12.345")]
        {
            assert_eq!(decimal(minor, exponent), text);
        }
    }
}
