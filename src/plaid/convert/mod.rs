//! The border: Plaid's rows become the book's, and this is the only place that knows Plaid's sign.
//!
//! Reads `wire`, makes `domain`. Invariant: an amount is exact or its row is refused by name; a refusal names the
//! field and the provider's id, never a merchant or an amount; one bad row never costs the others.

mod accounts;
mod amount;
mod item;
mod row;
mod text;
mod transactions;

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire;
use crate::domain::{
    accounts::ProviderAccount,
    ids::ProviderAccountId,
    money::Currency,
    sync::{Delta, History, Removed},
    transactions::ProviderTransaction,
};

pub use accounts::account;
pub(crate) use amount::to_plaid;
pub(crate) use item::moment;
pub use item::{health, item_error};
pub(crate) use text::{SHORT, keep, keep_some};
pub use transactions::transaction;

/// The currencies of the accounts that the book knows already, for a day on which Plaid names none for a balance.
pub type KnownCurrencies = HashMap<ProviderAccountId, Currency>;

/// Why a row was not kept; the sentence is for the owner and holds no amount and no merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `transaction` or `account`.
    pub noun: &'static str,
    /// The provider's id, as far as it could be read.
    pub id: String,
    /// The field, by Plaid's name, and what is wrong with it.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = if self.id.is_empty() { "without an id" } else { &self.id };
        write!(f, "{} {id} was not kept: {}", self.noun, self.reason)
    }
}

/// A page of `/transactions/sync` whose rows are still text, so that each is read by itself.
#[derive(Deserialize)]
pub(crate) struct Page<'a> {
    #[serde(borrow, default)]
    accounts: Vec<&'a RawValue>,
    #[serde(borrow)]
    added: Vec<&'a RawValue>,
    #[serde(borrow)]
    modified: Vec<&'a RawValue>,
    removed: Vec<wire::transactions::RemovedTransaction>,
    next_cursor: String,
    has_more: bool,
    transactions_update_status: Option<wire::transactions::TransactionsUpdateStatus>,
}

/// An answer of `/accounts/get` whose rows are still text.
#[derive(Deserialize)]
pub(crate) struct AccountRows<'a> {
    #[serde(borrow)]
    pub(crate) accounts: Vec<&'a RawValue>,
    pub(crate) item: wire::item::Item,
    pub(crate) request_id: String,
}

/// Reads a page into the book's terms.
pub(crate) fn delta(page: &Page<'_>, known: &KnownCurrencies) -> Delta {
    let (accounts, refusals) = accounts(&page.accounts, known);
    let lost: HashSet<&str> =
        refusals.iter().map(|refusal| refusal.id.as_str()).filter(|id| !known.contains_key(&(*id).into())).collect();
    let mut refused: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    let added = transactions(&page.added, &lost, &mut refused);
    let modified = transactions(&page.modified, &lost, &mut refused);
    let removed = page.removed.iter().map(|row| Removed {
        id: row.transaction_id.as_str().into(),
        account: row.account_id.as_deref().map(Into::into),
    });
    Delta {
        accounts,
        added,
        modified,
        removed: removed.collect(),
        next_cursor: page.next_cursor.clone(),
        has_more: page.has_more,
        history: page.transactions_update_status.as_ref().map_or(History::Unknown, transactions::history),
        refused,
    }
}

/// Reads account rows one by one.
pub(crate) fn accounts(rows: &[&RawValue], known: &KnownCurrencies) -> (Vec<ProviderAccount>, Vec<Refusal>) {
    let mut kept = Vec::with_capacity(rows.len());
    let mut refused = Vec::new();
    for raw in rows {
        match row::read("account", "account_id", raw).and_then(|row| account(row, known)) {
            Ok(account) => kept.push(account),
            Err(refusal) => refused.push(refusal),
        }
    }
    (kept, refused)
}

/// Reads transaction rows one by one; a row of an account that was itself refused has nowhere to stand.
fn transactions(rows: &[&RawValue], lost: &HashSet<&str>, refused: &mut Vec<String>) -> Vec<ProviderTransaction> {
    let mut kept = Vec::with_capacity(rows.len());
    for raw in rows {
        match row::read("transaction", "transaction_id", raw).and_then(transaction) {
            Ok(transaction) if lost.contains(transaction.account.as_str()) => refused.push(
                Refusal {
                    noun: "transaction",
                    id: transaction.id.0,
                    reason: "its `account_id` names an account that was not kept".to_owned(),
                }
                .to_string(),
            ),
            Ok(transaction) => kept.push(transaction),
            Err(refusal) => refused.push(refusal.to_string()),
        }
    }
    kept
}
