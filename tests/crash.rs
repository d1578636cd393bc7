//! `kill -9` in the middle of a sync: nothing is lost, nothing comes twice.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::env::{TestEnv, have};

const TRANSACTIONS: u64 = 2_500;
const MOMENTS: u32 = 6;

/// A linked bank whose history has not been fetched yet, and a copy of everything on disk.
fn linked() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank_with(|bank| bank.transactions = Some(TRANSACTIONS));
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    copy(&env.path("home"), &env.path("saved"));
    env
}

fn copy(from: &Path, to: &Path) {
    drop(fs::remove_dir_all(to));
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// The book without what differs from run to run.
fn book(env: &TestEnv) -> (String, String) {
    let accounts = env.json(&["accounts"]);
    let balances =
        accounts["items"].as_array().unwrap().iter().map(|a| format!("{} {}", a["name"], a["balance"]["current"]));
    let list = env.json(&["transactions", "--limit", "100000"]);
    let mut rows: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| format!("{} {} {} {} {}", t["date"], t["amount"], t["payee"], t["description"], t["status"]))
        .collect();
    rows.sort();
    (balances.collect::<Vec<_>>().join("\n"), rows.join("\n"))
}

/// The vault is whole after the kill, and the next sync brings the book to where an undisturbed one ends.
fn recovers(env: &TestEnv, whole: &(String, String), moment: &str) {
    let check = env.json(&["vault", "check"]);
    assert_eq!(check["ok"], true, "after a kill {moment}: {check}");
    env.ok(&["sync"]);
    assert!(book(env) == *whole, "after a kill {moment} the book differs");
}

#[test]
fn a_sync_killed_at_any_moment_loses_and_repeats_nothing() {
    let env = linked();
    let begin = Instant::now();
    env.ok(&["sync"]);
    let duration = begin.elapsed();
    let whole = book(&env);
    assert!(whole.1.lines().count() >= usize::try_from(TRANSACTIONS).unwrap());
    for moment in 1..=MOMENTS {
        copy(&env.path("saved"), &env.path("home"));
        let until = Instant::now() + duration * moment / (MOMENTS + 1);
        let mut running = env.start(&["sync"]);
        while Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
        running.kill();
        recovers(&env, &whole, &format!("{moment}/{} of the way", MOMENTS + 1));
    }
}

#[test]
fn a_sync_killed_at_a_write_loses_and_repeats_nothing() {
    if !have("strace") {
        return;
    }
    let env = linked();
    let (_, counted) = env.traced(&["sync"], &["trace=pwrite64,fsync,renameat,renameat2,rename"]);
    let calls = counted.lines().filter(|line| line.contains("pwrite64(")).count();
    let whole = book(&env);
    assert!(calls > 20, "the trace shows only {calls} writes");
    for (call, at) in [("pwrite64", 1), ("pwrite64", calls / 3), ("pwrite64", calls - 3), ("fsync", 1), ("fsync", 2)] {
        copy(&env.path("saved"), &env.path("home"));
        let (_, trace) = env.traced(&["sync"], &[&format!("inject={call}:signal=KILL:when={at}")]);
        assert!(trace.contains("killed by SIGKILL"), "the kill at {call} {at} did not strike");
        recovers(&env, &whole, &format!("at {call} {at}"));
    }
}
