//! Keys of SSH (cargo feature `ssh`): ed25519, with and without a passphrase of their own.

use std::process::Command;

use super::by_identity;
use crate::env::{TestEnv, have, mode};

const PHRASE: &str = "canary-ssh-phrase-2214";

/// Makes a key below `secrets` and gives its public half.
fn keygen(env: &TestEnv, name: &str, kind: &str, phrase: &str) -> String {
    let file = env.path("secrets").join(name);
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", kind, "-a", "1", "-N", phrase, "-f"]).arg(&file).status().unwrap();
    assert!(made.success());
    mode(&file, 0o600);
    std::fs::read_to_string(file.with_extension("pub")).unwrap().trim().to_owned()
}

#[test]
fn an_ssh_key_opens_the_vault_and_a_protected_one_asks_for_its_phrase() {
    if !have("ssh-keygen") {
        return;
    }
    let env = TestEnv::household();
    env.guard(PHRASE);
    let (plain, locked) = (keygen(&env, "plain", "ed25519", ""), keygen(&env, "locked", "ed25519", PHRASE));
    assert_eq!(env.json(&["keys", "add", "ssh", &plain, "--label", "plain"])["kind"], "ssh");
    env.ok(&["keys", "add", "ssh", &locked, "--label", "locked", "--role", "viewer"]);
    assert_eq!(by_identity(&env, "secrets/plain", &["sync"]).status, 0);
    env.ok(&["keys", "rotate", "--ledger", "--bank", "--yes"]);
    assert_eq!(by_identity(&env, "secrets/plain", &["accounts"]).status, 0);
    assert_eq!(by_identity(&env, "secrets/locked", &["accounts"]).status, 4, "there is nobody to ask");
    let mut command = env.command(&["accounts"]);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", env.path("secrets/locked"));
    let mut terminal = env.terminal_of(&command);
    terminal.expect(": ");
    terminal.type_secret(PHRASE);
    let output = env.keep(terminal.finish());
    assert_eq!(output.status, 0, "{output}");
    let rsa = keygen(&env, "rsa", "rsa", "");
    assert!(env.fails(2, &["keys", "add", "ssh", &rsa]).stderr.contains("ed25519 ones only"));
}
