//! Books in memory and the values that fill them, for the tests of this room.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rusqlite::Connection;

use super::{Event, Keys, Result, Store, StoreError, SyncCounts, SyncEnd, SyncMode};
use crate::domain::{
    accounts::{AccountType, Balances, ProviderAccount},
    dates::{Date, Timestamp},
    ids::{ConnectionId, ProviderItemId},
    money::{Currency, Money},
    standing::Remedy,
    sync::{Delta, Health, History, Removed},
    transactions::{ProviderCategory, ProviderTransaction, Status},
};
use crate::vault::{Hex, Key};

pub(crate) fn keys() -> Keys {
    let key = |byte| Key::from_bytes(&[byte; 32]);
    Keys { vault_id: Hex([7; 16]), digest: key(1), audit_start: Some(key(2)), slot: None }
}

pub(crate) fn store() -> Store {
    Store::new(Connection::open_in_memory().unwrap(), keys(), Some(Box::new(|_, _| Ok(())))).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn event(action: &str) -> Event {
    Event { at: at("2026-03-20T12:00:00Z"), action: action.to_owned(), resource: None }
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::iso("USD").unwrap()).unwrap()
}

/// A book with one connection, `c1`.
pub(crate) fn linked() -> Store {
    let mut store = store();
    connect(&mut store, "item-1");
    store
}

pub(crate) fn connect(store: &mut Store, item: &str) -> ConnectionId {
    store
        .write(&event("link"), |tx| {
            tx.add_connection(&super::NewConnection {
                provider: "plaid",
                environment: "sandbox",
                item_id: &ProviderItemId(item.to_owned()),
                institution_id: None,
                institution: Some("First Platypus Bank"),
                token: b"sealed",
            })
        })
        .unwrap()
}

pub(crate) fn account(id: &str, kind: AccountType, current: &str) -> ProviderAccount {
    ProviderAccount {
        id: id.into(),
        persistent_id: None,
        name: format!("Account {id}"),
        official_name: None,
        mask: Some(format!("00{}", id.len())),
        kind,
        subtype: None,
        currency: Currency::iso("USD").unwrap(),
        balances: Balances { current: Some(usd(current)), available: None, limit: None },
        as_of: None,
        notes: Vec::new(),
    }
}

pub(crate) fn txn(id: &str, account: &str, day: &str, amount: &str, description: &str) -> ProviderTransaction {
    ProviderTransaction {
        id: id.into(),
        account: account.into(),
        pending_id: None,
        date: date(day),
        authorized_date: None,
        datetime: None,
        authorized_datetime: None,
        amount: usd(amount),
        status: Status::Posted,
        description: description.to_owned(),
        original_description: None,
        merchant: None,
        merchant_entity_id: None,
        website: None,
        payment_channel: None,
        check_number: None,
        category: None,
        counterparties: Vec::new(),
        location: None,
        details: Vec::new(),
    }
}

pub(crate) fn pending(mut transaction: ProviderTransaction) -> ProviderTransaction {
    transaction.status = Status::Pending;
    transaction
}

pub(crate) fn replacing(mut transaction: ProviderTransaction, pending: &str) -> ProviderTransaction {
    transaction.pending_id = Some(pending.into());
    transaction
}

pub(crate) fn categorised(mut transaction: ProviderTransaction, detailed: &str) -> ProviderTransaction {
    let primary = crate::domain::categories::primary_of(detailed).map_or(detailed, |primary| primary.id);
    transaction.category = Some(ProviderCategory {
        detailed: detailed.to_owned(),
        primary: primary.to_owned(),
        confidence: Some("HIGH".to_owned()),
        version: Some("v2".to_owned()),
    });
    transaction
}

pub(crate) fn page(added: Vec<ProviderTransaction>, removed: &[&str]) -> Delta {
    Delta {
        accounts: vec![account("check", AccountType::Depository, "100"), account("card", AccountType::Credit, "-50")],
        added,
        modified: Vec::new(),
        removed: removed.iter().map(|id| Removed { id: (*id).into(), account: None }).collect(),
        next_cursor: String::new(),
        has_more: false,
        history: History::Complete,
        refused: Vec::new(),
    }
}

/// Runs pages through one sync of a connection, from its cursor to `cursor`.
pub(crate) fn sync_as(
    store: &mut Store,
    connection: ConnectionId,
    mode: SyncMode,
    pages: &[Delta],
    cursor: &str,
) -> Result<SyncCounts> {
    sync_at(store, &event("sync"), (connection, mode), pages, cursor)
}

/// The same at another time.
pub(crate) fn sync_at(
    store: &mut Store,
    event: &Event,
    (connection, mode): (ConnectionId, SyncMode),
    pages: &[Delta],
    cursor: &str,
) -> Result<SyncCounts> {
    store.write::<_, StoreError>(event, |tx| {
        let mut run = tx.sync(connection, mode)?;
        for page in pages {
            run.apply(page)?;
        }
        run.finish(&SyncEnd {
            started_at: at("2026-03-20T11:59:00Z"),
            cursor,
            history: pages.last().map_or(History::Complete, |page| page.history),
            remedy: Remedy::Nothing,
            health: &Health::default(),
        })
    })
}

pub(crate) fn sync(store: &mut Store, pages: &[Delta], cursor: &str) -> SyncCounts {
    sync_as(store, ConnectionId(1), SyncMode::Changes, pages, cursor).unwrap()
}

/// Added, modified, removed.
pub(crate) fn counts(counts: &SyncCounts) -> (u64, u64, u64) {
    (counts.added, counts.modified, counts.removed)
}

/// How many steps of SQLite's machine some reading takes.
pub(crate) fn steps<T>(store: &mut Store, read: impl FnOnce(&Store) -> T) -> (u64, T) {
    let count = Arc::new(AtomicU64::new(0));
    let steps = Arc::clone(&count);
    let step = move || {
        steps.fetch_add(1, Ordering::Relaxed);
        false
    };
    store.db.progress_handler(1, Some(step)).unwrap();
    let value = read(store);
    store.db.progress_handler(0, None::<fn() -> bool>).unwrap();
    (count.load(Ordering::Relaxed), value)
}
