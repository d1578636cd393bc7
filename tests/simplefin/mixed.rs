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

/// The outcomes of a run, connection by connection.
fn outcomes(report: &Value) -> Vec<&str> {
    report["connections"].as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap()).collect()
}

#[test]
fn a_refresh_without_keys_syncs_the_others_and_asks_for_no_money() {
    let env = without_keys();
    for args in [&["sync", "--refresh", "--json"][..], &["sync", "--refresh", "--yes", "--json"]] {
        let both = env.fails(3, args);
        assert_eq!(outcomes(&both.json()), ["failed", "ok"], "{both}");
        assert!(line(&both.json())["error"].as_str().unwrap().contains("there are no Plaid keys"), "{both}");
        assert!(both.stderr.contains("sf cannot be asked to look for new transactions"), "{both}");
    }
    assert_eq!(env.fails(4, &["sync", "c1", "--refresh", "--json"]).error()["code"], "plaid_keys");
    assert_eq!(env.json(&["metrics"])["limits"]["billable_today"], 0);
}

#[test]
fn a_plan_of_a_refresh_names_those_that_can_be_asked() {
    let env = without_keys();
    let refused = env.fails(7, &["sync", "sf", "--refresh", "--dry-run", "--json"]);
    assert_eq!(refused.error()["code"], "not_on_demand", "{refused}");
    let plan = env.ok(&["sync", "--refresh", "--dry-run"]);
    let bank = env.json(&["connections"])["items"][0]["name"].as_str().unwrap().to_owned();
    assert!(plan.stderr.contains(&format!("look for new transactions: {bank}\n")), "{plan}");
    assert!(plan.stderr.contains(&format!("would sync: {bank}, sf\n")), "{plan}");
    assert!(plan.stderr.contains("sf cannot be asked to look for new transactions"), "{plan}");
}

#[test]
fn keys_that_cannot_be_read_fail_plaids_connection_alone_and_say_why() {
    let mut env = without_keys();
    for (name, value, words) in [
        ("PLAID_CLIENT_ID_COMMAND", "false", "the command \"false\""),
        ("PLAID_SECRET_FILE", "/nowhere/secret", "/nowhere/secret"),
    ] {
        env.set(name, value);
        for args in [&["sync", "--json"][..], &["sync", "--refresh", "--yes", "--json"]] {
            let both = env.fails(3, args);
            assert_eq!(outcomes(&both.json()), ["failed", "ok"], "{both}");
            assert!(line(&both.json())["error"].as_str().unwrap().contains(words), "{both}");
        }
        let alone = env.fails(4, &["sync", "c1", "--json"]).error();
        assert!(alone["code"] == "plaid_keys" && alone["message"].as_str().unwrap().contains(words), "{alone}");
        let connection = env.json(&["connections"])["items"][0].clone();
        assert_eq!((&connection["state"], &connection["last_error"]["code"]), (&json!("failing"), &json!("NO_KEYS")));
        let needed = env.fails(4, &["connections", "rotate", "c1", "--json"]).error();
        assert!(needed["message"].as_str().unwrap().contains(words), "{needed}");
        env.unset(name);
    }
    env.set("PLAID_CLIENT_ID_COMMAND", "false");
    env.ok(&["connections", "remove", "c2", "--yes"]);
}
