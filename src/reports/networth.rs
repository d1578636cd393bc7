//! What is owned and owed at the end of each column, reconstructed from known balances and the transactions since.
//!
//! Invariant: an account is left out of a column, and named as a gap, rather than guessed.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    Gap, Report, ReportError, Request,
    columns::Columns,
    grid::{Grid, RowKey, Total},
};
use crate::domain::{
    dates::Date,
    ids::AccountId,
    money::{Currency, Money},
    views::{AccountStatus, AccountView, BalancePoint, Flows, Group, Grouping, main_currencies},
};

/// The report's name.
pub const NAME: &str = "networth";
/// What the rows are unless said otherwise: assets, debts, net.
pub const DEFAULT_GROUPING: Grouping = Grouping::Total;

/// The row that is the sum of the other two.
const NET: u8 = 2;

/// What is known of the accounts.
#[derive(Debug, Clone, Copy)]
pub struct Balances<'a> {
    /// The accounts with their balances now; closed ones are left out.
    pub accounts: &'a [AccountView],
    /// How posted transactions moved them, at least from the period's first day on.
    pub flows: &'a Flows,
    /// Balances seen earlier, in any order.
    pub points: &'a [BalancePoint],
}

/// Balances at the end of each column (today for the current one; later columns are left out): rows `assets`, `debts`, `net`,
/// or one for each account, connection or institution.
pub fn build(request: &Request, known: &Balances) -> Result<Report, ReportError> {
    let accounts: Vec<&AccountView> = known.accounts.iter().filter(|a| a.status != AccountStatus::Closed).collect();
    let mut histories = histories(&accounts, known, request.today);
    let begins = histories.values().filter_map(History::known_from);
    let start = |date: Date| request.interval.map_or(date, |interval| interval.start_of(date));
    let mut columns = Columns::new(request, begins.map(|date| start(date.min(request.today))))?;
    let days = columns.last_days();
    columns.periods.truncate(days.len().max(1));
    let mut grid = Grid::new(columns);
    let (mut gaps, mut unknown) = (Vec::new(), Vec::new());
    for account in accounts {
        let Some(history) = histories.get_mut(&account.id) else { continue };
        let balances: Vec<Option<Money>> = days.iter().map(|day| history.at(*day)).collect();
        if balances.contains(&None) {
            gaps.push(Gap { account: account.id, name: account.name.clone(), known_from: history.known_from() });
        }
        if history.known_from().is_some() {
            let columns = balances.iter().enumerate().filter(|(_, balance)| balance.is_none());
            unknown.extend(columns.map(|(column, _)| (account.currency, row_of(request.by, account), column)));
        }
        for (column, balance) in balances.into_iter().enumerate() {
            if let Some(balance) = balance {
                let last = column + 1 == days.len();
                add(&mut grid, request.by, account, (column, balance, u64::from(last)))?;
            }
        }
    }
    let counts: fn(&RowKey) -> bool = if request.by == Grouping::Total { |row| row.rank == NET } else { |_| true };
    let mut report = grid.in_order(NAME, request, Total::Last, counts)?;
    report.gaps = gaps;
    if request.interval.is_some() {
        leave_blank(&mut report, &unknown);
    }
    report.order(&main_currencies(known.accounts));
    Ok(report)
}

/// The row that a balance of the account counts in; none if it is every row.
fn row_of(by: Grouping, account: &AccountView) -> Option<String> {
    match by {
        Grouping::Account => Some(account.id.to_string()),
        Grouping::Connection => account.connection.map(|connection| connection.to_string()),
        Grouping::Institution => account.institution.clone(),
        _ => None,
    }
}

/// Takes amounts out that lack an account: a series must not step because an account begins to count.
fn leave_blank(report: &mut Report, unknown: &[(Currency, Option<String>, usize)]) {
    let lacks = |currency: Currency, key: Option<&String>, column: usize| {
        unknown.iter().any(|(of, row, at)| {
            *of == currency && *at == column && (key.is_none() || row.is_none() || row.as_ref() == key)
        })
    };
    let rows = report.rows.iter_mut().map(|row| (row.currency, row.key.clone(), &mut row.periods));
    let totals = report.period_totals.iter_mut().map(|totals| (totals.currency, None, &mut totals.periods));
    for (currency, key, periods) in rows.chain(totals) {
        for (column, period) in periods.iter_mut().enumerate() {
            if lacks(currency, key.as_ref(), column) {
                period.amount = None;
            }
        }
    }
}

