//! What a plan allows and what its owner allows: warned before, refused beyond.

use bursar::sandbox::Fault;
use serde_json::Value;

use crate::{
    complaints::{GOOD, begun, fill, linked_by_hand},
    env::TestEnv,
};

fn ready() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env
}

fn link(env: &TestEnv, bank: &str) -> crate::env::Output {
    env.run(&["link", "--institution", bank, "--yes", "--no-sync", "--allow-duplicate", "--json"])
}

/// The day after the links, so that no sync is a first look any more.
fn later(env: &mut TestEnv) {
    env.set("BURSAR_TODAY", "2026-04-16");
}

#[test]
fn connections_are_counted_for_good() {
    let env = ready();
    env.ok(&["config", "set", "plaid.max_items", "4"]);
    let first = link(&env, "ins_109508");
    assert!(first.status == 0 && !first.stderr.contains("the plan allows"), "{first}");
    assert_eq!(link(&env, "ins_109509").status, 0);
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    let third = link(&env, "ins_109510");
    assert!(third.status == 0 && third.stderr.contains("2 connections of the 4"), "{third}");
    assert_eq!(link(&env, "ins_109511").status, 0);
    let refused = link(&env, "ins_109512");
    assert_eq!((refused.status, &refused.error()["code"]), (7, &Value::from("plan_items")), "{refused}");
    assert_eq!(env.json(&["connections"])["items"].as_array().unwrap().len(), 4, "nothing was made");
    env.ok(&["config", "set", "plaid.max_items", "0"]);
    assert_eq!(link(&env, "ins_109512").status, 0);
}

#[test]
fn the_sandbox_has_no_limit_of_its_own() {
    let env = ready();
    for bank in ["ins_109508", "ins_109509", "ins_109510"] {
        let linked = link(&env, bank);
        assert!(linked.status == 0 && !linked.stderr.contains("plan allows"), "{linked}");
    }
}

#[test]
fn a_connection_is_synced_so_often_a_day_and_the_others_go_on() {
    let mut env = ready();
    link(&env, "ins_109508");
    link(&env, "ins_109511");
    later(&mut env);
    env.ok(&["config", "set", "sync.max_per_day", "3"]);
    let first = env.ok(&["sync", "c1"]);
    assert!(!first.stderr.contains("more times today"), "{first}");
    env.ok(&["sync", "c1"]);
    let last = env.ok(&["sync", "c1"]);
    assert!(last.stderr.contains("can be synced 0 more times today"), "{last}");
    let refused = env.fails(7, &["sync", "c1", "--json"]);
    assert_eq!(refused.error()["code"], "day_limit", "{refused}");
    let mixed = env.fails(3, &["sync", "--json"]);
    let outcomes: Vec<Value> =
        mixed.json()["connections"].as_array().unwrap().iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["failed", "ok"], "{mixed}");
    env.set("BURSAR_TODAY", "2026-04-17");
    env.ok(&["sync"]);
}

#[test]
fn a_run_that_was_stopped_counts_for_the_day() {
    let mut env = ready();
    link(&env, "ins_109508");
    later(&mut env);
    env.ok(&["config", "set", "sync.max_per_day", "1"]);
    env.sandbox().fault_at(Fault::Slow, "/transactions/sync");
    assert_eq!(env.fails(3, &["sync", "--max-runtime", "200ms", "--json"]).error()["code"], "time_up");
    assert_eq!(env.fails(7, &["sync", "--json"]).error()["code"], "day_limit");
}

#[test]
fn what_is_not_synced_any_more_today_is_not_refreshed_for_money() {
    let mut env = ready();
    link(&env, "ins_109508");
    later(&mut env);
    env.ok(&["config", "set", "sync.max_per_day", "1"]);
    env.ok(&["sync"]);
    let refused = env.fails(7, &["sync", "--refresh", "--yes", "--json"]);
    assert_eq!(refused.error()["code"], "day_limit", "{refused}");
    assert_eq!(env.json(&["metrics"])["limits"]["billable_today"], 0, "nothing was billed");
}

