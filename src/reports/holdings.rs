//! What investment accounts hold, what it is worth and what it gained.
//!
//! Uses the domain only. Invariant: values of different currencies are never added; a share is of its currency's total.

use serde::Serialize;

use super::{NoPeriod, ReportError};
use crate::domain::{
    dates::{Date, Timestamp},
    ids::AccountId,
    money::{Currency, Money, Sums},
    ratio::Ratio,
    views::{AccountView, HoldingView, TradeView},
};

/// `report holdings --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Holdings {
    /// `holdings`.
    pub report: &'static str,
    /// Its period: none.
    #[serde(flatten)]
    pub period: NoPeriod,
    /// The holdings, currency by currency, the most valuable first.
    pub rows: Vec<Row>,
    /// What they are worth, one amount a currency.
    pub totals: Vec<Money>,
    /// What was gained on those whose cost is known, one amount a currency.
    pub gains: Vec<Money>,
    /// What was bought, sold and paid, newest first; `null` without --trades.
    pub trades: Option<Vec<TradeView>>,
}

/// One holding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The account's name.
    pub account_name: String,
    /// The account.
    pub account: AccountId,
    /// The security's name, or its symbol; `null` when neither is known.
    pub label: Option<String>,
    /// Its symbol.
    pub ticker: Option<String>,
    /// The bank's word for its kind.
    pub kind: Option<String>,
    /// Exact decimal text.
    pub quantity: String,
    /// The price of one, exact decimal text.
    pub price: String,
    /// The day of the price.
    pub price_date: Option<Date>,
    /// The currency of price and amounts.
    pub currency: Currency,
    /// What it is worth by the bank's word.
    pub value: Money,
    /// What was paid for it; `null` when the bank does not say.
    pub cost: Option<Money>,
    /// Value less cost.
    pub gain: Option<Money>,
    /// Its part of all that is held in the currency.
    pub share: Option<Ratio>,
    /// When the bank's word on it is of.
    pub as_of: Timestamp,
}

/// Lists holdings with gains and shares.
pub fn build(accounts: &[AccountView], holdings: &[HoldingView]) -> Result<Holdings, ReportError> {
    let (mut values, mut gains) = (Sums::default(), Sums::default());
    for held in holdings {
        values.add(held.value);
    }
    let mut rows = Vec::with_capacity(holdings.len());
    for held in holdings {
        let gain =
            held.cost.map(|cost| cost.checked_neg().and_then(|cost| held.value.checked_add(cost))).transpose()?;
        if let Some(gain) = gain {
            gains.add(gain);
        }
        let account = accounts.iter().find(|account| account.id == held.account);
        rows.push(Row {
            account_name: account.map_or_else(|| held.account.to_string(), |account| account.name.clone()),
            account: held.account,
            label: held.security.clone().or_else(|| held.ticker.clone()),
            ticker: held.ticker.clone(),
            kind: held.kind.clone(),
            quantity: held.quantity.clone(),
            price: held.price.clone(),
            price_date: held.price_date,
            currency: held.currency,
            value: held.value,
            cost: held.cost,
            gain,
            share: Ratio::of(held.value, values.of(held.currency)?),
            as_of: held.as_of,
        });
    }
    rows.sort_by(|a, b| (a.currency.code(), -a.value.minor).cmp(&(b.currency.code(), -b.value.minor)));
    Ok(Holdings {
        report: "holdings",
        period: NoPeriod::default(),
        rows,
        totals: values.totals()?,
        gains: gains.totals()?,
        trades: None,
    })
}
