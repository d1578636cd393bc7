//! Calls are written down before they leave: a killed one counts as made, one meter shows all, and the quota reads the same.

use bursar::sandbox::Fault;
use serde_json::{Value, json};

use super::{ACCOUNTS, bridge, guard_access, interrupt, link, token_file, wait_until};
use crate::env::{Background, TestEnv};

/// What is written down of calls about a connection that are not counted yet.
fn noted(env: &TestEnv, connection: i64) -> Vec<u8> {
    let files = std::fs::read_dir(env.path("home/.local/state/bursar")).into_iter().flatten().flatten();
    let wanted = format!("calls-{connection}");
    let mut files = files.into_iter().filter(|file| file.path().extension().is_some_and(|found| *found == *wanted));
    files.next().and_then(|file| std::fs::read(file.path()).ok()).unwrap_or_default()
}

/// A command whose call at this path is answered late, once the call is written down.
fn on_its_way(env: &TestEnv, path: &str, args: &[&str]) -> Background {
    let before = noted(env, 1);
    env.sandbox().fault_at(Fault::Slow, path);
    let running = env.start(args);
    // What an earlier call left is counted and removed first.
    wait_until("no call was written down", || Some(noted(env, 1)).is_some_and(|now| !now.is_empty() && now != before));
    running
}

fn today(env: &TestEnv) -> u64 {
    env.json(&["metrics"])["connections"][0]["calls_today"].as_u64().unwrap()
}

fn outcome(metrics: &Value, path: &str, wanted: &str) -> u64 {
    let row = metrics["endpoints"].as_array().unwrap().iter().find(|row| row["endpoint"] == path).unwrap();
    let found = row["outcomes"].as_array().unwrap().iter().find(|outcome| outcome["outcome"] == wanted);
    found.map_or(0, |outcome| outcome["calls"].as_u64().unwrap())
}

#[test]
fn metrics_show_the_second_source_too() {
    let env = bridge();
    link(&env, 1);
    env.sandbox().fault(Fault::SimplefinPayment, None);
    env.fails(7, &["sync"]);
    env.sandbox().fault_at(Fault::DropConnection, ACCOUNTS);
    env.fails(9, &["sync"]);
    let metrics = env.json(&["metrics"]);
    let row = metrics["endpoints"].as_array().unwrap().iter().find(|row| row["endpoint"] == ACCOUNTS).unwrap();
    assert!(row["p50_ms"].is_u64() && row["p50_ms"].as_u64() <= row["p95_ms"].as_u64(), "{row}");
    assert_eq!((&row["billing"], &row["billable"]), (&json!("free"), &json!(0)));
    assert!(row["succeeded"].as_u64() > Some(1) && row["succeeded"].as_u64() < row["calls"].as_u64(), "{row}");
    assert_eq!(outcome(&metrics, ACCOUNTS, "PAYMENT_REQUIRED"), 1, "{metrics}");
    assert_eq!(outcome(&metrics, "/simplefin/claim", "ok"), 1);
    let connection = &metrics["connections"][0];
    assert_eq!((&connection["calls_today"], &connection["max_calls_per_day"]), (&metrics["calls"], &json!(24)));
    let page = env.ok(&["metrics", "--prometheus"]).stdout;
    assert!(page.contains("bursar_calls_total{endpoint=\"/simplefin/accounts\",outcome=\"ok\"}"), "{page}");
    assert!(env.ok(&["metrics"]).stderr.contains("its provider allows 24"));
}

#[test]
fn a_killed_call_counts_as_made() {
    let env = bridge();
    link(&env, 1);
    assert!(noted(&env, 1).is_empty(), "what is counted is not written down any more");
    let before = today(&env);
    for _ in 0..3 {
        on_its_way(&env, ACCOUNTS, &["sync"]).kill();
        env.sandbox().clear_faults();
    }
    env.ok(&["sync"]);
    let metrics = env.json(&["metrics"]);
    assert_eq!(outcome(&metrics, ACCOUNTS, "interrupted"), 3, "{metrics}");
    assert_eq!(today(&env), before + 4);
    let refused = loop {
        let output = env.run(&["sync"]);
        if output.status != 0 {
            break output;
        }
    };
    assert_eq!(refused.status, 7, "{refused}");
    assert!(refused.stderr.contains("24 calls were made for it today"), "{refused}");
    assert_eq!(today(&env), 24, "the quota counts what the metrics show");
    env.ok(&["vault", "check"]);
}

