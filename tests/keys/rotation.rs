//! Rotation and removal: old keys open nothing, everything stays, a killed run is carried on.

use std::{fs, path::Path, process::Command};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

use super::{by_identity, key, key_file, keys};
use crate::env::{TestEnv, have};

/// The outer payload, opened with an identity file as anybody could.
fn payload(env: &TestEnv, identity: &str) -> Option<Value> {
    let text = fs::read_to_string(env.path(identity)).unwrap();
    let identity: age::x25519::Identity = text.lines().last().unwrap().parse().unwrap();
    let plain = age::decrypt(&identity, &fs::read(env.vault().join("bursar.keys")).unwrap()).ok()?;
    Some(serde_json::from_slice(&plain).unwrap())
}

/// SQLCipher's raw key, as docs/vault-format.md says.
pub(crate) fn raw_key(outer: &Value) -> String {
    let hex = |text: &str| bursar::vault::Hex::<16>::parse(text).unwrap().0;
    let id = outer["db"]["key_id"].to_string();
    let ledger = BASE64_STANDARD.decode(outer["ledger"]["keys"][&id].as_str().unwrap()).unwrap();
    let mut key = [0; 32];
    let label = format!("bursar/v1/sqlcipher/{id}");
    Hkdf::<Sha256>::new(Some(&hex(outer["vault_id"].as_str().unwrap())), &ledger)
        .expand(label.as_bytes(), &mut key)
        .unwrap();
    format!("{}{}", bursar::vault::Hex(key), outer["db"]["salt_hex"].as_str().unwrap())
}

/// How many tables a raw key shows in a copy of the database.
fn tables(env: &TestEnv, raw: &str) -> Option<i64> {
    let copy = env.path("tmp/copy.db");
    fs::copy(env.vault().join("vault.db"), &copy).unwrap();
    let db = rusqlite::Connection::open(&copy).unwrap();
    db.execute_batch(&format!("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{raw}'\";")).unwrap();
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).ok()
}

fn facts(env: &TestEnv) -> [Value; 3] {
    [env.json(&["accounts"]), env.json(&["transactions", "--limit", "5"]), env.json(&["connections"])]
}

#[test]
fn old_keys_open_nothing_and_everything_stays() {
    let env = TestEnv::household();
    let device = key_file(&env, "device", &[]);
    let (before, told) = (payload(&env, &device).unwrap(), facts(&env));
    let raw = raw_key(&before);
    assert!(tables(&env, &raw).unwrap() > 10);
    let planned = env.ok(&["keys", "rotate", "--all", "--dry-run"]);
    assert!(planned.stderr.contains("encrypt the ledger anew"), "{planned}");
    assert_eq!(payload(&env, &device).unwrap()["gen"], before["gen"]);

    env.ok(&["keys", "rotate", "--all", "--yes"]);
    let after = payload(&env, &device).unwrap();
    assert_eq!(tables(&env, &raw), None, "the old raw key");
    assert!(tables(&env, &raw_key(&after)).unwrap() > 10);
    let numbers: Vec<&String> = after["ledger"]["keys"].as_object().unwrap().keys().collect();
    assert_eq!(numbers, ["2"], "the old ledger key is gone");
    assert!(after.get("next_db").is_none() && after["ledger"].get("pending").is_none());
    assert_ne!(after["db"]["salt_hex"], before["db"]["salt_hex"]);
    assert_eq!(facts(&env), told);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["sync"]);
    let names: Vec<_> = fs::read_dir(env.vault()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains(".new")), "{names:?}");
    let young = env.ok(&["keys", "rotate", "--all", "--if-older", "90d", "--yes"]);
    assert!(young.stderr.contains("nothing is that old"), "{young}");
    env.fails(2, &["keys", "rotate"]);
}

#[test]
fn the_banks_tokens_are_rotated_with_the_rest_where_the_bank_can_be_reached() {
    let mut env = TestEnv::household();
    let token = |env: &TestEnv| env.token(1).0.expose().clone();
    let first = token(&env);
    let plan = env.ok(&["keys", "rotate", "--all", "--dry-run"]);
    assert!(plan.stderr.contains("replace the access tokens of 1 connections"), "{plan}");
    env.ok(&["keys", "rotate", "--ledger", "--bank", "--yes"]);
    assert_eq!(token(&env), first, "sealed anew, and still the same token");
    env.ok(&["keys", "rotate", "--tokens", "--yes"]);
    let second = token(&env);
    assert_ne!(second, first);
    let young = env.ok(&["keys", "rotate", "--tokens", "--if-older", "1d", "--yes"]);
    assert!(young.stderr.contains("nothing is that old") && token(&env) == second, "{young}");

    let offline = env.ok(&["keys", "rotate", "--all", "--yes", "--offline"]);
    assert!(offline.stderr.contains("the banks' tokens stay as they are"), "{offline}");
    assert_eq!(token(&env), second);
    env.set("BURSAR_PLAID_BASE_URL", "http://127.0.0.1:9");
    let before = env.json(&["vault", "inspect"]);
    let left = env.fails(3, &["keys", "rotate", "--all", "--yes", "--json"]);
    assert_eq!(
        (&left.error()["code"], &left.error()["hint"]),
        (&"tokens_left".into(), &"bursar keys rotate --tokens".into())
    );
    assert_ne!(env.json(&["vault", "inspect"]), before, "the keys are new all the same");
    assert_eq!((token(&env), env.json(&["vault", "check"])["ok"].clone()), (second, true.into()));
    env.fails(9, &["keys", "rotate", "--tokens", "--yes"]);
}

