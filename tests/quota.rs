//! What a plan allows and what its owner allows: warned before, refused beyond.

use bursar::sandbox::Fault;
use serde_json::Value;

use crate::{
    complaints::{GOOD, fill, linked_by_hand},
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
    let mut running = env.start(&["link", "--hosted", "--no-sync", "--yes"]);
    let base_url = env.sandbox().base_url.clone();
    let began = std::time::Instant::now();
    let page = loop {
        let said = running.so_far();
        if let Some((_, rest)) = said.split_once(&base_url)
            && let Some((page, _)) = rest.split_once('\n')
        {
            break page.trim().to_owned();
        }
        assert!(began.elapsed().as_secs() < 30, "no address: {said}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    running.kill();
    for bank in banks {
        fill(&base_url, &page, &[&format!("institution={bank}"), GOOD, "account=0000"]);
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