#[test]
fn what_came_into_being_at_plaid_counts_though_the_book_has_it_not() {
    let env = ready();
    let made = || env.json(&["metrics"])["limits"]["items_made"].clone();
    link(&env, "ins_109508");
    assert_eq!(made(), 1);
    for count in 2..4 {
        env.fails(6, &["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
        assert_eq!(made(), count, "a duplicate was made, and ended at once");
    }
    env.sandbox().fault_at(Fault::DropConnection, "/item/public_token/exchange");
    env.fails(9, &["link", "--institution", "ins_109509", "--yes"]);
    assert_eq!(made(), 4, "a lost answer may have made one");
    env.sandbox().refuse("INVALID_PUBLIC_TOKEN", "/item/public_token/exchange");
    env.fails(9, &["link", "--institution", "ins_109509", "--yes"]);
    assert_eq!(made(), 4, "Plaid refused, and made none");
    link(&env, "ins_109509");
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (5.into(), 2.into()));
}

/// A link by hand whose exchange goes wrong in this way.
fn exchange_goes_wrong(env: &TestEnv, fault: Fault) {
    env.sandbox().fault_at(fault, "/item/public_token/exchange");
    let lost = linked_by_hand(env, &["--no-sync"], true, &["institution=ins_109508", GOOD, "account=0000"]);
    assert!(lost.status == 9 && lost.stdout.contains("bursar link --resume"), "{lost}");
    assert_eq!(env.json(&["metrics"])["limits"]["items_made"], 1, "it may have been made");
}

#[test]
fn an_exchange_that_is_resumed_counts_once() {
    let env = ready();
    let made = || env.json(&["metrics"])["limits"]["items_made"].clone();
    exchange_goes_wrong(&env, Fault::InternalError);
    // The bank is in trouble still: nothing is known yet, and nothing more was made.
    env.sandbox().fault_at(Fault::InternalError, "/item/public_token/exchange");
    env.fails(9, &["link", "--resume", "--yes"]);
    assert_eq!(made(), 1);
    env.sandbox().fault_at(Fault::InvalidKeys, "/item/public_token/exchange");
    env.fails(4, &["link", "--resume", "--yes"]);
    assert_eq!(made(), 1, "a refusal says nothing of the try before");
    env.ok(&["link", "--resume", "--yes", "--no-sync"]);
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (1.into(), 1.into()));
    env.fails(5, &["link", "--resume", "--yes"]);
}

#[test]
fn what_was_made_and_cannot_be_reached_stays_counted() {
    let env = ready();
    let made = || env.json(&["metrics"])["limits"]["items_made"].clone();
    exchange_goes_wrong(&env, Fault::DropConnection);
    let over = env.fails(9, &["link", "--resume", "--yes", "--json"]).error();
    assert_eq!((&over["code"], &over["hint"]), (&Value::from("link_again"), &Value::from("bursar link")), "{over}");
    assert!(over["message"].as_str().unwrap().contains("counts for the plan"), "{over}");
    env.fails(5, &["link", "--resume", "--yes"]);
    assert_eq!(made(), 1);
    link(&env, "ins_109509");
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (2.into(), 1.into()));
}

/// A flow that was left behind, and in which somebody signed in at these banks since.
fn flow_of(env: &TestEnv, banks: &[&str]) {
    let (mut running, page) = begun(env, &["--no-sync", "--yes"]);
    running.kill();
    for bank in banks {
        fill(&env.sandbox().base_url, &page, &[&format!("institution={bank}"), GOOD, "account=0000"]);
    }
}

#[test]
fn one_bank_of_a_flow_that_cannot_be_reached_costs_the_others_nothing() {
    let env = ready();
    let made = || env.json(&["metrics"])["limits"]["items_made"].clone();
    flow_of(&env, &["ins_109508", "ins_109509"]);
    env.sandbox().fault_at(Fault::DropConnection, "/item/public_token/exchange");
    env.fails(9, &["link", "--resume", "--yes", "--no-sync"]);
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (1.into(), 0.into()));
    let over = env.fails(9, &["link", "--resume", "--yes", "--no-sync", "--json"]).error();
    assert_eq!(over["code"], "link_again", "{over}");
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (2.into(), 1.into()));
    env.fails(5, &["link", "--resume", "--yes"]);
}

