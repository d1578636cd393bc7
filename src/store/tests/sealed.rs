//! The book inside a real vault: encrypted, locked, pinned.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{dates::Period, query::Query, views::Limit},
    secret::Secret,
    store::{Store, StoreError, testing::*},
    vault::{self, Access, Create, Location, Locked, SlotSecret, Unlocked, VaultError},
};

const SHORT: Duration = Duration::from_millis(20);

fn passphrase() -> Secret<String> {
    Secret::new("correct horse battery staple".to_owned())
}

fn place(folder: &tempfile::TempDir) -> Location {
    Location { dir: folder.path().join("vault"), state_dir: folder.path().join("state") }
}

fn made(folder: &tempfile::TempDir) -> Arc<Unlocked> {
    let request = Create { passphrase: &passphrase(), recovery: false, now: at("2026-03-01T00:00:00Z") };
    Arc::new(vault::create(&place(folder), &request).unwrap().unlocked)
}

fn filled(vault: &Arc<Unlocked>) {
    let mut store = Store::open(vault, Access::Write, SHORT).unwrap();
    connect(&mut store, "item-1");
    sync(&mut store, &[page(vec![txn("x", "card", "2026-03-03", "-4.50", "CANARY CAFE")], &[])], "one");
}

#[test]
fn a_book_is_written_locked_checked_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let vault = made(&folder);
    filled(&vault);
    let writer = Store::open(&vault, Access::Write, SHORT).unwrap();
    assert!(matches!(Store::open(&vault, Access::Write, SHORT), Err(StoreError::Vault(VaultError::Busy { .. }))));
    let mut reader = Store::open(&vault, Access::Read, SHORT).unwrap();
    assert_eq!(reader.transactions(&Query::default(), Period::ALL, Limit::default()).unwrap().total, 1);
    assert!(matches!(reader.write::<(), StoreError>(&event("x"), |_| Ok(())), Err(StoreError::ReadOnly)));
    let items = writer.check().unwrap();
    let names: Vec<&str> = items.iter().map(|item| item.name.as_ref()).collect();
    assert_eq!(names, ["pages", "cipher", "references", "digests", "last change", "audit", "balances"]);
    assert!(items.iter().all(|item| item.ok), "{items:?}");
    drop(writer);
    for entry in std::fs::read_dir(vault.dir()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(6).any(|window| window == b"CANARY" || window == b"transa"));
    }
}

#[test]
fn an_older_copy_of_the_book_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = made(&folder);
    filled(&vault);
    let database = vault.dir().join("vault.db");
    let old = folder.path().join("old");
    std::fs::copy(&database, &old).unwrap();
    let mut store = Store::open(&vault, Access::Write, SHORT).unwrap();
    connect(&mut store, "item-2");
    let head = store.audit_head().unwrap();
    drop(store);
    assert!(!vault.dir().join("vault.db-wal").exists(), "the last connection puts everything into the file");
    std::fs::copy(&old, &database).unwrap();

    let refused = Store::open(&vault, Access::Read, SHORT);
    assert!(matches!(refused, Err(StoreError::Vault(VaultError::RolledBack { pinned: 3, found: 2, .. }))));
    let older = Store::open_even_if_older(&vault, Access::Read, SHORT).unwrap();
    assert_ne!(older.audit_head().unwrap(), head);
    vault.accept(older.epoch().unwrap(), &older.audit_head().unwrap()).unwrap();
    Store::open(&vault, Access::Read, SHORT).unwrap();
}

#[test]
fn another_unlock_reads_the_same_book() {
    let folder = tempfile::tempdir().unwrap();
    filled(&made(&folder));
    let locked = Locked::open(&place(&folder)).unwrap();
    let vault = Arc::new(locked.unlock(&SlotSecret::Passphrase(passphrase()), jiff::Timestamp::UNIX_EPOCH).unwrap());
    assert_eq!(Store::open(&vault, Access::Read, SHORT).unwrap().connections().unwrap().len(), 1);
}
