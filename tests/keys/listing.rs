//! What `keys list` tells of each kind of key, and that a strength is shown where there is one to guess.

use super::{key, key_file, keys};
use crate::env::TestEnv;

#[test]
fn every_kind_says_what_it_is_what_it_may_and_how_long() {
    let env = TestEnv::new();
    let code = env.path("secrets/code");
    env.ok(&["init", "--env", "sandbox", "--recovery-file", code.to_str().unwrap(), "--yes", "--no-input"]);
    let next = env.secret_file("next", "canary-third-passphrase-8804");
    let next = next.to_str().unwrap();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let second = env.path("secrets/second");
    env.ok(&["keys", "add", "identity", &recipient, "--label", "laptop", "--role", "viewer"]);
    env.ok(&["keys", "add", "two-factor", second.to_str().unwrap(), "--label", "usb", "--new-passphrase-file", next]);
    key_file(&env, "timer", &["--role", "sync", "--expires", "30d"]);
    let expected = [
        ("passphrase", "passphrase", "owner"),
        ("recovery", "recovery", "owner"),
        ("laptop", "identity", "viewer"),
        ("usb", "two-factor", "owner"),
        ("timer", "key-file", "sync"),
    ];
    assert_eq!(keys(&env).len(), expected.len());
    for (label, kind, role) in expected {
        let found = key(&env, label);
        assert_eq!((found["kind"].as_str(), &found["roles"]), (Some(kind), &serde_json::json!([role])), "{found}");
        assert!(found["id"].is_string() && found["created_at"].is_string(), "{found}");
        assert_eq!(found["expires_at"].is_string(), label == "timer", "{found}");
        let guessed = ["passphrase", "two-factor"].contains(&kind);
        assert_eq!(found["kdf"]["algorithm"] == "argon2id" && found["kdf"]["memory_kib"].is_u64(), guessed, "{found}");
        // Only the passphrase has opened it.
        assert_eq!(found["last_used_at"].is_string(), label == "passphrase", "{found}");
    }
    let table = env.ok(&["keys"]).stdout;
    for (label, kind, role) in expected {
        let line = table.lines().find(|line| line.contains(label)).unwrap();
        assert!(line.contains(kind) && line.contains(role), "{line}");
    }
    // A narrow table leaves out the cost of a guess first; a file has every column.
    let file = env.ok(&["keys", "--format", "csv"]).stdout;
    assert_eq!(file.matches("argon2id, ").count(), 2, "{file}");
    assert!(file.lines().next().unwrap().contains("created_at"), "{file}");
}
