//! `sync log`, and runs that end early or begin late.

use bursar::sandbox::Fault;
use serde_json::Value;

use crate::env::TestEnv;

#[test]
fn past_runs_are_listed_newest_first() {
    let mut env = TestEnv::household();
    env.link("ins_109511");
    env.sandbox().fault(Fault::InstitutionDown, None);
    env.run(&["sync", "c1"]);
    let log = env.json(&["sync", "log"]);
    let newest = &log["items"][0];
    assert_eq!(
        (&newest["connection"], &newest["name"], &newest["outcome"], &newest["error_code"]),
        (&"c1".into(), &"First Platypus Bank".into(), &"failed".into(), &"INSTITUTION_DOWN".into())
    );
    assert!(newest["request_id"].is_string() && newest["error"].is_string(), "{newest}");
    let total = log["total"].as_u64().unwrap();
    let of_second = env.json(&["sync", "log", "c2", "--limit", "1"]);
    assert_eq!(of_second["items"].as_array().unwrap().len(), 1);
    assert!(of_second["total"].as_u64().unwrap() < total && of_second["items"][0]["connection"] == "c2");
    let rest = env.json(&["sync", "log", "--offset", "1", "--limit", "100"]);
    assert_eq!(rest["items"].as_array().unwrap().len() as u64, total - 1);
    assert_eq!(env.json(&["sync", "log", "--limit", "0"])["items"].as_array().unwrap().len() as u64, total);
    env.set("COLUMNS", "60");
    let narrow = env.ok(&["sync", "log", "--limit", "1"]).stdout;
    let words = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
    let last = newest["error"].as_str().unwrap().split_whitespace().last().unwrap();
    assert!(words.ends_with(last) && narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    env.snapshot("sync-log-empty", &empty().ok(&["sync", "log"]));
}

fn empty() -> TestEnv {
    let env = TestEnv::new();
    env.init();
    env
}

#[test]
fn a_name_that_is_not_there_waits_for_nobody() {
    let env = TestEnv::household();
    let began = std::time::Instant::now();
    let unknown = env.fails(5, &["sync", "nosuch", "--jitter", "12h"]);
    assert!(began.elapsed().as_secs() < 60 && !unknown.stderr.contains("starting in"), "{unknown}");
}

#[test]
fn what_is_not_saved_when_the_time_is_up_comes_with_the_next_sync() {
    let env = TestEnv::household();
    env.sandbox().advance(2);
    env.sandbox().fault_at(Fault::Slow, "/transactions/sync");
    let late = env.fails(3, &["sync", "--max-runtime", "200ms", "--json"]);
    assert_eq!(
        (&late.error()["code"], &late.json()["connections"][0]["outcome"]),
        (&"time_up".into(), &"skipped".into())
    );
    let newest = env.json(&["sync", "log"])["items"][0].clone();
    assert_eq!((&newest["outcome"], &newest["error_code"]), (&"skipped".into(), &"STOPPED".into()), "{newest}");
    let connection = env.json(&["connections"])["items"][0].clone();
    assert_eq!((&connection["state"], &connection["error"]), (&"healthy".into(), &Value::Null), "a stop says nothing");
    assert!(env.json(&["sync", "--max-runtime", "1m", "--jitter", "30ms"])["added"].as_u64().unwrap() > 0);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}
