//! What was earned: income less reversals. Transfers between own accounts and refunds of purchases are not income.

use super::{Report, ReportError, Request, spending};
use crate::domain::{transactions::Kind, views::Grouping, views::Sum};

/// The report's name.
pub const NAME: &str = "income";
/// What the rows are unless said otherwise.
pub const DEFAULT_GROUPING: Grouping = Grouping::Category;

/// Income by `request.by`, largest first.
pub fn build(request: &Request, sums: &[Sum]) -> Result<Report, ReportError> {
    spending::of_kind(NAME, request, sums, (Kind::Income, 1))
}
