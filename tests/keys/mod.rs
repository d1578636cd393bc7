//! `bursar keys`: every way in, through the finished binary, and what each may do.

mod caps;
mod files;
mod keyring;
mod lasting;
mod listing;
mod names;
mod plugin;
mod rotation;

pub(crate) use rotation::raw_key;
#[cfg(feature = "ssh")]
mod ssh;
mod tokens;
mod totp;
mod waiting;

use serde_json::Value;

use crate::env::{Output, TestEnv};

/// A passphrase that is added to a vault.
pub(crate) const SECOND: &str = "canary-second-passphrase-5520";

/// Runs with another secret than the vault's first passphrase: an identity file.
fn by_identity(env: &TestEnv, file: &str, args: &[&str]) -> Output {
    let mut command = env.command(args);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", env.path(file));
    env.run_command(command)
}

/// Runs with another passphrase.
fn by_passphrase(env: &TestEnv, text: &str, args: &[&str]) -> Output {
    let file = env.secret_file("another-passphrase", text);
    let mut command = env.command(args);
    command.env("BURSAR_PASSPHRASE_FILE", file);
    env.run_command(command)
}

/// Adds a key file with these flags and gives its place below the root.
fn key_file(env: &TestEnv, name: &str, flags: &[&str]) -> String {
    let place = format!("secrets/{name}");
    let path = env.path(&place);
    let added = env.json(&[&["keys", "add", "key-file", path.to_str().unwrap(), "--label", name], flags].concat());
    assert_eq!(added["kind"], "key-file");
    place
}

fn keys(env: &TestEnv) -> Vec<Value> {
    env.json(&["keys"])["items"].as_array().unwrap().clone()
}

fn key(env: &TestEnv, label: &str) -> Value {
    keys(env).into_iter().find(|key| key["label"] == label).unwrap_or_else(|| panic!("no key {label}"))
}