#[test]
fn an_interrupted_sync_counts_its_calls() {
    let env = bridge();
    link(&env, 1);
    let before = today(&env);
    let running = on_its_way(&env, ACCOUNTS, &["sync"]);
    interrupt(running.id());
    let stopped = env.keep(running.finish());
    assert_eq!(stopped.status, 130, "{stopped}");
    assert_eq!(today(&env), before + 1);
    assert!(noted(&env, 1).is_empty());
    env.sandbox().clear_faults();
    env.ok(&["sync"]);
    assert_eq!(today(&env), before + 2, "and counts them once");
}

#[test]
fn a_call_that_never_left_counts_for_no_quota() {
    let env = bridge();
    let access = "http://somebody:0123456789abcdef@127.0.0.1:1/simplefin";
    env.guard("0123456789abcdef");
    env.leave_behind(&json!({
        "provider": "simplefin", "environment": "sandbox", "item_id": "simplefin-0123", "institution": "SimpleFIN",
        "access_token": access, "institution_id": null
    }));
    env.ok(&["sync"]);
    env.fails(9, &["sync"]);
    let metrics = env.json(&["metrics"]);
    assert!(outcome(&metrics, ACCOUNTS, "network") > 1, "{metrics}");
    assert_eq!(metrics["connections"][0]["calls_today"], 0, "{metrics}");
}

#[test]
fn a_call_that_cannot_be_written_down_is_not_made() {
    let env = bridge();
    link(&env, 1);
    let before = env.json(&["metrics"])["calls"].clone();
    let pin = std::fs::read_dir(env.path("home/.local/state/bursar")).unwrap().map(|entry| entry.unwrap().path());
    let pin = pin.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "pin")).unwrap();
    std::os::unix::fs::symlink(env.path("home/elsewhere"), pin.with_extension("calls-1")).unwrap();
    let refused = env.fails(13, &["sync"]);
    assert!(refused.stderr.contains("calls-1"), "{refused}");
    std::fs::remove_file(pin.with_extension("calls-1")).unwrap();
    assert_eq!(env.json(&["metrics"])["calls"], before);
    env.ok(&["sync"]);
}

#[test]
fn a_killed_call_that_may_be_billed_counts_as_billed() {
    let env = TestEnv::household();
    on_its_way(&env, "/accounts/balance/get", &["accounts", "--realtime", "--yes"]).kill();
    on_its_way(&env, "/transactions/refresh", &["sync", "--refresh", "--yes"]).kill();
    env.sandbox().clear_faults();
    env.ok(&["config", "set", "plaid.max_billable_per_day", "2"]);
    let refused = env.fails(7, &["accounts", "--realtime", "--yes", "--json"]);
    assert_eq!(refused.error()["code"], "billable_limit", "{refused}");
    let metrics = env.json(&["metrics"]);
    assert_eq!((&metrics["billable"], &metrics["limits"]["billable_today"]), (&json!(2), &json!(2)), "{metrics}");
    assert_eq!(outcome(&metrics, "/accounts/balance/get", "interrupted"), 1, "{metrics}");
    assert_eq!(outcome(&metrics, "/transactions/refresh", "interrupted"), 1, "{metrics}");
}

#[test]
fn a_killed_claim_is_counted_too() {
    let env = bridge();
    env.sandbox().fault_at(Fault::Slow, ACCOUNTS);
    let file = token_file(&env, 1);
    let mut running = env.start(&["link", "simplefin", "--token-file", &file, "--yes", "--no-sync"]);
    wait_until("no claim was written down", || !noted(&env, 0).is_empty());
    running.kill();
    env.sandbox().clear_faults();
    // Killed before or after the answer: either way the call was made, and is counted once.
    let again = env.run(&["link", "simplefin", "--token-file", &file, "--yes", "--no-sync"]);
    let linked = env.json(&["connections"])["total"] == 1;
    assert!(again.status == 0 || again.status == 7, "{again}");
    if linked {
        guard_access(&env, 1);
    }
    let metrics = env.json(&["metrics"]);
    assert_eq!(outcome(&metrics, "/simplefin/claim", "interrupted"), 1, "{metrics}");
    assert!(noted(&env, 0).is_empty());
}

#[test]
fn few_calls_left_are_said_before_there_are_none() {
    let env = bridge();
    link(&env, 1);
    let mut said = Vec::new();
    let refused = loop {
        let output = env.run(&["sync"]);
        if output.status != 0 {
            break output;
        }
        said.push((24 - today(&env), output.stderr.contains("calls left today; its provider allows 24 a day"), output));
    };
    assert!(refused.status == 7 && !refused.stderr.contains("calls left"), "{refused}");
    for (left, warned, output) in said {
        assert_eq!(warned, left <= 24 / 5, "{left} are left: {output}");
        assert!(!warned || output.stderr.contains(&format!("has {left} calls left today")), "{output}");
    }
}
