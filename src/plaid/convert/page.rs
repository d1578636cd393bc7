//! A page of `/transactions/sync`: read in one go, or row by row if that fails, so that a bad row costs only itself.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{KnownCurrencies, Refusal, account, kept, row, transaction, transactions::history};
use crate::{
    domain::{
        sync::{Delta, History, Removed},
        transactions::ProviderTransaction,
    },
    plaid::wire::{
        accounts::Account,
        transactions::{RemovedTransaction, Transaction, TransactionsSyncResponse, TransactionsUpdateStatus},
    },
};

/// A page whose rows are still text.
#[derive(Deserialize)]
struct Rows<'a> {
    #[serde(borrow, default)]
    accounts: Vec<&'a RawValue>,
    #[serde(borrow)]
    added: Vec<&'a RawValue>,
    #[serde(borrow)]
    modified: Vec<&'a RawValue>,
    removed: Vec<RemovedTransaction>,
    next_cursor: String,
    has_more: bool,
    transactions_update_status: Option<TransactionsUpdateStatus>,
}

/// A page whose rows have been read, or refused.
struct Page {
    accounts: Vec<Result<Account, Refusal>>,
    added: Vec<Result<Transaction, Refusal>>,
    modified: Vec<Result<Transaction, Refusal>>,
    removed: Vec<RemovedTransaction>,
    next_cursor: String,
    has_more: bool,
    status: Option<TransactionsUpdateStatus>,
}

impl From<TransactionsSyncResponse> for Page {
    fn from(page: TransactionsSyncResponse) -> Self {
        Self {
            accounts: page.accounts.into_iter().map(Ok).collect(),
            added: page.added.into_iter().map(Ok).collect(),
            modified: page.modified.into_iter().map(Ok).collect(),
            removed: page.removed,
            next_cursor: page.next_cursor,
            has_more: page.has_more,
            status: Some(page.transactions_update_status),
        }
    }
}

impl From<Rows<'_>> for Page {
    fn from(page: Rows<'_>) -> Self {
        let transactions = |rows: &[&RawValue]| {
            rows.iter().map(|raw| row::read("transaction", "transaction_id", raw)).collect::<Vec<_>>()
        };
        Self {
            accounts: page.accounts.iter().map(|raw| row::read("account", "account_id", raw)).collect(),
            added: transactions(&page.added),
            modified: transactions(&page.modified),
            removed: page.removed,
            next_cursor: page.next_cursor,
            has_more: page.has_more,
            status: page.transactions_update_status,
        }
    }
}

/// Reads a page into the book's terms; only a page that is not one at all is an error.
pub(crate) fn delta(json: &[u8], known: &KnownCurrencies) -> Result<Delta, serde_json::Error> {
    match serde_json::from_slice::<TransactionsSyncResponse>(json) {
        Ok(whole) => Ok(convert(whole.into(), known)),
        Err(_) => serde_json::from_slice::<Rows<'_>>(json).map(|rows| convert(rows.into(), known)),
    }
}

fn convert(page: Page, known: &KnownCurrencies) -> Delta {
    let mut refused = Vec::new();
    let accounts = page.accounts.into_iter().map(|row| row.and_then(|row| account(row, known)));
    let accounts = kept(accounts, &mut refused);
    let lost: HashSet<String> = refused
        .iter()
        .map(|refusal| refusal.id.clone())
        .filter(|id| !known.contains_key(&id.as_str().into()))
        .collect();
    let mut read = |rows: Vec<Result<Transaction, Refusal>>| {
        kept(rows.into_iter().map(|row| row.and_then(transaction).and_then(|row| grounded(row, &lost))), &mut refused)
    };
    let (added, modified) = (read(page.added), read(page.modified));
    let removed = page
        .removed
        .into_iter()
        .map(|row| Removed { id: row.transaction_id.into(), account: row.account_id.map(Into::into) });
    Delta {
        accounts,
        added,
        modified,
        removed: removed.collect(),
        next_cursor: page.next_cursor,
        has_more: page.has_more,
        history: page.status.as_ref().map_or(History::Unknown, history),
        refused: refused.iter().map(ToString::to_string).collect(),
    }
}

/// Refuses a row of an account that was itself refused: it has nowhere to stand.
fn grounded(row: ProviderTransaction, lost: &HashSet<String>) -> Result<ProviderTransaction, Refusal> {
    if !lost.contains(row.account.as_str()) {
        return Ok(row);
    }
    let reason = "its `account_id` names an account that was not kept".to_owned();
    Err(Refusal { noun: "transaction", id: row.id.0, reason })
}
