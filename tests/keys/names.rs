//! Labels of keys and names of members: short, and fit to be shown and typed again.

use std::fs;

use crate::{env::TestEnv, members::person};

#[test]
fn a_name_that_cannot_be_shown_or_typed_is_refused() {
    let env = TestEnv::household();
    let (_, recipient) = person(&env, "ana");
    let before = fs::read(env.vault().join("bursar.keys")).unwrap();
    let long = "x".repeat(65);
    for name in ["", " ", " left", "right ", "two\nlines", "\u{1b}[31mred", &long] {
        for args in [
            ["keys", "add", "identity", &recipient, "--label", name],
            ["members", "add", name, &recipient, "--role", "viewer"],
        ] {
            let refused = env.fails(2, &[&args[..], &["--json"]].concat());
            assert_eq!(refused.error()["code"], "bad_name", "{name:?}: {refused}");
        }
    }
    assert!(fs::read(env.vault().join("bursar.keys")).unwrap() == before);
    let longest = "ü".repeat(64);
    env.ok(&["keys", "add", "identity", &recipient, "--label", &longest]);
    env.ok(&["members", "add", &longest, &recipient]);
    env.ok(&["accounts"]);
}