#[test]
fn a_removed_key_opens_neither_the_vault_nor_its_files() {
    let env = TestEnv::household();
    let (lost, stays) = (key_file(&env, "lost", &[]), key_file(&env, "stays", &[]));
    let raw = raw_key(&payload(&env, &lost).unwrap());
    env.fails(2, &["keys", "remove", "lost"]);
    assert_eq!(keys(&env).len(), 3, "nobody agreed");
    env.ok(&["keys", "remove", "lost", "--yes"]);
    assert_eq!(by_identity(&env, &lost, &["accounts"]).status, 4);
    assert_eq!(by_identity(&env, &stays, &["accounts"]).status, 0);
    assert!(payload(&env, &lost).is_none());
    assert_eq!(tables(&env, &raw), None);
    if have("age") {
        let age = Command::new("age")
            .arg("-d")
            .arg("-i")
            .arg(env.path(&lost))
            .arg(env.vault().join("bursar.keys"))
            .output()
            .unwrap();
        assert!(!age.status.success());
    }
    let own = env.fails(7, &["keys", "remove", "passphrase", "--yes"]);
    assert!(own.stderr.contains("opened the vault with"), "{own}");
    env.fails(5, &["keys", "remove", "lost", "--yes"]);
    let entries = env.json(&["audit", "list"]).to_string();
    assert!(entries.contains("keys.remove") && entries.contains("keys.rotated"), "{entries}");
}

#[test]
fn the_last_owner_cannot_be_removed_by_another_key() {
    let env = TestEnv::new();
    env.init();
    let short = key_file(&env, "short", &["--expires", "2199-01-01"]);
    let refused = by_identity(&env, &short, &["keys", "remove", "passphrase", "--yes"]);
    assert_eq!(refused.status, 7, "{refused}");
    assert!(refused.stderr.contains("\"passphrase\" is the last owner's key"), "{refused}");
    assert_eq!(key(&env, "passphrase")["in_use"], true);
}

#[test]
fn others_in_the_vault_keep_a_rotation_out() {
    let env = TestEnv::new();
    env.init();
    let lock = fs::File::open(env.vault().join("vault.lock")).unwrap();
    lock.lock_shared().unwrap();
    env.fails(11, &["keys", "rotate", "--all", "--yes", "--lock-timeout", "50ms"]);
    drop(lock);
    env.ok(&["keys", "rotate", "--all", "--yes"]);
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

#[test]
fn killed_anywhere_the_vault_opens_and_finishes_by_itself() {
    if !have("strace") {
        return println!("skipped: strace is not installed here");
    }
    let env = TestEnv::household();
    let device = key_file(&env, "device", &[]);
    let told = facts(&env);
    let (vault, kept) = (env.vault(), env.path("tmp/kept"));
    let (state, kept_state) = (env.path("home/.local/state"), env.path("tmp/kept-state"));
    copy_dir(&vault, &kept);
    copy_dir(&state, &kept_state);
    let mut killed = 0;
    for (call, points) in [("rename", &[2, 3, 4, 5][..]), ("fsync", &[1, 6, 12, 18]), ("unlink", &[2, 5])] {
        for point in points {
            for (from, to) in [(&kept, &vault), (&kept_state, &state)] {
                fs::remove_dir_all(to).unwrap();
                copy_dir(from, to);
            }
            let kill = format!("inject={call}:signal=KILL:when={point}");
            let (output, _) = env.traced(&["keys", "rotate", "--all", "--yes"], &[&kill]);
            killed += u32::from(output.status == 137);
            assert_eq!(facts(&env), told, "{call} {point}: {output}");
            env.ok(&["connections"]);
            let outer = payload(&env, &device).unwrap();
            assert!(outer.get("next_db").is_none(), "{call} {point}: still under way");
            assert_eq!(outer["ledger"]["keys"].as_object().unwrap().len(), 1, "{call} {point}");
            assert_eq!(env.json(&["vault", "check"])["ok"], true, "{call} {point}");
        }
    }
    assert!(killed >= 7, "only {killed} runs were killed");
}
