//! What came in, what went out, and what was left. Transfers between own accounts are neither.

use super::{
    Report, ReportError, Request,
    columns::Columns,
    grid::{Grid, RowKey, Total},
};
use crate::domain::{
    transactions::Kind,
    views::{Grouping, Sum},
};

/// The report's name.
pub const NAME: &str = "cashflow";
/// What the rows are unless said otherwise: income, spending, net.
pub const DEFAULT_GROUPING: Grouping = Grouping::Total;

/// The row that is the sum of the other two.
const NET: u8 = 2;

/// Signed sums: income positive, spending negative, net their sum; or the net of each group when grouped. Totals are net.
pub fn build(request: &Request, sums: &[Sum]) -> Result<Report, ReportError> {
    let mut grid = Grid::new(Columns::new(request, sums.iter().filter_map(|sum| sum.begin))?);
    for sum in sums.iter().filter(|sum| sum.kind != Kind::Transfer) {
        let column = grid.columns().find(sum.begin)?;
        let (currency, amount) = (sum.amount.currency, i128::from(sum.amount.minor));
        if request.by != Grouping::Total {
            grid.add(RowKey::of(&sum.group, request.by, NAME), currency, column, (amount, sum.count));
            continue;
        }
        let (of_income, of_spending) = if sum.kind == Kind::Income { (amount, 0) } else { (0, amount) };
        let count = |minor: i128| if minor == 0 { 0 } else { sum.count };
        grid.add(RowKey::fixed(0, "income"), currency, column, (of_income, count(of_income)));
        grid.add(RowKey::fixed(1, "spending"), currency, column, (of_spending, count(of_spending)));
        grid.add(RowKey::fixed(NET, "net"), currency, column, (amount, sum.count));
    }
    if request.by == Grouping::Total {
        return grid.in_order(NAME, request, Total::Sum, |row| row.rank == NET);
    }
    // Money in and money out cancel each other, so a part of the total says nothing.
    let mut report = grid.by_size(NAME, request)?;
    report.rows.iter_mut().for_each(|row| row.share = None);
    Ok(report)
}