#[test]
fn what_a_flow_has_brought_is_not_exchanged_again_when_it_is_resumed() {
    let env = ready();
    let made = || env.json(&["metrics"])["limits"]["items_made"].clone();
    link(&env, "ins_109508");
    flow_of(&env, &["ins_109509", "ins_109508"]);
    env.fails(3, &["link", "--resume", "--yes", "--no-sync"]);
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (2.into(), 2.into()));
    let resumed = env.json(&["link", "--resume", "--yes", "--no-sync", "--allow-duplicate"]);
    let ids: Vec<&Value> = resumed["connections"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, ["c2", "c3"], "{resumed}");
    assert_eq!((made(), env.json(&["connections"])["total"].clone()), (3.into(), 3.into()));
    env.fails(5, &["link", "--resume", "--yes"]);
}

/// The bank and account of a flow.
fn forms(bank: &str) -> [String; 3] {
    [format!("institution={bank}"), GOOD.to_owned(), "account=0000".to_owned()]
}

/// Sets what the plan allows.
fn allow(env: &TestEnv, most: &str) {
    env.ok(&["config", "set", "plaid.max_items", most]);
}

/// Connections that were made, and those that the book has.
fn made_and_kept(env: &TestEnv) -> (Value, Value) {
    (env.json(&["metrics"])["limits"]["items_made"].clone(), env.json(&["connections"])["total"].clone())
}

#[test]
fn a_link_that_is_resumed_keeps_to_the_plan() {
    let env = ready();
    flow_of(&env, &["ins_109508"]);
    link(&env, "ins_109509");
    allow(&env, "1");
    // A fault that waits at the exchange tells whether it was ever called.
    env.sandbox().faults_at(Fault::InternalError, "/item/public_token/exchange", 1);
    for _ in 0..2 {
        let refused = env.fails(7, &["link", "--resume", "--yes", "--no-sync", "--json"]);
        let error = refused.error();
        assert_eq!(error["code"], "plan_items", "{refused}");
        assert!(error["message"].as_str().unwrap().contains("can be had for six hours"), "{refused}");
        assert_eq!(refused.json()["beyond_plan"], serde_json::json!({"made": 1, "most": 1, "granted": 1}));
        assert_eq!(made_and_kept(&env), (1.into(), 1.into()));
    }
    assert_eq!(env.sandbox().waits(Fault::InternalError), Some(1), "nothing was exchanged");
    env.sandbox().clear_faults();
    allow(&env, "2");
    env.ok(&["link", "--resume", "--yes", "--no-sync"]);
    assert_eq!(made_and_kept(&env), (2.into(), 2.into()));
}

#[test]
fn a_flow_of_several_banks_keeps_to_the_plan() {
    let env = ready();
    flow_of(&env, &["ins_109508", "ins_109509", "ins_109510"]);
    allow(&env, "1");
    let part = env.fails(3, &["link", "--resume", "--yes", "--no-sync", "--json"]);
    assert_eq!(
        (&part.error()["code"], &part.json()["beyond_plan"]["granted"]),
        (&"plan_items".into(), &2.into()),
        "{part}"
    );
    assert_eq!(made_and_kept(&env), (1.into(), 1.into()));
    allow(&env, "3");
    env.ok(&["link", "--resume", "--yes", "--no-sync"]);
    assert_eq!(made_and_kept(&env), (3.into(), 3.into()));
}

#[test]
fn two_links_at_once_share_the_last_place() {
    let env = ready();
    allow(&env, "1");
    let args = ["--yes", "--no-sync"];
    let both = [begun(&env, &args), begun(&env, &args)];
    for ((_, page), bank) in both.iter().zip(["ins_109508", "ins_109509"]) {
        let forms = forms(bank);
        fill(&env.sandbox().base_url, page, &forms.each_ref().map(String::as_str));
    }
    let mut ends: Vec<i32> = both.into_iter().map(|(running, _)| env.keep(running.finish()).status).collect();
    ends.sort_unstable();
    assert_eq!(ends, [0, 7]);
    assert_eq!(made_and_kept(&env), (1.into(), 1.into()));
}
