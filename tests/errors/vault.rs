//! No vault, a wrong secret, damage, unsafe places.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::symlink,
    path::Path,
};

use super::told;
use crate::env::{TestEnv, mode};

fn with_vault() -> TestEnv {
    let env = TestEnv::new();
    env.init();
    env
}

/// Turns over the bits of one byte.
fn flip(file: &Path, at: u64) {
    let mut file = OpenOptions::new().read(true).write(true).open(file).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[!byte[0]]).unwrap();
}

#[test]
fn no_vault() {
    told(&TestEnv::new(), "no-vault", 5, &["accounts"]);
}

#[test]
fn a_second_vault_in_the_same_place() {
    let env = with_vault();
    told(&env, "vault-exists", 6, &["init", "--env", "sandbox", "--no-recovery", "--yes", "--no-input"]);
}

#[test]
fn a_wrong_passphrase() {
    let mut env = with_vault();
    let wrong = env.secret_file("wrong", "not-the-passphrase-at-all\n");
    env.set("BURSAR_PASSPHRASE_FILE", wrong.to_str().unwrap());
    told(&env, "wrong-passphrase", 4, &["accounts"]);
}

#[test]
fn nobody_to_ask() {
    let mut env = with_vault();
    env.unset("BURSAR_PASSPHRASE_FILE");
    told(&env, "no-passphrase", 4, &["accounts"]);
}

#[test]
fn a_weak_passphrase_at_init() {
    let mut env = TestEnv::new();
    let weak = env.secret_file("weak", "password123\n");
    env.set("BURSAR_PASSPHRASE_FILE", weak.to_str().unwrap());
    told(&env, "weak-passphrase", 7, &["init", "--env", "sandbox", "--no-recovery", "--yes", "--no-input"]);
    assert!(!env.vault().exists(), "nothing is made");
}

#[test]
fn a_passphrase_file_that_is_not_there() {
    let mut env = with_vault();
    env.set("BURSAR_PASSPHRASE_FILE", env.path("secrets/nowhere").to_str().unwrap());
    told(&env, "passphrase-file-missing", 14, &["accounts"]);
}

#[test]
fn a_damaged_key_file() {
    let env = with_vault();
    let keys = env.vault().join("bursar.keys");
    let middle = fs::metadata(&keys).unwrap().len() / 2;
    flip(&keys, middle);
    told(&env, "key-file-damaged", 10, &["accounts"]);
}

#[test]
fn a_key_file_cut_short() {
    let env = with_vault();
    let keys = env.vault().join("bursar.keys");
    let whole = fs::read(&keys).unwrap();
    fs::write(&keys, &whole[..whole.len() - 20]).unwrap();
    told(&env, "key-file-truncated", 10, &["accounts"]);
}

#[test]
fn a_key_file_of_something_else() {
    let env = with_vault();
    fs::write(env.vault().join("bursar.keys"), "not a key file\n").unwrap();
    told(&env, "key-file-foreign", 10, &["accounts"]);
}

#[test]
fn a_damaged_database() {
    let env = with_vault();
    flip(&env.vault().join("vault.db"), 100);
    told(&env, "database-damaged", 10, &["accounts"]);
}

#[test]
fn the_database_of_another_vault() {
    let (env, other) = (with_vault(), with_vault());
    fs::copy(other.vault().join("vault.db"), env.vault().join("vault.db")).unwrap();
    told(&env, "database-foreign", 10, &["accounts"]);
}

#[test]
fn an_older_copy_of_the_vault() {
    let mut env = with_vault();
    let kept = env.path("kept.db");
    fs::copy(env.vault().join("vault.db"), &kept).unwrap();
    env.set("PLAID_CLIENT_ID", "5f1a2b3c4d5e6f7a8b9c0d1e");
    env.set("PLAID_SECRET", "0f1e2d3c4b5a69788796a5b4c3d2e1");
    env.guard("0f1e2d3c4b5a69788796a5b4c3d2e1");
    env.ok(&["config", "plaid"]);
    fs::copy(&kept, env.vault().join("vault.db")).unwrap();
    told(&env, "vault-rolled-back", 10, &["accounts"]);
}

#[test]
fn a_vault_that_others_may_read() {
    let env = with_vault();
    mode(&env.vault(), 0o777);
    told(&env, "vault-0777", 13, &["accounts"]);
    mode(&env.vault(), 0o700);
    mode(&env.vault().join("bursar.keys"), 0o644);
    told(&env, "key-file-0644", 13, &["accounts"]);
}

#[test]
fn a_vault_behind_a_symlink() {
    let env = with_vault();
    let real = env.path("home/real");
    fs::rename(env.vault(), &real).unwrap();
    symlink(&real, env.vault()).unwrap();
    told(&env, "vault-symlink", 13, &["accounts"]);
}

#[test]
fn a_key_file_behind_a_symlink() {
    let env = with_vault();
    let keys = env.vault().join("bursar.keys");
    fs::rename(&keys, env.path("home/moved")).unwrap();
    symlink(env.path("home/moved"), &keys).unwrap();
    told(&env, "key-file-symlink", 13, &["accounts"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_login_without_a_keyring_of_its_own() {
    if crate::env::keyring::shared_login("bursar-test-errors") {
        told(&with_vault(), "no-session-store", 4, &["unlock"]);
    }
}

#[test]
fn a_session_that_is_not_there() {
    told(&with_vault(), "session-unknown", 5, &["sessions", "revoke", "none"]);
}
