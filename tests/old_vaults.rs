//! Vaults of earlier formats must still open: each is copied from `fixtures/vaults` and read by the finished binary.

use std::{fs, path::Path};

use crate::env::{TestEnv, mode};

/// A copy of a fixture with the modes that a checkout does not keep.
fn restored(name: &str) -> TestEnv {
    let mut env = TestEnv::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/vaults").join(name);
    fs::create_dir_all(env.vault().join("pending")).unwrap();
    for file in ["bursar.keys", "vault.db"] {
        fs::copy(source.join(file), env.vault().join(file)).unwrap();
        mode(&env.vault().join(file), 0o600);
    }
    mode(&env.vault(), 0o700);
    mode(&env.vault().join("pending"), 0o700);
    let passphrase = env.secret_file("old-passphrase", &format!("fixture-passphrase-of-format-{}\n", &name[1..]));
    env.set("BURSAR_PASSPHRASE_FILE", passphrase.to_str().unwrap());
    env
}

#[test]
fn a_vault_of_format_1_opens_and_holds_what_it_held() {
    let env = restored("v1");
    let book = env.json(&["transactions"]);
    assert_eq!(book["total"], 67);
    let row = |id: &str| book["items"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    assert_eq!(row("t1")["note"], "a note of format 1");
    assert_eq!(row("t2")["tags"][0], "kept");
    assert_eq!(row("t3")["category"]["id"], "FOOD_AND_DRINK_GROCERIES");
    assert_eq!(env.json(&["accounts"])["total"], 9);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_vault_of_format_1_takes_changes_and_its_recovery_code() {
    let mut env = restored("v1");
    env.ok(&["transactions", "note", "t4", "a note of today"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/vaults/v1/recovery.txt");
    let code = env.secret_file("old-recovery-code", &fs::read_to_string(code).unwrap());
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.set("BURSAR_IDENTITY", code.to_str().unwrap());
    assert_eq!(env.json(&["transactions", "show", "t4"])["note"], "a note of today");
}
