//! What was spent: purchases less refunds, as positive sums. Transfers between own accounts are not spending.

use super::{Report, ReportError, Request, columns::Columns, grid::Grid, grid::RowKey};
use crate::domain::{transactions::Kind, views::Grouping, views::Sum};

/// The report's name.
pub const NAME: &str = "spending";
/// What the rows are unless said otherwise.
pub const DEFAULT_GROUPING: Grouping = Grouping::Category;

/// Spending by `request.by`, largest first; a group with more refunds than purchases is negative.
pub fn build(request: &Request, sums: &[Sum]) -> Result<Report, ReportError> {
    of_kind(NAME, request, sums, (Kind::Expense, -1))
}

/// Sums of one kind, each times `sign`.
pub(super) fn of_kind(
    name: &'static str,
    request: &Request,
    sums: &[Sum],
    (kind, sign): (Kind, i128),
) -> Result<Report, ReportError> {
    let mut grid = Grid::new(Columns::new(request, sums.iter().filter_map(|sum| sum.begin))?);
    for sum in sums.iter().filter(|sum| sum.kind == kind) {
        let column = grid.columns().find(sum.begin)?;
        let row = RowKey::of(&sum.group, request.by, name);
        grid.add(row, sum.amount.currency, column, (sign * i128::from(sum.amount.minor), sum.count));
    }
    grid.by_size(name, request)
}
