//! Rows by columns of exact sums, and the report they become.
//!
//! Invariant: a total is the sum of the rows that are shown, in its own currency.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{PeriodAmount, PeriodTotals, Report, ReportError, Request, Row, columns::Columns, labels};
use crate::domain::{
    money::{Currency, Money},
    ratio::Ratio,
    views::{Group, Grouping},
};

/// What identifies a row before its currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowKey {
    /// Rows sort by this first.
    pub(super) rank: u8,
    pub(super) label: String,
    pub(super) key: Option<String>,
}

impl RowKey {
    /// The row of a group of transactions.
    pub(super) fn of(group: &Group, by: Grouping, total: &str) -> Self {
        Self { rank: 0, label: labels::label_of(group, by, total), key: group.key.clone() }
    }

    /// A row with a fixed place, which its label identifies.
    pub(super) fn fixed(rank: u8, label: &str) -> Self {
        Self { rank, label: label.to_owned(), key: Some(label.to_owned()) }
    }
}

#[derive(Debug, Clone, Default)]
struct Line {
    cells: Vec<i128>,
    count: u64,
}

impl Line {
    fn add(&mut self, columns: usize, column: usize, minor: i128, count: u64) {
        if self.cells.len() < columns {
            self.cells.resize(columns, 0);
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell += minor;
        }
        self.count += count;
    }

    fn merge(&mut self, other: &Self) {
        if self.cells.len() < other.cells.len() {
            self.cells.resize(other.cells.len(), 0);
        }
        for (cell, minor) in self.cells.iter_mut().zip(&other.cells) {
            *cell += minor;
        }
        self.count += other.count;
    }
}

/// How a row's columns make its total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    /// Flows add up.
    Sum,
    /// Of balances the last one counts.
    Last,
}

/// What one column of a row holds: minor units of so many transactions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) column: usize,
    pub(super) minor: i128,
    pub(super) count: u64,
}

pub(super) struct Grid {
    columns: Columns,
    lines: BTreeMap<(Currency, RowKey), Line>,
}

impl Grid {
    pub(super) fn new(columns: Columns) -> Self {
        Self { columns, lines: BTreeMap::new() }
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Adds `minor` units to a row, which is made if need be.
    pub(super) fn add(&mut self, row: RowKey, currency: Currency, column: usize, (minor, count): (i128, u64)) {
        let columns = self.columns.periods.len();
        self.lines.entry((currency, row)).or_default().add(columns, column, minor, count);
    }

    /// Adds all parts of a row, which is made if need be.
    pub(super) fn add_all(&mut self, row: RowKey, currency: Currency, parts: &[Part]) {
        let columns = self.columns.periods.len();
        let line = self.lines.entry((currency, row)).or_default();
        for part in parts {
            line.add(columns, part.column, part.minor, part.count);
        }
    }

    /// The report: rows by size, the smallest beyond `request.top` taken together.
    pub(super) fn by_size(self, name: &'static str, request: &Request) -> Result<Report, ReportError> {
        let mut totals: BTreeMap<Currency, Line> = BTreeMap::new();
        for ((currency, _), line) in &self.lines {
            totals.entry(*currency).or_default().merge(line);
        }
        let mut rows = Vec::with_capacity(self.lines.len());
        for (currency, line) in &totals {
            let whole = total_of(line, *currency, Total::Sum)?;
            for (key, line) in self.largest(*currency, request.top) {
                let mut row = self.row(key, *currency, &line, Total::Sum)?;
                row.share = Ratio::of(row.total, whole);
                rows.push(row);
            }
        }
        self.report(name, request, rows, &totals, Total::Sum)
    }

    /// The report: rows in their fixed order; `count_total` says which rows make the totals.
    pub(super) fn in_order(
        self,
        name: &'static str,
        request: &Request,
        kind: Total,
        counts: fn(&RowKey) -> bool,
    ) -> Result<Report, ReportError> {
        let mut totals: BTreeMap<Currency, Line> = BTreeMap::new();
        let mut rows = Vec::with_capacity(self.lines.len());
        for ((currency, key), line) in &self.lines {
            rows.push(self.row(key.clone(), *currency, line, kind)?);
            if counts(key) {
                totals.entry(*currency).or_default().merge(line);
            }
        }
        self.report(name, request, rows, &totals, kind)
    }

    fn largest(&self, currency: Currency, top: Option<usize>) -> Vec<(RowKey, Line)> {
        let own = self.lines.iter().filter(|((of, _), _)| *of == currency);
        let mut lines: Vec<_> = own.map(|((_, key), line)| (key.clone(), line.clone())).collect();
        lines.sort_by_cached_key(|(key, line)| (key.rank, Reverse(line.cells.iter().sum::<i128>()), key.label.clone()));
        if let Some(top) = top.filter(|top| *top > 0 && *top < lines.len()) {
            let rest = lines.split_off(top);
            let mut together = Line::default();
            for (_, line) in &rest {
                together.merge(line);
            }
            let key = RowKey { rank: u8::MAX, label: labels::the_rest(rest.len()), key: None };
            lines.push((key, together));
        }
        lines
    }

    fn row(&self, key: RowKey, currency: Currency, line: &Line, kind: Total) -> Result<Row, ReportError> {
        let total = total_of(line, currency, kind)?;
        Ok(Row {
            label: key.label,
            key: key.key,
            group: None,
            currency,
            periods: self.amounts(line, currency)?,
            total,
            average: self.average(total, kind),
            share: None,
            count: line.count,
        })
    }

    fn amounts(&self, line: &Line, currency: Currency) -> Result<Vec<PeriodAmount>, ReportError> {
        let cells = self.columns.periods.iter().zip(&line.cells);
        cells
            .map(|(period, minor)| {
                let amount = Some(Money::from_wide(*minor, currency)?);
                Ok(PeriodAmount { begin: period.begin, end: period.end, amount })
            })
            .collect()
    }

    fn average(&self, total: Money, kind: Total) -> Option<Money> {
        let several = self.columns.periods.len() > 1 && kind == Total::Sum;
        several.then(|| total.divided_rounding_half_even(self.columns.started)).flatten()
    }

    fn report(
        &self,
        name: &'static str,
        request: &Request,
        rows: Vec<Row>,
        totals: &BTreeMap<Currency, Line>,
        kind: Total,
    ) -> Result<Report, ReportError> {
        let summed = totals.iter().map(|(currency, line)| {
            let total = total_of(line, *currency, kind)?;
            let (periods, average) = (self.amounts(line, *currency)?, self.average(total, kind));
            Ok(PeriodTotals { currency: *currency, periods, total, average, count: line.count })
        });
        let period_totals = summed.collect::<Result<Vec<_>, ReportError>>()?;
        let (begin, end) = self.columns.bounds();
        Ok(Report {
            report: name,
            begin,
            end,
            interval: request.interval,
            by: Some(request.by).filter(|by| *by != Grouping::Total),
            rows,
            totals: period_totals.iter().map(|totals| totals.total).collect(),
            period_totals,
            gaps: Vec::new(),
        })
    }
}

fn total_of(line: &Line, currency: Currency, kind: Total) -> Result<Money, ReportError> {
    let minor = match kind {
        Total::Sum => line.cells.iter().sum(),
        Total::Last => line.cells.last().copied().unwrap_or(0),
    };
    Ok(Money::from_wide(minor, currency)?)
}
