//! Reports: pure functions from few rows to a value that serialises.
//!
//! The store has added up the transactions; a report shapes, compares and projects the sums. One file a report.
//! Uses the domain only. Invariant: amounts of different currencies never meet: every row and every total is of one.

mod columns;
mod grid;
mod labels;

pub mod cashflow;
pub mod categories;
pub mod holdings;
pub mod income;
pub mod liabilities;
pub mod merchants;
pub mod metrics;
pub mod networth;
pub mod recurring;
pub mod spending;
pub mod summary;
pub mod utilization;

use serde::Serialize;

use crate::domain::{
    dates::{Date, Interval, Period},
    ids::AccountId,
    money::{Currency, Money, MoneyError},
    query::Query,
    ratio::Ratio,
    views::{Grouping, SumRequest},
};

/// Why a report cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// A sum does not fit 64 bits.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The period is too long for the interval.
    #[error("{interval} columns over this period are more than {most}; choose a longer interval or a shorter period", interval = .interval.as_str())]
    TooManyColumns {
        /// The interval asked for.
        interval: Interval,
        /// How many columns a report has at most.
        most: usize,
    },
    /// A sum belongs to no column: the sums were asked for with another period or interval than the report.
    #[error("a sum of {0} lies outside the report's period")]
    Stray(Date),
    /// The report has no such rows.
    #[error("report {report} cannot be grouped by {by}", by = .by.as_str())]
    Grouping {
        /// The report's name.
        report: &'static str,
        /// The grouping asked for.
        by: Grouping,
    },
}

/// What a report is asked for; the same request makes the question to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which days.
    pub period: Period,
    /// How to cut them into columns; `None` for one.
    pub interval: Option<Interval>,
    /// What the rows are.
    pub by: Grouping,
    /// The day the report is made on.
    pub today: Date,
    /// At most so many rows a currency, the rest in one more row; `None` for all.
    pub top: Option<usize>,
}

impl Request {
    /// The sums this report needs, of the transactions that `query` selects.
    pub fn sums(&self, query: Query) -> SumRequest {
        SumRequest { query, period: self.period, interval: self.interval, grouping: self.by }
    }
}

/// What every report says of its period, where it has none: how things stand now, account by account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct NoPeriod {
    /// Always `null`: it says how things stand.
    pub begin: Option<Date>,
    /// Always `null`.
    pub end: Option<Date>,
    /// Always `null`.
    pub interval: Option<Interval>,
    /// Always `null`: the rows are accounts or what they hold.
    pub by: Option<Grouping>,
}

/// Every report but the summary (cli.md, "report …").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Report {
    /// Its name, `spending`.
    pub report: &'static str,
    /// First day; `null` when the period is open and nothing says where it begins.
    pub begin: Option<Date>,
    /// First day after; `null` as for `begin`.
    pub end: Option<Date>,
    /// How the period is cut; `null` for one column.
    pub interval: Option<Interval>,
    /// What the rows are; `null` when they are not groups of transactions or accounts.
    pub by: Option<Grouping>,
    /// The rows, currency by currency.
    pub rows: Vec<Row>,
    /// What the rows come to, one amount a currency.
    pub totals: Vec<Money>,
    /// The same for each column.
    pub period_totals: Vec<PeriodTotals>,
    /// Accounts whose history is too short for the period (net worth only).
    pub gaps: Vec<Gap>,
}

impl Report {
    /// Puts the currencies in this order; those that it does not name come last, by code.
    pub fn order(&mut self, currencies: &[Currency]) {
        let rank = |currency: Currency| {
            (currencies.iter().position(|known| *known == currency).unwrap_or(usize::MAX), currency)
        };
        self.rows.sort_by_key(|row| rank(row.currency));
        self.totals.sort_by_key(|total| rank(total.currency));
        self.period_totals.sort_by_key(|totals| rank(totals.currency));
    }
}

/// One row: a group of transactions or accounts, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// What people call it.
    pub label: String,
    /// What identifies it (a category's value, an account's id …); `null` where there is nothing to identify.
    pub key: Option<String>,
    /// The group it stands under (report `categories` only).
    pub group: Option<String>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// One amount a column.
    pub periods: Vec<PeriodAmount>,
    /// The whole period; for net worth the last column.
    pub total: Money,
    /// The mean of the columns that have begun, rounded half to even; `null` for a single column.
    pub average: Option<Money>,
    /// Its part of the currency's total; `null` where parts make no sense.
    pub share: Option<Ratio>,
    /// How many transactions it sums, or accounts for net worth.
    pub count: u64,
}

/// An amount of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PeriodAmount {
    /// First day.
    pub begin: Option<Date>,
    /// First day after.
    pub end: Option<Date>,
    /// The amount; `null` where it is not known (net worth before the history of an account begins).
    pub amount: Option<Money>,
}

/// What all rows of one currency come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PeriodTotals {
    /// The currency.
    pub currency: Currency,
    /// One sum a column.
    pub periods: Vec<PeriodAmount>,
    /// The whole period; for net worth the last column.
    pub total: Money,
    /// The mean of the columns that have begun; `null` for a single column.
    pub average: Option<Money>,
    /// How many transactions, or accounts for net worth.
    pub count: u64,
}

/// An account that is left out of the columns before its history begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Gap {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// The first day whose balance is known; `null` when none is.
    pub known_from: Option<Date>,
}

#[cfg(test)]
mod tests;
