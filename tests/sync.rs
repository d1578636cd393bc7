//! `bursar sync` against a bank that changes, misbehaves and is interrupted.

pub(crate) mod fire;
mod log;
mod refused;
mod tombstones;

use std::{
    fs,
    time::{Duration, Instant},
};

use bursar::sandbox::{Config, Fault};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::env::{Background, TestEnv};

const CHANGES: &str = "/transactions/sync";

/// The whole book as scripts see it: accounts and transactions, without the instants of the runs.
fn book(env: &TestEnv) -> Value {
    let mut accounts = env.json(&["accounts", "--all"])["items"].clone();
    for account in accounts.as_array_mut().unwrap() {
        account["balance"]["as_of"].take();
    }
    json!({"accounts": accounts, "transactions": env.json(&["transactions"])})
}

#[test]
fn what_came_is_counted_once() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    env.snapshot("sync-dry-run", &env.ok(&["sync", "--dry-run"]));
    assert_eq!(env.json(&["tx"])["total"], 0);
    let first = env.json(&["sync"]);
    assert_eq!(first["added"], env.json(&["tx"])["total"]);
    for field in ["id", "name", "outcome", "added", "modified", "removed", "bank_updated_at", "error"] {
        assert!(first["connections"][0].get(field).is_some(), "{field} in {first}");
    }
    env.set("COLUMNS", "80");
    env.snapshot("sync-80", &env.ok(&["sync"]));
    let second = env.json(&["sync", "first platypus bank"]);
    assert_eq!((&second["added"], &second["modified"], &second["removed"]), (&0.into(), &0.into(), &0.into()));
    env.snapshot("sync-unknown", &env.fails(5, &["sync", "nobody"]));
    env.snapshot("sync-offline", &env.fails(9, &["sync", "--offline"]));
}

