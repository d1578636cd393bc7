//! What is new to the book is told, and a history is not; a link tells like a sync; a repeat is known as one.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use super::{hook, news, of, told};
use crate::env::{Output, TestEnv};

const LARGE: &str = "notify.large_transaction";

fn ids(alerts: &[Value]) -> BTreeSet<String> {
    let large = alerts.iter().filter(|alert| alert["kind"] == "large_transaction");
    large.map(|alert| alert["transaction"].as_str().unwrap().to_owned()).collect()
}

/// Transactions of a thousand dollars or more from a day on, by the book itself.
fn large(env: &TestEnv, since: &str) -> BTreeSet<String> {
    let all = env.json(&["transactions", "--limit", "0", "-b", since]);
    let all = all["items"].as_array().unwrap().iter();
    let large = all.filter(|item| item["amount"]["minor"].as_i64().unwrap().abs() >= 100_000);
    large.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_comes_weeks_late_is_told_when_it_comes() {
    let mut env = told();
    env.ok(&["config", "set", LARGE, "1000 USD"]);
    env.ok(&["sync"]);
    let first = ids(&news(&env));
    assert_eq!(first, large(&env, "2026-04-08"), "the history is no news");
    env.sandbox().advance(28);
    env.set("BURSAR_TODAY", "2026-05-13");
    env.ok(&["sync"]);
    let alerts = news(&env);
    let old = alerts.iter().filter(|alert| alert["kind"] == "large_transaction");
    let old = old.filter(|alert| alert["date"].as_str().unwrap() < "2026-05-06").count();
    assert!(old > 0, "nothing came late: {alerts:#?}");
    let expected: BTreeSet<String> = large(&env, "2026-04-08").difference(&first).cloned().collect();
    assert_eq!(ids(&alerts), expected);
    env.ok(&["sync"]);
    assert!(ids(&news(&env)).is_empty(), "told twice");
    env.set("BURSAR_TODAY", "2026-05-21");
    env.ok(&["sync"]);
    let (status, week) = (env.json(&["status"]), large(&env, "2026-05-14"));
    assert_eq!(ids(status["alerts"].as_array().unwrap()), week, "what came late is no news after a week");
}

#[test]
fn a_link_tells_like_a_sync_and_its_history_is_no_news() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    hook(&env, "cat >> \"$HOME/told\"");
    env.ok(&["config", "set", LARGE, "1000 USD"]);
    env.ok(&["config", "set", "notify.low_balance", "1000000"]);
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    assert!(news(&env).is_empty(), "nothing was synced");
    env.link("ins_127287");
    let alerts = news(&env);
    assert!(!of(&alerts, "low_balance").is_empty(), "{alerts:#?}");
    assert_eq!(ids(&alerts), large(&env, "2026-04-08"));
    assert!(alerts.len() < 30, "a flood: {alerts:#?}");
    env.ok(&["sync", "c2"]);
    assert!(news(&env).is_empty(), "told twice");
    // Weeks later, another bank with two years behind it; and the first, whose history nobody has fetched yet.
    env.set("BURSAR_TODAY", "2026-05-05");
    env.link("ins_109511");
    env.ok(&["sync", "c1"]);
    let alerts = news(&env);
    let old = alerts.iter().filter(|alert| alert["kind"] == "large_transaction");
    let old: Vec<_> = old.filter(|alert| alert["date"].as_str().unwrap() < "2026-04-28").collect();
    assert!(old.is_empty(), "{old:#?}");
}

/// Each alert of a kind with the instant since when it holds.
fn since(alerts: &[Value], kind: &str) -> Vec<(String, String)> {
    let found = alerts.iter().filter(|alert| alert["kind"] == kind);
    found.map(|alert| (alert["key"].to_string(), alert["first_seen"].to_string())).collect()
}

#[test]
fn a_sync_killed_after_its_hook_tells_again_and_the_hook_can_know_it() {
    let mut env = told();
    env.ok(&["sync"]);
    news(&env);
    let ill = |env: &TestEnv, status: i32| -> Output {
        env.sandbox().fault(bursar::sandbox::Fault::LoginRequired, Some(1));
        env.fails(status, &["sync"])
    };
    hook(&env, "cat >> \"$HOME/told\"; kill -9 $PPID");
    ill(&env, 137);
    let first = since(&news(&env), "reauth");
    assert_eq!(first.len(), 1);
    hook(&env, "cat >> \"$HOME/told\"");
    env.set("BURSAR_TODAY", "2026-04-16");
    ill(&env, 8);
    assert_eq!(since(&news(&env), "reauth"), first, "told again, as the same");
    ill(&env, 8);
    assert!(since(&news(&env), "reauth").is_empty(), "it was taken");
    env.ok(&["sync"]);
    env.set("BURSAR_TODAY", "2026-04-17");
    ill(&env, 8);
    let back = since(&news(&env), "reauth");
    assert!(
        back.len() == 1 && back[0].0 == first[0].0 && back[0].1 > first[0].1,
        "it came back: {back:?} after {first:?}"
    );
    assert!(fs::exists(env.vault()).unwrap());
}