fn add(
    grid: &mut Grid,
    by: Grouping,
    account: &AccountView,
    (column, balance, count): (usize, Money, u64),
) -> Result<(), ReportError> {
    let (currency, minor) = (balance.currency, i128::from(balance.minor));
    let group = match by {
        Grouping::Total => {
            let (assets, debts) = (minor.max(0), minor.min(0));
            let side = |counts: bool| if counts { count } else { 0 };
            grid.add(RowKey::fixed(0, "assets"), currency, column, (assets, side(minor >= 0)));
            grid.add(RowKey::fixed(1, "debts"), currency, column, (debts, side(minor < 0)));
            grid.add(RowKey::fixed(NET, "net"), currency, column, (minor, count));
            return Ok(());
        }
        Grouping::Account => Group { key: Some(account.id.to_string()), label: account.name.clone() },
        Grouping::Connection => Group {
            key: account.connection.map(|connection| connection.to_string()),
            label: account.institution.clone().unwrap_or_default(),
        },
        Grouping::Institution => Group { key: account.institution.clone(), label: String::new() },
        Grouping::Category | Grouping::Primary | Grouping::Payee => {
            return Err(ReportError::Grouping { report: NAME, by });
        }
    };
    grid.add(RowKey::of(&group, by, NAME), currency, column, (minor, count));
    Ok(())
}

/// One account's known balances and the days it moved on.
#[derive(Debug, Default)]
struct History {
    /// Balances at the end of days.
    points: BTreeMap<Date, Money>,
    /// Signed sums by day.
    flows: BTreeMap<Date, i128>,
    /// The first transaction.
    since: Option<Date>,
}

impl History {
    /// The first day at whose end the balance is known: the day before the first transaction, or the first balance seen.
    fn known_from(&self) -> Option<Date> {
        let first = self.points.keys().next().copied();
        let before = self.since.filter(|_| first.is_some()).map(|since| since.yesterday().unwrap_or(since));
        [first, before].into_iter().flatten().min()
    }

    /// The balance at the end of a day: the next known one less what moved in between, else the one known before.
    fn at(&self, day: Date) -> Option<Money> {
        let next = self.points.range(day..).next();
        let reaches = self.since.is_some_and(|since| since.yesterday().unwrap_or(since) <= day);
        if let Some((date, balance)) = next.filter(|(date, _)| reaches || **date == day) {
            let after = day.tomorrow().unwrap_or(day);
            let moved: i128 =
                if after <= *date { self.flows.range(after..=*date).map(|(_, minor)| minor).sum() } else { 0 };
            return Money::from_wide(i128::from(balance.minor) - moved, balance.currency).ok();
        }
        self.points.range(..day).next_back().map(|(_, balance)| *balance)
    }
}

fn histories(accounts: &[&AccountView], known: &Balances, today: Date) -> BTreeMap<AccountId, History> {
    let mut histories: BTreeMap<AccountId, History> = accounts.iter().map(|a| (a.id, History::default())).collect();
    for point in known.points {
        if let Some(history) = histories.get_mut(&point.account) {
            history.points.insert(point.date, point.balance);
        }
    }
    for account in accounts {
        let seen = account.balance.as_of.map_or(today, |instant| instant.to_zoned(TimeZone::UTC).date());
        if let (Some(balance), Some(history)) = (account.balance.current, histories.get_mut(&account.id)) {
            history.points.retain(|date, point| *date < seen && point.currency == balance.currency);
            history.points.insert(seen.min(today), balance);
        }
    }
    for flow in &known.flows.daily {
        if let Some(history) = histories.get_mut(&flow.account) {
            let currency = history.points.values().next().map(|balance| balance.currency);
            if currency.is_none_or(|currency| currency == flow.amount.currency) {
                *history.flows.entry(flow.date).or_default() += i128::from(flow.amount.minor);
            }
        }
    }
    for (account, since) in &known.flows.since {
        if let Some(history) = histories.get_mut(account) {
            history.since = Some(*since);
        }
    }
    histories
}
