//! Payments that come back: what they cost a year, when the next one is due, and which went up or stayed away.
//!
//! Uses the domain only. Invariant: what a stream costs a year is said of its present price, never of its past.

use serde::Serialize;

use super::{PeriodAmount, ReportError};
use crate::domain::{
    dates::{Date, Period},
    ids::AccountId,
    money::{Currency, Money, Sums},
    ratio::Ratio,
    recurring::{Cadence, Occurrence, Recurrence, Standing, Stream},
    transactions::Kind,
    views::{BankStreamView, Grouping},
};

/// `report recurring --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Recurring {
    /// `recurring`.
    pub report: &'static str,
    /// First day of the period.
    pub begin: Option<Date>,
    /// First day after.
    pub end: Option<Date>,
    /// Always `null`: one column.
    pub interval: Option<&'static str>,
    /// What the rows are.
    pub by: Grouping,
    /// The streams; of each currency what is spent before what is earned, the dearest first. None with --bank.
    pub rows: Vec<Row>,
    /// What the payments of the rows came to in the period, one amount a currency.
    pub totals: Vec<Money>,
    /// What the streams that have not ended cost a year, negative, one amount a currency.
    pub yearly_spent: Vec<Money>,
    /// What the streams that have not ended bring a year, one amount a currency.
    pub yearly_earned: Vec<Money>,
    /// What the banks themselves see coming back; `null` without --bank.
    pub bank: Option<Vec<BankStreamView>>,
}

/// One stream of payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The payee.
    pub label: String,
    /// The category's value; `null` without one.
    pub category: Option<String>,
    /// Expense or income.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The account of the latest payment.
    pub account: AccountId,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// How often it comes.
    pub cadence: Cadence,
    /// How it stands on the day of the report.
    pub status: Standing,
    /// Whether the amount is agreed, not measured.
    pub fixed: bool,
    /// The latest payment, negative when it left the owner.
    pub amount: Money,
    /// The smallest of the last year (by value: of expenses the dearest).
    pub low: Money,
    /// The largest of the last year.
    pub high: Money,
    /// A year at the present price: the latest amount where it is fixed, else the mean of the last year.
    pub yearly: Money,
    /// The latest change of a fixed amount; `null` when there was none.
    pub change: Option<PriceChange>,
    /// Day of the first payment in the period.
    pub first: Date,
    /// Day of the latest payment, in the period or after it.
    pub last: Date,
    /// When the next payment is due; `null` when the stream has ended.
    pub next: Option<Date>,
    /// How many payments there are in the period.
    pub count: u64,
    /// One column.
    pub periods: Vec<PeriodAmount>,
    /// The sum of its payments in the period.
    pub total: Money,
    /// Always `null`: parts make no sense here.
    pub share: Option<Ratio>,
}

/// A fixed amount that became another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PriceChange {
    /// The first payment of the new amount.
    pub date: Date,
    /// Before.
    pub from: Money,
    /// Since.
    pub to: Money,
}

/// Shows the streams with a payment in the period; those that have ended only with `ended`.
pub fn build(recurrences: &[Recurrence], period: Period, ended: bool) -> Result<Recurring, ReportError> {
    let mut rows = Vec::new();
    for recurrence in recurrences {
        if ended || recurrence.stream.standing != Standing::Ended {
            rows.extend(row(recurrence, period)?);
        }
    }
    rows.sort_by(|a, b| {
        let place =
            |row: &Row| (row.currency.code().to_owned(), row.kind != Kind::Expense, -row.yearly.minor.saturating_abs());
        (place(a), &a.label).cmp(&(place(b), &b.label))
    });
    let totals = sum(rows.iter().map(|row| row.total))?;
    let live = |kind| rows.iter().filter(move |row| row.status != Standing::Ended && row.kind == kind);
    let yearly_spent = sum(live(Kind::Expense).map(|row| row.yearly))?;
    let yearly_earned = sum(live(Kind::Income).map(|row| row.yearly))?;
    let (begin, end) = (period.begin, period.end);
    let by = Grouping::Payee;
    Ok(Recurring {
        report: "recurring",
        begin,
        end,
        interval: None,
        by,
        rows,
        totals,
        yearly_spent,
        yearly_earned,
        bank: None,
    })
}

/// Shows what the banks see coming back, and nothing of the owner's own history.
pub fn of_banks(streams: Vec<BankStreamView>) -> Result<Recurring, ReportError> {
    Ok(Recurring { bank: Some(streams), ..build(&[], Period::ALL, false)? })
}

fn sum(amounts: impl Iterator<Item = Money>) -> Result<Vec<Money>, ReportError> {
    let mut sums = Sums::default();
    amounts.for_each(|amount| sums.add(amount));
    Ok(sums.totals()?)
}

fn row(of: &Recurrence, period: Period) -> Result<Option<Row>, ReportError> {
    let stream = &of.stream;
    let within: Vec<&Occurrence> = stream.payments.iter().filter(|payment| period.contains(payment.date)).collect();
    let (Some(first), Some(last)) = (within.first(), stream.last()) else { return Ok(None) };
    let money = |minor| Money::new(minor, of.currency);
    let (low, high) = stream.band();
    let total = sum(within.iter().map(|payment| money(payment.minor)))?.pop().unwrap_or(money(0));
    Ok(Some(Row {
        label: of.payee.clone(),
        category: of.category.clone(),
        kind: of.kind,
        account: last.account,
        currency: of.currency,
        cadence: stream.cadence,
        status: stream.standing,
        fixed: stream.fixed,
        amount: money(last.minor),
        low: money(low),
        high: money(high),
        yearly: Money::from_wide(yearly(stream), of.currency)?,
        change: stream.change.map(|change| PriceChange {
            date: change.date,
            from: money(change.from),
            to: money(change.to),
        }),
        first: first.date,
        last: last.date,
        next: (stream.standing != Standing::Ended).then_some(stream.next),
        count: within.len() as u64,
        periods: vec![PeriodAmount { begin: period.begin, end: period.end, amount: Some(total) }],
        total,
        share: None,
    }))
}

/// A year in minor units; the mean of amounts that differ is rounded towards zero.
fn yearly(stream: &Stream) -> i128 {
    let per_year = stream.cadence.per_year();
    let taken = if stream.fixed { 1 } else { per_year };
    let recent: Vec<i128> = stream.payments.iter().rev().take(taken).map(|payment| i128::from(payment.minor)).collect();
    let count = i128::try_from(recent.len()).unwrap_or(1).max(1);
    recent.iter().sum::<i128>() * i128::try_from(per_year).unwrap_or(1) / count
}