#[test]
fn what_the_owner_wrote_survives_what_the_bank_changes() {
    let env = TestEnv::household();
    let pending = env.json(&["tx", "status:pending"])["items"].as_array().unwrap().clone();
    assert!(!pending.is_empty());
    for item in &pending {
        let id = item["id"].as_str().unwrap();
        env.ok(&["tx", "note", id, "seen"]);
        env.ok(&["tx", "tag", id, "watched"]);
        env.ok(&["tx", "edit", id, "--category", "groceries", "--payee", "My word"]);
    }
    let before = env.json(&["tx"])["total"].as_u64().unwrap();
    let (mut modified, mut removed) = (0, 0);
    for _ in 0..6 {
        env.sandbox().advance(1);
        let run = env.json(&["sync"]);
        modified += run["modified"].as_u64().unwrap();
        removed += run["removed"].as_u64().unwrap();
    }
    let mut posted = 0;
    for item in &pending {
        let output = env.run(&["tx", "show", item["id"].as_str().unwrap(), "--json"]);
        if output.status != 0 {
            continue;
        }
        let now = output.json();
        posted += u32::from(now["status"] == "posted");
        assert_eq!(
            (&now["note"], &now["tags"], &now["payee"]),
            (&"seen".into(), &json!(["watched"]), &"My word".into()),
            "{now}"
        );
        assert_eq!((&now["category"]["source"], &now["account"]), (&"user".into(), &item["account"]), "{now}");
    }
    assert!(posted > 0, "no pending transaction was posted under its own id");
    assert!(modified + removed > 0, "the bank changed nothing in six days");
    assert!(env.json(&["tx"])["total"].as_u64().unwrap() > before);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn one_bad_bank_never_costs_the_other() {
    let env = TestEnv::household();
    env.link("ins_109511");
    env.sandbox().advance(3);
    env.sandbox().fault_at(Fault::InstitutionDown, CHANGES);
    let output = env.fails(3, &["sync", "--json"]);
    let lines = output.json()["connections"].as_array().unwrap().clone();
    let added = |outcome: &str| {
        let line = lines.iter().find(|line| line["outcome"] == outcome);
        line.unwrap_or_else(|| panic!("none is {outcome}: {output}"))["added"].as_u64().unwrap()
    };
    assert!(added("ok") > 0 && added("failed") == 0, "{output}");
    assert_eq!(output.error()["code"], "partial");
    assert!(env.json(&["sync"])["added"].as_u64().unwrap() > 0, "the other comes with the next sync");

    env.ok(&["sandbox", "reset-login", "c2"]);
    let output = env.fails(8, &["sync", "--json"]);
    assert_eq!(output.error()["code"], "reauth");
    assert_eq!(output.json()["connections"][1]["outcome"], "reauth", "{output}");
    assert_eq!(output.json()["connections"][0]["outcome"], "ok");
    assert_eq!(env.json(&["connections"])["items"][1]["action"], "bursar link --repair c2");
}

#[test]
fn one_kind_of_failure_has_its_code_and_a_mixture_is_partial() {
    let env = TestEnv::household();
    env.link("ins_109511");
    let both = |first: Fault, second: Fault, code: i32, word: &str| {
        env.sandbox().fault_at(first, "/accounts/get");
        if first == second {
            env.sandbox().fault(first, Some(2));
        }
        env.sandbox().fault_at(second, "/accounts/get");
        let output = env.fails(code, &["sync", "--json"]);
        assert_eq!(output.error()["code"], word, "{output}");
        assert!(output.json()["connections"].as_array().unwrap().iter().all(|line| line["added"] == 0));
        env.sandbox().clear_faults();
    };
    both(Fault::CreditsExhausted, Fault::CreditsExhausted, 7, "plan_limit");
    both(Fault::InstitutionDown, Fault::InstitutionDown, 9, "unavailable");
    both(Fault::InvalidKeys, Fault::InvalidKeys, 4, "plaid_keys");
    both(Fault::LoginRequired, Fault::LoginRequired, 8, "reauth");
    both(Fault::CreditsExhausted, Fault::InstitutionDown, 3, "partial");
    both(Fault::CreditsExhausted, Fault::LoginRequired, 3, "partial");
    env.sandbox().fault_at(Fault::CreditsExhausted, "/accounts/get");
    let partial = env.fails(3, &["sync", "--json"]);
    assert_eq!(partial.error()["code"], "partial", "the other one was saved: {partial}");
}

#[test]
fn without_the_bank_the_book_stays_as_it_was() {
    let mut env = TestEnv::household();
    let before = book(&env);
    env.set("BURSAR_PLAID_BASE_URL", "http://127.0.0.1:9");
    let output = env.fails(9, &["sync", "--json"]);
    assert_eq!(output.error()["code"], "unavailable", "{output}");
    assert_eq!(book(&env), before);
    assert!(env.json(&["connections"])["items"][0]["error"].is_string());
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

/// A vault whose first sync brings so many transactions, page by page.
fn bulk(transactions: u64) -> TestEnv {
    let mut env = TestEnv::new();
    env.bank_with(|config: &mut Config| config.transactions = Some(transactions));
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    env
}

/// Waits until the sync writes, and then makes the bank so slow that it goes on writing for three seconds.
fn in_the_middle(env: &TestEnv) {
    let begin = Instant::now();
    let lock = fs::File::options().write(true).open(env.vault().join("writer.lock")).unwrap();
    while lock.try_lock().is_ok() {
        lock.unlock().unwrap();
        assert!(begin.elapsed() < Duration::from_mins(1), "the sync writes nothing");
        std::thread::sleep(Duration::from_millis(2));
    }
    env.sandbox().fault_at(Fault::Slow, CHANGES);
}

/// Presses Ctrl-C, once the process listens for it.
fn interrupt(process: &Background) {
    let listens = || {
        let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap() & (1 << (Signal::INT.as_raw() - 1)) != 0
    };
    while !listens() {
        std::thread::sleep(Duration::from_millis(2));
    }
    kill_process(Pid::from_raw(i32::try_from(process.id()).unwrap()).unwrap(), Signal::INT).unwrap();
}

#[test]
fn a_sync_that_is_stopped_or_killed_leaves_nothing_half_done() {
    let env = bulk(6000);
    let empty = book(&env);
    let stopped = env.start(&["sync", "--json"]);
    in_the_middle(&env);
    interrupt(&stopped);
    let output = env.keep(stopped.finish());
    assert_eq!(output.status, 130, "{output}");
    assert_eq!(output.error()["code"], "interrupted", "{output}");
    assert_eq!(env.json(&["tx"])["total"], 0);

    let mut killed = env.start(&["sync"]);
    in_the_middle(&env);
    killed.kill();
    assert_eq!(book(&env)["transactions"], empty["transactions"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);

    let undisturbed = bulk(6000);
    env.ok(&["sync"]);
    undisturbed.ok(&["sync"]);
    assert_eq!(env.json(&["tx"])["total"], 6000);
    let plain = |env: &TestEnv| env.ok(&["tx", "--format", "csv", "--fields", "date,payee,amount,account"]).stdout;
    assert_eq!(plain(&env), plain(&undisturbed));
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn two_at_once_wait_for_each_other() {
    let env = bulk(6000);
    let first = env.start(&["sync", "--json"]);
    in_the_middle(&env);
    let refused = env.fails(11, &["sync", "--lock-timeout", "0s", "--json"]);
    assert_eq!(refused.error()["kind"], "busy", "{refused}");
    assert_eq!(env.json(&["tx"])["total"], 0, "a reader sees the book as it was, and does not wait");
    let second = env.start(&["sync", "--lock-timeout", "60s", "--json"]);
    let (first, second) = (env.keep(first.finish()), env.keep(second.finish()));
    assert_eq!((first.status, second.status), (0, 0), "{first}\n{second}");
    assert_eq!(first.json()["added"].as_u64().unwrap() + second.json()["added"].as_u64().unwrap(), 6000);
}

#[test]
fn memory_does_not_grow_with_history() {
    let env = bulk(20_000);
    let file = env.path("home/peak");
    let script = env.path("home/peak.sh");
    fs::write(
        &script,
        "bursar sync > /dev/null 2>&1 &\nwhile kill -0 $! 2> /dev/null; do\n  grep VmHWM /proc/$!/status 2> /dev/null > peak.new && [ -s peak.new ] && cp peak.new peak\n  sleep 0.02\ndone\nwait $!\n",
    )
    .unwrap();
    let output = env.run_command(env.shell(&script));
    assert_eq!(output.status, 0, "{output}");
    let peak = fs::read_to_string(file).unwrap();
    let kib: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib <= 64 << 10, "{kib} KiB at the most");
    assert_eq!(env.json(&["tx", "--limit", "1"])["total"], 20_000);
}

#[test]
fn faults_that_heal_are_healed() {
    let env = TestEnv::household();
    for fault in [
        Fault::Mutation,
        Fault::InternalError,
        Fault::Maintenance,
        Fault::DropConnection,
        Fault::Truncated,
        Fault::CursorNotAssociated,
    ] {
        env.sandbox().advance(1);
        env.sandbox().fault(fault, Some(1));
        let run = env.json(&["sync"]);
        assert_eq!(run["connections"][0]["outcome"], "ok", "{}: {run}", fault.name());
        env.sandbox().clear_faults();
    }
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}
