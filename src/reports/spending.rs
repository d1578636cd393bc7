//! What was spent: purchases less refunds, as positive sums. Transfers between own accounts are not spending.

use std::collections::HashMap;

use super::{
    Report, ReportError, Request,
    columns::Columns,
    grid::{Grid, Part, RowKey},
};
use crate::domain::{
    money::Currency,
    transactions::Kind,
    views::{Group, Grouping, Sum},
};

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
    // Many sums make few rows: a row's name is made once, not for each of its columns.
    let mut rows: HashMap<(&Group, Currency), Vec<Part>> = HashMap::new();
    for sum in sums.iter().filter(|sum| sum.kind == kind) {
        let column = grid.columns().find(sum.begin)?;
        let part = Part { column, minor: sign * i128::from(sum.amount.minor), count: sum.count };
        rows.entry((&sum.group, sum.amount.currency)).or_default().push(part);
    }
    for ((group, currency), parts) in rows {
        grid.add_all(RowKey::of(group, request.by, name), currency, &parts);
    }
    grid.by_size(name, request)
}
