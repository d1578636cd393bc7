//! The book on one screen: what is owned, owed and left, and how fresh that is.

use serde::Serialize;

use super::ReportError;
use crate::domain::{
    accounts::AccountType,
    dates::Timestamp,
    money::{Money, Sums},
    ratio::Ratio,
    standing::ConnectionState,
    views::{AccountStatus, AccountView, ConnectionView, CurrencyTotals},
};

/// `report summary --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Assets and debts together, one amount a currency.
    pub net_worth: Vec<Money>,
    /// What is owned.
    pub assets: Vec<Money>,
    /// What is owed, negative.
    pub debts: Vec<Money>,
    /// The limits of all credit accounts.
    pub total_limit: Vec<Money>,
    /// What is owed on credit accounts as a part of their limits; `null` without a limit, or in several currencies.
    pub utilization: Option<Ratio>,
    /// The score last recorded by the owner; `null` when there is none.
    pub credit_score: Option<u16>,
    /// Accounts that count.
    pub accounts_count: u64,
    /// Connections that still exist.
    pub connections_count: u64,
    /// The last successful sync of any connection.
    pub last_synced: Option<Timestamp>,
    /// Of when the oldest data of any bank is.
    pub bank_updated_at: Option<Timestamp>,
}

/// Sums up accounts and connections; closed accounts and removed connections do not count.
pub fn build(
    accounts: &[AccountView],
    connections: &[ConnectionView],
    credit_score: Option<u16>,
) -> Result<Summary, ReportError> {
    let accounts: Vec<&AccountView> = accounts.iter().filter(|a| a.status != AccountStatus::Closed).collect();
    let live = || connections.iter().filter(|connection| connection.state != ConnectionState::Removed);
    let totals = CurrencyTotals::of(accounts.iter().filter_map(|account| account.balance.current))?;
    let (mut limits, mut owed) = (Sums::default(), Sums::default());
    for account in accounts.iter().filter(|account| account.kind == AccountType::Credit) {
        if let Some(limit) = account.balance.limit.filter(|limit| limit.minor > 0) {
            limits.add(limit);
            let current = account.balance.current.unwrap_or(Money::zero(limit.currency));
            owed.add(Money::new(current.minor.min(0), current.currency).checked_neg()?);
        }
    }
    let (limits, owed) = (limits.totals()?, owed.totals()?);
    let utilization = match (owed.as_slice(), limits.as_slice()) {
        ([owed], [limit]) => Ratio::of(*owed, *limit),
        _ => None,
    };
    Ok(Summary {
        net_worth: totals.iter().map(|totals| totals.net).collect(),
        assets: totals.iter().map(|totals| totals.assets).collect(),
        debts: totals.iter().map(|totals| totals.debts).collect(),
        total_limit: limits,
        utilization,
        credit_score,
        accounts_count: accounts.len() as u64,
        connections_count: live().count() as u64,
        last_synced: live().filter_map(|connection| connection.last_success_at).max(),
        bank_updated_at: live().filter_map(|connection| connection.bank_updated_at).min(),
    })
}
