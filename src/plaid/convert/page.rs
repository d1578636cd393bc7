//! A page of `/transactions/sync`: read in one go, or row by row if that fails, so that a bad row costs only itself.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{KnownCurrencies, Refusal, RowKind, account, kept, row, transaction, transactions::history};
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
            rows.iter().map(|raw| row::read(RowKind::Transaction, "transaction_id", raw)).collect::<Vec<_>>()
        };
        Self {
            accounts: page.accounts.iter().map(|raw| row::read(RowKind::Account, "account_id", raw)).collect(),
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
        refused,
    }
}

/// Refuses a row of an account that was itself refused: it has nowhere to stand.
fn grounded(row: ProviderTransaction, lost: &HashSet<String>) -> Result<ProviderTransaction, Refusal> {
    if !lost.contains(row.account.as_str()) {
        return Ok(row);
    }
    let reason = "its `account_id` names an account that was not kept".to_owned();
    Err(Refusal { kind: RowKind::Transaction, id: row.id.0, reason })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROW: &str = r#"{"transaction_id":"T1","account_id":"A1","amount":12.5,"iso_currency_code":"USD",
        "unofficial_currency_code":null,"date":"2026-03-01","pending":false,"name":"ZEBRA SHOP","payment_channel":"online",
        "payment_meta":{"payee":null},"location":{"lat":1.5},"counterparties":[{"name":"ZEBRA","type":"merchant"}]}"#;

    fn page(row: &str) -> String {
        format!(
            r#"{{"added":[{row}],"modified":[{ROW}],"removed":[],"next_cursor":"c","has_more":false,
            "transactions_update_status":"NOT_READY","request_id":"R"}}"#
        )
    }

    proptest! {
        /// Whatever happens to a row on its way, the other one is kept, and nothing of the row's contents is told.
        #[test]
        fn a_damaged_row_costs_only_itself(at in 0..ROW.len(), length in 1_usize..20, with in "[a-z0-9\",:{}\\[\\]]{0,6}") {
            let end = (at + length).min(ROW.len());
            let damaged = format!("{}{with}{}", &ROW[..at], &ROW[end..]);
            // What is no JSON by itself can swallow its neighbours, and then the page is none.
            if serde_json::from_str::<&RawValue>(&damaged).is_ok() {
                let delta = delta(page(&damaged).as_bytes(), &KnownCurrencies::new()).unwrap();
                prop_assert_eq!(delta.modified.len(), 1);
                prop_assert_eq!(delta.added.len() + delta.refused.len(), 1);
                prop_assert!(delta.refused.iter().all(|sentence| !sentence.to_string().contains("ZEBRA")));
            } else {
                let _ = delta(page(&damaged).as_bytes(), &KnownCurrencies::new());
            }
        }
    }

    #[test]
    fn a_whole_page_and_its_rows_one_by_one_read_the_same() {
        let known = KnownCurrencies::new();
        let at_once = delta(page(ROW).as_bytes(), &known).unwrap();
        let by_row = delta(page(&format!("{ROW},7")).as_bytes(), &known).unwrap();
        assert_eq!((at_once.refused.len(), by_row.refused.len()), (0, 1));
        assert_eq!((at_once.added, at_once.modified), (by_row.added, by_row.modified));
        assert_eq!(at_once.history, History::NotReady);
    }
}
