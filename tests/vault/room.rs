//! What an open vault offers: connections, sealed secrets, write-ahead, locks, use from several threads.

use std::time::Duration;

use bursar::{
    secret::Secret,
    vault::{Access, ClientKeys, Factor, Role, Terms, VaultError},
};
use rusqlite::types::ValueRef;

use super::Place;

#[test]
fn connections_are_keyed_and_set_as_documented() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let writer = vault.connect(Access::Write).unwrap();
    let ask = |pragma: &str| {
        writer.query_row(&format!("PRAGMA {pragma}"), (), |row| match row.get_ref(0)? {
            ValueRef::Integer(number) => Ok(number.to_string()),
            other => Ok(other.as_str()?.to_owned()),
        })
    };
    for (pragma, expected) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("secure_delete", "1"),
        ("trusted_schema", "0"),
        ("cell_size_check", "1"),
        ("foreign_keys", "1"),
        ("cipher_page_size", "4096"),
        ("cipher_hmac_algorithm", "HMAC_SHA512"),
    ] {
        assert_eq!(ask(pragma).unwrap(), expected, "{pragma}");
    }
    assert_eq!(ask("application_id").unwrap(), bursar::vault::APPLICATION_ID.to_string());
    writer.execute_batch("CREATE TABLE t (x) STRICT").unwrap_err();
    writer.execute_batch("CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (42)").unwrap();
    let reader = vault.connect(Access::Read).unwrap();
    assert_eq!(reader.query_row("SELECT x FROM t", (), |row| row.get::<_, i64>(0)).unwrap(), 42);
    assert!(reader.execute("DELETE FROM t", ()).is_err());
}

#[test]
fn nothing_is_ever_sorted_on_the_disk() {
    let vault = Place::new();
    let connection = vault.create().unlocked.connect(Access::Read).unwrap();
    let mut options = connection.prepare("PRAGMA compile_options").unwrap();
    let options: Vec<String> = options.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(options.iter().any(|option| option == "TEMP_STORE=2"), "{options:?}");
}

#[test]
fn sealed_secrets_open_only_where_they_belong() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let token = Secret::new("access-sandbox-7".to_owned());
    let sealed = vault.seal_token("item", "sandbox", &token).unwrap();
    assert_ne!(sealed, vault.seal_token("item", "sandbox", &token).unwrap());
    assert!(vault.open_token("item", "sandbox", &sealed).unwrap().matches(&token));
    assert!(vault.open_token("other", "sandbox", &sealed).is_err());
    assert!(vault.open_token("item", "production", &sealed).is_err());
    assert!(Place::new().create().unlocked.open_token("item", "sandbox", &sealed).is_err());

    let keys = ClientKeys { client_id: "client".into(), secret: Secret::new("hush".into()) };
    let sealed = vault.seal_client("sandbox", &keys).unwrap();
    let opened = vault.open_client("sandbox", &sealed).unwrap();
    assert_eq!(opened.client_id, "client");
    assert!(opened.secret.matches(&keys.secret));
    assert!(vault.open_client("production", &sealed).is_err());
    assert!(vault.open_token("", "sandbox", &sealed).is_err());
    assert!(!format!("{keys:?} {vault:?}").contains("hush"));
}

#[test]
fn a_reply_survives_until_the_database_has_it() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let writer = vault.writer_lock(Duration::ZERO).unwrap();
    let reply = Secret::new("access-production-1".to_owned());
    vault.reserve_pending(&writer).unwrap().keep(&reply).1.unwrap();
    let _killed_before_the_reply = vault.reserve_pending(&writer).unwrap();
    vault.reserve_pending(&writer).unwrap().release().unwrap();

    let again = place.unlock().unwrap();
    let mut found = again.pending(&writer).unwrap();
    assert_eq!(found.len(), 1);
    let found = found.remove(0);
    assert!(found.open(&again).unwrap().matches(&reply));
    found.discard().unwrap();
    assert!(again.pending(&writer).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(place.file("pending")).unwrap().count(), 0);
}

#[test]
fn a_second_writer_waits_and_is_told() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let first = vault.writer_lock(Duration::ZERO).unwrap();
    let second = place.unlock().unwrap();
    let busy = second.writer_lock(Duration::from_millis(20));
    assert!(matches!(busy, Err(VaultError::Busy { file: "writer.lock", .. })));
    drop(first);
    second.writer_lock(Duration::ZERO).unwrap();
}

#[test]
fn an_open_vault_is_shared_by_threads() {
    let place = Place::new();
    let vault = std::sync::Arc::new(place.create().unlocked);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let vault = vault.clone();
            scope.spawn(move || {
                let item = format!("item-{number}");
                let token = Secret::new(format!("token-{number}"));
                let sealed = vault.seal_token(&item, "sandbox", &token).unwrap();
                assert!(vault.open_token(&item, "sandbox", &sealed).unwrap().matches(&token));
                vault.connect(Access::Read).unwrap();
            });
        }
    });
}

#[test]
fn a_second_change_from_the_same_look_is_refused_and_the_first_stays() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let writer = vault.writer_lock(Duration::from_secs(1)).unwrap();
    let terms = Terms { label: Some("first"), role: Role::Viewer, expires: None, now: super::NOW };
    let made = Factor::KeyFile.make(&terms).unwrap();
    let mut change = vault.change_keys(&writer).unwrap();
    change.add(&made).unwrap();
    change.commit("keys.add", Some(&made.slot), super::NOW).unwrap();
    assert!(matches!(vault.change_keys(&writer), Err(VaultError::KeysMoved)), "it knows nothing of the first");
    drop((writer, vault));
    let labels: Vec<String> = place.unlock().unwrap().slots().iter().map(|slot| slot.label.clone()).collect();
    assert!(labels.contains(&"first".to_owned()), "{labels:?}");
}
