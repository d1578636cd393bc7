//! Banks of both providers in one vault: what one of them lacks does not stop the other.

use bursar::sandbox::Fault;
use serde_json::{Value, json};

use super::{guard_access, line, token_file};
use crate::env::TestEnv;

/// A vault with a connection of Plaid's (c1) and one of SimpleFIN's (c2), after which Plaid's keys were lost.
fn without_keys() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.link("ins_109509");
    let file = token_file(&env, 1);
    env.json(&["link", "simplefin", "--token-file", &file, "--name", "sf", "--yes"]);
    guard_access(&env, 2);
    env.unset("PLAID_CLIENT_ID");
    env.unset("PLAID_SECRET");
    env
}

#[test]
fn missing_plaid_keys_fail_plaids_connection_alone_and_are_told() {
    let env = without_keys();
    assert_eq!(line(&env.json(&["sync", "sf"]))["outcome"], "ok");
    let both = env.fails(3, &["sync", "--json"]);
    let outcomes: Vec<Value> =
        both.json()["connections"].as_array().unwrap().iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["failed", "ok"], "{both}");
    let alone = env.fails(4, &["sync", "c1", "--json"]);
    assert_eq!((&alone.error()["code"], &alone.error()["hint"]), (&json!("plaid_keys"), &json!("bursar config plaid")));
    env.fails(3, &["sync"]);
    let connection = env.json(&["connections"])["items"][0].clone();
    assert_eq!((&connection["state"], &connection["action"]), (&json!("failing"), &json!("bursar config plaid")));
    let newest = env.json(&["sync", "log", "c1", "--limit", "1"])["items"][0].clone();
    assert_eq!((&newest["outcome"], &newest["error_code"]), (&json!("failed"), &json!("NO_KEYS")));
    let alerts = env.json(&["notify"])["items"].as_array().unwrap().clone();
    assert!(alerts.iter().any(|alert| alert["key"] == "sync_failing:c1"), "{alerts:?}");
}

#[test]
fn a_sync_without_keys_asks_nobody_and_counts_for_no_day() {
    let mut env = without_keys();
    env.set("BURSAR_TODAY", "2026-04-16");
    env.ok(&["config", "set", "sync.max_per_day", "1"]);
    for _ in 0..2 {
        assert_eq!(env.fails(4, &["sync", "c1", "--json"]).error()["code"], "plaid_keys");
    }
    let (id, secret) = (env.sandbox().client_id.clone(), env.sandbox().secret.clone());
    env.set("PLAID_CLIENT_ID", id);
    env.set("PLAID_SECRET", secret);
    env.ok(&["sync", "c1"]);
}

#[test]
fn what_needs_keys_changes_nothing_without_them() {
    let env = without_keys();
    for args in [&["connections", "rotate", "c1", "--json"][..], &["connections", "remove", "c1", "--yes", "--json"]] {
        assert_eq!(env.fails(4, args).error()["code"], "no_plaid_keys");
    }
    env.ok(&["connections", "remove", "c2", "--yes"]);
    assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
}

#[test]
fn the_log_says_how_a_run_ended_that_was_saved() {
    let env = without_keys();
    env.sandbox().fault(Fault::SimplefinSignIn, None);
    env.fails(8, &["sync", "sf"]);
    env.sandbox().fault(Fault::SimplefinErrlist, None);
    env.fails(3, &["sync", "sf"]);
    let log = env.json(&["sync", "log", "sf", "--limit", "2"])["items"].clone();
    let shown = |place: usize| (log[place]["outcome"].clone(), log[place]["error_code"].clone());
    assert_eq!(shown(1), (json!("reauth"), json!("SIGN_IN")), "{log}");
    assert_eq!(shown(0), (json!("ok"), json!("SERVER_SAYS")), "{log}");
    assert!(log[0]["error"].as_str().unwrap().contains("is slow"), "{log}");
}
