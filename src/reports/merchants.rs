//! Spending by payee, largest first: where the money goes.

use super::{Report, ReportError, Request, spending};
use crate::domain::{
    transactions::Kind,
    views::{Grouping, Sum},
};

/// The report's name.
pub const NAME: &str = "merchants";
/// What the rows are; no other grouping makes sense here.
pub const DEFAULT_GROUPING: Grouping = Grouping::Payee;

/// Spending by payee.
pub fn build(request: &Request, sums: &[Sum]) -> Result<Report, ReportError> {
    if request.by != Grouping::Payee {
        return Err(ReportError::Grouping { report: NAME, by: request.by });
    }
    spending::of_kind(NAME, request, sums, (Kind::Expense, -1))
}
