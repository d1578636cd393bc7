//! Spending by category, each category under its group.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Report, ReportError, Request, Row, spending};
use crate::domain::{
    categories::{UNCATEGORISED, primary_of},
    money::Currency,
    views::{Grouping, Sum},
};

/// The report's name.
pub const NAME: &str = "categories";
/// What the rows are; no other grouping makes sense here.
pub const DEFAULT_GROUPING: Grouping = Grouping::Category;

/// Spending by category: groups by size, in each group its categories by size.
pub fn build(request: &Request, sums: &[Sum]) -> Result<Report, ReportError> {
    if request.by != Grouping::Category {
        return Err(ReportError::Grouping { report: NAME, by: request.by });
    }
    let mut report = spending::build(request, sums)?;
    report.report = NAME;
    let mut sizes: BTreeMap<(Currency, String), i128> = BTreeMap::new();
    for row in &mut report.rows {
        let group = group_of(row);
        *sizes.entry((row.currency, group.clone())).or_default() += i128::from(row.total.minor);
        row.group = Some(group);
    }
    report.rows.sort_by_cached_key(|row| {
        let group = row.group.clone().unwrap_or_default();
        let size = sizes.get(&(row.currency, group.clone())).copied().unwrap_or(0);
        (row.currency, Reverse(size), group)
    });
    Ok(report)
}

/// The name of the group a row stands under; what is in no group of the taxonomy is a group of its own.
fn group_of(row: &Row) -> String {
    match &row.key {
        Some(key) => primary_of(key).map_or_else(|| row.label.clone(), |primary| primary.name.to_owned()),
        None if row.label == UNCATEGORISED => UNCATEGORISED.to_owned(),
        None => row.label.clone(),
    }
}
