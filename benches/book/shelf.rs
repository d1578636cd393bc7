//! Books to measure: in the clear and encrypted, filled by one sync.

use std::{path::Path, sync::Arc, time::Duration};

use bursar::{
    domain::{
        dates::Timestamp,
        ids::{ConnectionId, ProviderItemId},
        standing::Remedy,
        sync::{Health, History},
    },
    fsx,
    secret::Secret,
    store::{Event, Keys, NewConnection, Store, StoreError, SyncCounts, SyncEnd, SyncMode},
    vault::{self, Access, Create, Hex, Key, Location, Locked, SlotSecret, Unlocked},
};
use rusqlite::Connection;

use super::rows::Rows;

/// The passphrase of every measured vault.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
const PATIENCE: Duration = Duration::from_secs(1);

/// A moment after all rows.
pub(crate) fn now() -> Timestamp {
    Timestamp::constant(1_767_225_600, 0)
}

fn event(action: &str) -> Event {
    Event { at: now(), action: action.to_owned(), resource: None }
}

/// The same tables without encryption: what the store costs by itself.
pub(crate) fn plain(file: &Path) -> Store {
    let db = Connection::open(file).unwrap();
    db.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(())).unwrap();
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -65536").unwrap();
    let key = |byte| Key::from_bytes(&[byte; 32]);
    let keys = Keys { vault_id: Hex([7; 16]), digest: key(1), audit_start: Some(key(2)), slot: None };
    Store::new(db, keys, Some(Box::new(|_, _| Ok(())))).unwrap()
}

/// A new vault in a directory, with its recovery code beside it: a key at hand that costs no key derivation.
pub(crate) fn vault(dir: &Path) -> Arc<Unlocked> {
    let location = Location { dir: dir.join("vault"), state_dir: dir.join("state") };
    let passphrase = Secret::new(PASSPHRASE.to_owned());
    let request = Create { passphrase: &passphrase, recovery: true, now: now() };
    let created = vault::create(&location, &request).unwrap();
    fsx::replace(&dir.join("recovery.txt"), created.recovery_code.unwrap().expose().as_bytes()).unwrap();
    Arc::new(created.unlocked)
}

/// Its book, for writing.
pub(crate) fn sealed(vault: &Arc<Unlocked>) -> Store {
    Store::open(vault, Access::Write, PATIENCE).unwrap()
}

/// The book of a vault that [`vault`] made, for reading, opened anew.
#[allow(dead_code, reason = "one of the two benches that share this")]
pub(crate) fn reading(dir: &Path) -> Store {
    let location = Location { dir: dir.join("vault"), state_dir: dir.join("state") };
    let code = Secret::new(std::fs::read_to_string(dir.join("recovery.txt")).unwrap());
    let unlocked = Locked::open(&location).unwrap().unlock(&SlotSecret::Identity(code), now()).unwrap();
    Store::open(&Arc::new(unlocked), Access::Read, PATIENCE).unwrap()
}

/// The day on which books are read.
#[allow(dead_code, reason = "one of the two benches that share this")]
pub(crate) fn today() -> bursar::domain::dates::Date {
    jiff::civil::date(2026, 1, 1)
}

/// Links the connection that [`sync`] fills.
pub(crate) fn link(store: &mut Store) {
    let new = NewConnection {
        provider: "plaid",
        environment: "sandbox",
        item_id: &ProviderItemId("bench".to_owned()),
        institution_id: None,
        institution: Some("Bench Bank"),
        token: &[0; 100],
    };
    let linked = store.write::<_, StoreError>(&event("link"), |tx| {
        tx.set_environment(new.environment)?;
        tx.add_connection(&new)
    });
    linked.unwrap();
}

/// One sync of `rows` transactions; the second of the same is a replay.
pub(crate) fn sync(store: &mut Store, rows: u64) -> SyncCounts {
    let result = store.write::<_, StoreError>(&event("sync"), |tx| {
        let mut run = tx.sync(ConnectionId(1), SyncMode::Changes)?;
        for page in Rows::new(7, rows, 500) {
            run.apply(&page)?;
        }
        run.finish(&SyncEnd {
            started_at: now(),
            cursor: "c",
            history: History::Complete,
            remedy: Remedy::Nothing,
            health: &Health::default(),
        })
    });
    result.unwrap()
}
