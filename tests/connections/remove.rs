//! `connections remove`: Plaid first, then the book; the history stays unless it is to go.

use bursar::plaid::RemovalReason;
use serde_json::Value;

use crate::env::{TestEnv, block_on};

fn removed(env: &TestEnv, id: &str) -> Value {
    let all = env.json(&["connections"]);
    let found = all["items"].as_array().unwrap().iter().find(|connection| connection["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {all}")).clone()
}

fn total(env: &TestEnv) -> u64 {
    env.json(&["tx", "--limit", "1"])["total"].as_u64().unwrap()
}

#[test]
fn the_bank_is_told_and_the_history_stays() {
    let env = TestEnv::household();
    let (token, _) = env.token(1);
    let before = total(&env);
    let plan = env.ok(&["connections", "remove", "platypus", "--dry-run"]);
    env.snapshot("connections-remove-plan", &plan);
    assert_ne!(removed(&env, "c1")["state"], "removed");
    env.snapshot("connections-remove-unasked", &env.fails(2, &["connections", "remove", "c1"]));
    assert!(block_on(env.client().item_get(&token)).is_ok(), "nothing was confirmed, so nothing was done");

    let ending = env.ok(&["connections", "remove", "c1", "--yes", "--json"]);
    assert!(
        ending.stderr.contains("transactions stay as they are"),
        "the plan is said though nobody is asked: {ending}"
    );
    let ending = ending.json();
    assert_eq!((&ending["provider"], &ending["purged"]), (&"ended".into(), &false.into()), "{ending}");
    let gone = block_on(env.client().item_get(&token)).unwrap_err();
    assert_eq!(gone.code(), Some("ITEM_NOT_FOUND"));
    assert_eq!((removed(&env, "c1")["state"].as_str(), total(&env)), (Some("removed"), before));
    assert_eq!(env.json(&["sync"])["connections"].as_array().unwrap().len(), 0);
    assert_eq!(env.fails(6, &["connections", "remove", "c1", "--yes", "--json"]).error()["code"], "connection_removed");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn nothing_is_due_and_no_balance_is_low_where_nobody_reads_any_more() {
    let env = TestEnv::household();
    env.ok(&["config", "set", "notify.low_balance", "1000000"]);
    let told = || {
        let status = env.json(&["status"]);
        let alerts: Vec<Value> = status["alerts"].as_array().unwrap().clone();
        (
            status["due"].as_array().unwrap().len(),
            alerts.into_iter().filter(|one| one["account"] != Value::Null).count(),
        )
    };
    let (due, alerts) = told();
    assert!(due > 0 && alerts > due, "{due} {alerts}");
    env.ok(&["connections", "remove", "c1", "--yes"]);
    assert_eq!(told(), (0, 0));
    assert_eq!(env.json(&["notify"])["items"], serde_json::json!([]));
}

#[test]
fn one_that_was_removed_is_not_asked_and_one_named_twice_is_asked_once() {
    let env = TestEnv::household();
    env.link("ins_109511");
    env.ok(&["connections", "remove", "c2", "--yes"]);
    for args in [&["sync", "c2"][..], &["sync", "c1", "c2"], &["connections", "rotate", "c2"]] {
        let output = env.fails(5, &[args, &["--json"]].concat());
        assert_eq!(output.error()["code"], "connection_removed", "{output}");
        assert_eq!(output.error()["hint"], "bursar connections");
    }
    let twice = env.json(&["sync", "c1", "platypus", "c1"]);
    assert_eq!(twice["connections"].as_array().unwrap().len(), 1, "{twice}");
}

#[test]
fn a_purge_takes_everything_of_it_and_nothing_else() {
    let env = TestEnv::household();
    let first = total(&env);
    env.link("ins_109511");
    let both = total(&env);
    let of_second = env.json(&["tx", "conn:c2", "--limit", "1"])["items"][0]["id"].as_str().unwrap().to_owned();
    env.ok(&["tx", "note", &of_second, "mine"]);
    env.ok(&["tx", "tag", &of_second, "watched"]);
    let ending = env.json(&["connections", "remove", "c2", "--purge", "--yes"]);
    assert_eq!(ending["contents"]["transactions"], both - first, "{ending}");
    assert_eq!(total(&env), first);
    assert!(env.json(&["accounts", "--all"])["items"].as_array().unwrap().iter().all(|a| a["connection"] == "c1"));
    env.fails(5, &["tx", "show", &of_second]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    // The history of a connection that was removed before can go later.
    env.ok(&["connections", "remove", "c1", "--yes"]);
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert_eq!(total(&env), 0);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn one_that_is_gone_already_is_removed_all_the_same() {
    let env = TestEnv::household();
    let (token, _) = env.token(1);
    block_on(env.client().item_remove(&token, RemovalReason::Other)).unwrap();
    let ending = env.json(&["connections", "remove", "c1", "--yes"]);
    assert_eq!(ending["provider"], "gone");
    assert_eq!(removed(&env, "c1")["state"], "removed");
}

#[test]
fn a_token_that_plaid_does_not_take_is_no_reason_to_pretend() {
    let mut env = TestEnv::household();
    let (token, _) = env.token(1);
    block_on(env.client().access_token_invalidate(&token)).unwrap();
    let refused = env.fails(7, &["connections", "remove", "c1", "--yes"]);
    assert_eq!(refused.hint(), "bursar connections remove c1 --local", "{refused}");
    assert_ne!(removed(&env, "c1")["state"], "removed");
    env.set("BURSAR_PLAID_BASE_URL", "http://127.0.0.1:9");
    env.fails(9, &["connections", "remove", "c1", "--yes"]);
    let plan = env.ok(&["connections", "remove", "c1", "--local", "--dry-run"]);
    assert!(
        plan.stdout.contains("Plaid       will not be told\n") && plan.stderr.contains("Plaid is NOT told"),
        "{plan}"
    );
    let local = env.json(&["connections", "remove", "c1", "--local", "--yes", "--offline"]);
    assert_eq!(local["provider"], "not_told");
    assert_eq!(removed(&env, "c1")["state"], "removed");
    let past = env.ok(&["connections", "remove", "c1", "--purge", "--dry-run"]);
    assert!(past.stdout.contains("will not be told") && past.stderr.contains("Plaid is not told again"), "{past}");
}

#[test]
fn a_person_types_the_word() {
    let env = TestEnv::household();
    let mut terminal = env.terminal(&["connections", "remove", "c1"]);
    terminal.expect("Passphrase: ");
    terminal.type_secret(crate::env::PASSPHRASE);
    terminal.expect("Type remove to go on: ");
    terminal.type_line("yes");
    let output = env.keep(terminal.finish());
    assert_eq!(output.status, 7, "{output}");
    assert_ne!(removed(&env, "c1")["state"], "removed");
    let mut terminal = env.terminal(&["connections", "remove", "c1", "--purge"]);
    terminal.expect("Passphrase: ");
    terminal.type_secret(crate::env::PASSPHRASE);
    terminal.expect("Type purge to go on: ");
    terminal.type_line("purge");
    let output = env.keep(terminal.finish());
    assert_eq!(output.status, 0, "{output}");
    assert_eq!(total(&env), 0);
}
