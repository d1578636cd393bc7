//! What a sync finds of regular payments is kept: `status` reads it, whatever the history, and not for ever.

use std::fs;

use bursar::vault::Access;

use super::{of, once, told};
use crate::env::{TestEnv, have};

/// Seventeen dollars a month until February, forty-five in March, as one payee.
fn dearer(env: &TestEnv) -> Vec<String> {
    let mut edited = Vec::new();
    for (payee, period) in [("payee:new york times", "2025-01..2026-02"), ("payee:mint mobile", "2026-03")] {
        for item in env.json(&["transactions", payee, "-p", period])["items"].as_array().unwrap() {
            edited.push(item["id"].as_str().unwrap().to_owned());
        }
    }
    for id in &edited {
        env.ok(&["transactions", "edit", id, "--payee", "Canary Films"]);
    }
    edited
}

fn rises(env: &TestEnv) -> Vec<String> {
    let status = env.json(&["status"]);
    of(status["alerts"].as_array().unwrap(), "price_rise").into_iter().filter(|key| key.contains("Canary")).collect()
}

#[test]
fn an_edit_is_seen_by_the_next_sync_and_an_old_finding_is_not_shown_for_ever() {
    let mut env = TestEnv::household();
    let edited = dearer(&env);
    assert!(rises(&env).is_empty(), "found without a sync");
    env.ok(&["sync"]);
    assert_eq!(rises(&env).len(), 1, "{}", env.json(&["status"]));
    for id in &edited {
        env.ok(&["transactions", "edit", id, "--payee", ""]);
    }
    assert_eq!(rises(&env).len(), 1, "a status looks for nothing");
    env.ok(&["sync"]);
    assert!(rises(&env).is_empty(), "a sync without news from the bank has seen the edit");
    dearer(&env);
    env.ok(&["sync"]);
    assert_eq!(rises(&env).len(), 1);
    // Months later, and no sync since.
    env.set("BURSAR_TODAY", "2026-09-01");
    let alerts = env.json(&["status"])["alerts"].clone();
    let kinds: Vec<&str> = alerts.as_array().unwrap().iter().map(|alert| alert["kind"].as_str().unwrap()).collect();
    let regular = ["price_rise", "payment_missed", "payment_ended"];
    assert!(!kinds.iter().any(|kind| regular.contains(kind)) && kinds.contains(&"stale"), "{alerts:#}");
}

#[test]
fn a_sync_without_news_looks_once_a_day() {
    let mut env = TestEnv::household();
    let looks = |env: &TestEnv| {
        let entries = env.json(&["audit", "--limit", "1000"]);
        entries["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == "sync.alerts").count()
    };
    let first = looks(&env);
    assert!(first > 0, "the link's sync looks too");
    env.ok(&["sync"]);
    assert_eq!(looks(&env), first);
    env.set("BURSAR_TODAY", "2026-04-16");
    env.ok(&["sync"]);
    env.ok(&["sync"]);
    assert_eq!(looks(&env), first + 1);
    env.ok(&["transactions", "edit", "t9", "--payee", "Somebody"]);
    env.ok(&["sync"]);
    assert_eq!(looks(&env), first + 2);
}

#[test]
fn status_reads_as_many_pages_of_a_long_history_as_of_a_short_one() {
    if !have("strace") {
        return;
    }
    let pages = |transactions: u64, command: &str| {
        let mut env = TestEnv::new();
        env.bank_with(|bank| bank.transactions = Some(transactions));
        env.init();
        env.link("ins_109508");
        env.ok(&["config", "set", "notify.large_transaction", "100000"]);
        let words: Vec<&str> = command.split(' ').collect();
        let (output, trace) = env.traced(&words, &["trace=pread64"]);
        assert_eq!(output.status, 0, "{output}");
        trace.lines().filter(|line| line.contains(", 4096, ") && line.ends_with(" = 4096")).count()
    };
    let (short, long) = (pages(300, "status"), pages(6000, "status"));
    // A tree of more rows is a level higher, and a week of them is more.
    assert!(short > 10 && long <= short + 30, "{short} and {long} pages");
    let scan = pages(6000, "report recurring");
    assert!(scan > 2 * long, "the measure sees no scan: {scan}, and {long} for a status");
}

#[test]
fn an_alert_that_was_taken_out_is_noticed() {
    let env = told();
    once(&env, 0, "payment_due");
    dearer(&env);
    env.ok(&["sync"]);
    let (file, whole) = (env.vault().join("vault.db"), env.path("whole.db"));
    env.ok(&["vault", "check"]);
    fs::copy(&file, &whole).unwrap();
    for sql in [
        "DELETE FROM alerts WHERE kind = 'payment_due'",
        "DELETE FROM regular_alerts WHERE kind = 'price_rise'",
        "UPDATE looks SET date = date + 1",
        "INSERT INTO late_arrivals VALUES (1, 0)",
    ] {
        let db = env.unlocked().connect(Access::Write).unwrap();
        assert!(db.execute(sql, []).unwrap() > 0, "{sql}: it changed nothing");
        db.close().unwrap();
        let checked = env.fails(10, &["vault", "check", "--json"]);
        assert!(checked.stdout.contains("changed outside of bursar: alerts"), "{sql}: {checked}");
        fs::copy(&whole, &file).unwrap();
    }
    env.ok(&["vault", "check"]);
}
