//! docs/open-without-bursar.md, step by step, with the independent `age` program and Python.
//!
//! A machine without one of the two skips the steps that need it, and says so.

use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bursar::vault::{Access, Hex};
use serde_json::Value;

use super::{PASSPHRASE, Place};
use crate::env::python_with_argon2;

/// Runs a program to its end with this on its standard input; `None` if the machine does not have it.
fn run(program: &mut Command, input: &str) -> Option<Vec<u8>> {
    let spawned = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        outcome => outcome.unwrap(),
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

fn age(code: &Path, sealed: &Path) -> Option<Value> {
    let plain = run(Command::new("age").arg("-d").arg("-i").arg(code).arg(sealed), "")?;
    Some(serde_json::from_slice(&plain).unwrap())
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/open-without-bursar.py")
}

#[test]
fn the_recovery_code_and_age_open_both_files_and_the_ledger() {
    let place = Place::new();
    let created = place.create();
    let vault = &created.unlocked;
    let writer = vault.connect(Access::Write).unwrap();
    writer.execute_batch("CREATE TABLE kept (what TEXT) STRICT; INSERT INTO kept VALUES ('everything')").unwrap();
    drop(writer);
    let root = place.root.path();
    let code = root.join("code.txt");
    std::fs::write(&code, created.recovery_code.unwrap().expose()).unwrap();

    let Some(outer) = age(&code, &place.file("bursar.keys")) else {
        return println!("skipped: age is not installed here");
    };
    assert_eq!(outer["v"], 1);
    assert_eq!(outer["vault_id"], vault.vault_id().to_string());
    std::fs::write(root.join("bank.age"), outer["bank_sealed"].as_str().unwrap()).unwrap();
    let inner = age(&code, &root.join("bank.age")).unwrap();
    assert_eq!(inner["gen"], outer["gen"]);
    assert_eq!(inner["vault_id"], outer["vault_id"]);
    assert_eq!(inner["audit_k0"], serde_json::to_value(vault.audit_start().unwrap()).unwrap());

    let keys = root.join("keys.json");
    std::fs::write(&keys, outer.to_string()).unwrap();
    let Some(sql) = run(Command::new("python3").arg(script()).arg("sql").arg(&keys), "") else {
        return println!("skipped: python3 is not installed here");
    };
    let sql = String::from_utf8(sql).unwrap();
    let connection = rusqlite::Connection::open(place.file("vault.db")).unwrap();
    connection.execute_batch(sql.lines().next().unwrap()).unwrap();
    let kept: String = connection.query_row("SELECT what FROM kept", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, "everything");
    let salt = outer["db"]["salt_hex"].as_str().unwrap();
    assert!(std::fs::read(place.file("vault.db")).unwrap().starts_with(&Hex::<16>::parse(salt).unwrap().0));
}

#[test]
fn the_passphrase_and_age_open_the_key_file() {
    let place = Place::new();
    let id = place.create().unlocked.vault_id();
    let Some(python) = python_with_argon2() else {
        return println!("skipped: python3 with argon2-cffi is not installed here");
    };
    let keys = place.file("bursar.keys");
    let line = run(Command::new(python).arg(script()).arg("identity").arg(&keys), PASSPHRASE).unwrap();
    let code = place.root.path().join("code.txt");
    std::fs::write(&code, line).unwrap();
    let Some(outer) = age(&code, &keys) else {
        return println!("skipped: age is not installed here");
    };
    assert_eq!(outer["vault_id"], id.to_string());
}
