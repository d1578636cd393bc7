//! How much of each credit line is used, from balances alone.
//!
//! Uses the domain only. Invariant: a card without a limit is listed and counts in no total.

use serde::Serialize;

use super::{NoPeriod, ReportError};
use crate::domain::{
    accounts::AccountType,
    ids::AccountId,
    money::{Currency, Money, Sums},
    ratio::Ratio,
    views::{AccountStatus, AccountView},
};

/// `report utilization --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Utilization {
    /// `utilization`.
    pub report: &'static str,
    /// Its period: none.
    #[serde(flatten)]
    pub period: NoPeriod,
    /// The cards, the most used first.
    pub rows: Vec<Row>,
    /// One line a currency, over the cards that have a limit.
    pub totals: Vec<Total>,
}

/// One credit account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The account's name.
    pub label: String,
    /// The account.
    pub account: AccountId,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What is owed, positive; nothing is used of a card in credit.
    pub used: Option<Money>,
    /// The credit line.
    pub limit: Option<Money>,
    /// What is left of it.
    pub left: Option<Money>,
    /// Used of the limit.
    pub utilization: Option<Ratio>,
}

/// All cards of a currency that have a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// What is owed on them, positive.
    pub used: Money,
    /// Their lines.
    pub limit: Money,
    /// What is left.
    pub left: Money,
    /// Used of the limits.
    pub utilization: Option<Ratio>,
}

/// Compares what is owed with the lines, for credit accounts that are not closed.
pub fn build(accounts: &[AccountView]) -> Result<Utilization, ReportError> {
    let (mut used, mut limits) = (Sums::default(), Sums::default());
    let mut rows = Vec::new();
    for account in accounts {
        if account.kind != AccountType::Credit || account.status == AccountStatus::Closed {
            continue;
        }
        let owed = account.balance.current.map(|current| Money::new(current.minor.min(0), current.currency));
        let owed = owed.map(Money::checked_neg).transpose()?;
        let limit = account.balance.limit.filter(|limit| limit.minor > 0);
        let both = owed.zip(limit);
        if let Some((owed, limit)) = both {
            used.add(owed);
            limits.add(limit);
        }
        rows.push(Row {
            label: account.name.clone(),
            account: account.id,
            currency: account.currency,
            used: owed,
            limit,
            left: both.map(|(owed, limit)| left(owed, limit)).transpose()?,
            utilization: both.and_then(|(owed, limit)| Ratio::of(owed, limit)),
        });
    }
    rows.sort_by_key(|row| (row.currency, std::cmp::Reverse(row.utilization), row.account));
    let mut totals = Vec::new();
    for limit in limits.totals()? {
        let used = used.of(limit.currency)?;
        let (left, utilization) = (left(used, limit)?, Ratio::of(used, limit));
        totals.push(Total { currency: limit.currency, used, limit, left, utilization });
    }
    Ok(Utilization { report: "utilization", period: NoPeriod::default(), rows, totals })
}

fn left(used: Money, limit: Money) -> Result<Money, ReportError> {
    Ok(limit.checked_add(used.checked_neg()?)?)
}
