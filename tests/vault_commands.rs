//! `bursar vault` and `bursar doctor`.

use crate::env::TestEnv;

#[test]
fn inspect_needs_no_key_and_check_does() {
    let mut env = TestEnv::new();
    env.init();
    let check = env.json(&["vault", "check"]);
    assert_eq!(check["ok"], true);
    for item in check["checks"].as_array().unwrap() {
        assert!(item["name"].is_string() && item["ok"] == true && item["detail"].is_string(), "{item}");
    }
    env.snapshot("vault-check", &env.ok(&["vault", "check"]));
    env.unset("BURSAR_PASSPHRASE_FILE");
    let inspected = env.ok(&["vault", "inspect"]);
    assert!(inspected.stdout.contains("bursar.keys") && inspected.stdout.contains("passphrase"), "{inspected}");
    env.fails(4, &["vault", "check"]);
}

#[test]
fn a_changed_byte_is_found() {
    let env = TestEnv::new();
    env.init();
    let file = env.vault().join("vault.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let output = env.run(&["vault", "check", "--json"]);
    assert_eq!(output.status, 10, "{output}");
}

#[test]
fn doctor_says_what_is_missing() {
    let mut env = TestEnv::new();
    let without = env.fails(7, &["doctor"]);
    assert!(without.stdout.contains("NOT OK") && without.stderr.contains("hint:"), "{without}");
    env.init();
    let report = env.json(&["doctor"]);
    assert_eq!(report["ok"], true, "{report}");
    env.set("PLAID_SECRET_FILE", "/nowhere/secret");
    env.set("PLAID_CLIENT_ID", "0123456789abcdef01234567");
    let report = env.fails(7, &["doctor", "--json"]).json();
    assert_eq!(report["ok"], false);
}
