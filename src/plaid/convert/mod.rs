//! The border: Plaid's rows become the book's, and this is the only place that knows Plaid's sign.
//!
//! Reads `wire`, makes `domain`. Invariant: an amount is exact or its row is refused by name; a refusal names the
//! field and the provider's id, never a merchant or an amount; one bad row never costs the others.

mod accounts;
mod amount;
mod item;
mod page;
mod products;
mod row;
mod streams;
mod text;
mod trades;
mod transactions;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire;
use crate::domain::{
    accounts::{KnownCurrencies, ProviderAccount},
    sync::{Refusal, RowKind},
};

pub use accounts::account;
pub(crate) use amount::to_plaid;
pub(crate) use item::moment;
pub use item::{health, item_error};
pub(crate) use page::delta;
pub(crate) use products::{DebtRows, HoldingRows, liabilities, portfolio, securities};
pub(crate) use streams::{StreamRows, streams};
pub(crate) use text::{SHORT, keep, keep_some};
pub(crate) use trades::{TradeRows, trades};
pub use transactions::transaction;

/// An answer of `/accounts/get` whose rows are still text.
#[derive(Deserialize)]
pub(crate) struct AccountRows<'a> {
    #[serde(borrow)]
    pub(crate) accounts: Vec<&'a RawValue>,
    pub(crate) item: wire::item::Item,
    pub(crate) request_id: String,
}

/// Reads account rows one by one.
pub(crate) fn accounts(rows: &[&RawValue], known: &KnownCurrencies) -> (Vec<ProviderAccount>, Vec<Refusal>) {
    let mut refused = Vec::new();
    let rows = rows.iter().map(|raw| row::read(RowKind::Account, "account_id", raw));
    (kept(rows.map(|row| row.and_then(|row| account(row, known))), &mut refused), refused)
}

/// Sorts rows into those that are kept and those that are not.
fn kept<Row>(rows: impl Iterator<Item = Result<Row, Refusal>>, refused: &mut Vec<Refusal>) -> Vec<Row> {
    let mut kept = Vec::with_capacity(rows.size_hint().0);
    for row in rows {
        match row {
            Ok(row) => kept.push(row),
            Err(refusal) => refused.push(refusal),
        }
    }
    kept
}
