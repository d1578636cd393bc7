//! `bursar audit`: what leaves a trace, and what the trace says.

#[cfg(feature = "sandbox")]
use std::collections::BTreeSet;

use serde_json::Value;

use crate::env::{Output, PASSPHRASE, TestEnv};
#[cfg(feature = "sandbox")]
use crate::roles::{READING, manual, page};

/// Some of what shows something of the book, and what it is called in the log.
#[cfg(feature = "sandbox")]
const READINGS: &[(&[&str], &str)] = &[
    (&["accounts"], "accounts.list"),
    (&["accounts", "list", "--all"], "accounts.list"),
    (&["accounts", "show", "a1"], "accounts.show"),
    (&["transactions"], "transactions.list"),
    (&["tx", "coffee", "cat:food", "-p", "2026-03"], "transactions.list"),
    (&["transactions", "show", "t1"], "transactions.show"),
    (&["connections"], "connections.list"),
    (&["report"], "report.summary"),
    (&["report", "spending", "--monthly"], "report.spending"),
    (&["report", "income"], "report.income"),
    (&["report", "cashflow"], "report.cashflow"),
    (&["report", "networth"], "report.networth"),
    (&["report", "categories"], "report.categories"),
    (&["report", "merchants"], "report.merchants"),
    (&["vault", "check"], "vault.check"),
    (&["vault", "inspect", "--unlock"], "vault.inspect"),
    (&["audit", "verify"], "audit.verify"),
];

fn by_identity(env: &TestEnv, file: &str, args: &[&str]) -> Output {
    let mut command = env.command(&[args, &["--identity", file]].concat());
    command.env_remove("BURSAR_PASSPHRASE_FILE");
    env.run_command(command)
}

fn entries(env: &TestEnv, more: &[&str]) -> Vec<Value> {
    let args = [&["audit", "list"], more].concat();
    env.json(&args)["items"].as_array().unwrap().clone()
}

#[cfg(feature = "sandbox")]
#[test]
fn every_reading_leaves_its_name_and_how_much_it_showed() {
    let env = TestEnv::household();
    let before = entries(&env, &[]).len();
    for (args, _) in READINGS {
        env.ok(args);
    }
    let mut found = entries(&env, &[]);
    found.reverse();
    // The listing before has left its own entry, which comes first.
    let found = &found[before + 1..];
    let actions: Vec<_> = found.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, READINGS.iter().map(|(_, action)| *action).collect::<Vec<_>>());
    for entry in found {
        assert!(entry["detail"]["rows"].is_u64() && entry["actor"] == "passphrase", "{entry}");
        assert!(entry["detail"]["key"].is_string(), "{entry}");
    }
    assert_eq!(found[2]["resource"], "a1");
    assert_eq!(found[5]["resource"], "t1");
    let searched = &found[4]["detail"];
    assert_eq!(searched["period"], "2026-03");
    assert_eq!(searched["query"], serde_json::json!(["any", "cat"]));
    let text = serde_json::to_string(found).unwrap().to_lowercase();
    for word in ["coffee", "food", "checking", "platypus"] {
        assert!(!text.contains(word), "{word} stands in the log");
    }
}

/// What of the reading commands shows nothing of anybody's money.
#[cfg(feature = "sandbox")]
const SILENT: [&str; 5] = ["doctor", "lock", "metrics", "sessions list", "vault inspect"];

#[cfg(feature = "sandbox")]
#[test]
fn every_command_that_reads_is_in_the_log() {
    let (env, pages) = (TestEnv::household(), manual());
    let lines = || READING.iter().copied();
    for line in lines() {
        env.run(&line.split(' ').collect::<Vec<_>>());
    }
    let found = entries(&env, &["--limit", "0"]);
    let entered: BTreeSet<&str> = found.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let missing: Vec<&str> =
        lines().filter(|line| !entered.contains(page(line, &pages).unwrap().replace('-', ".").as_str())).collect();
    assert_eq!(missing, SILENT);
}

#[cfg(feature = "sandbox")]
#[test]
fn status_is_a_reading_where_it_shows_money() {
    let mut env = TestEnv::household();
    let count = |env: &TestEnv| entries(env, &["--action", "status"]).len();
    env.ok(&[]);
    env.ok(&["status"]);
    assert_eq!(count(&env), 2, "a card is due");
    // Long before any payment and any alert.
    env.set("BURSAR_TODAY", "2020-01-01");
    let quiet = env.json(&["status"]);
    assert!(quiet["due"].as_array().unwrap().is_empty() && quiet["alerts"].as_array().unwrap().is_empty(), "{quiet}");
    assert_eq!(count(&env), 2);
}

#[test]
fn what_is_refused_is_in_the_log() {
    let env = TestEnv::new();
    env.init();
    let viewer = env.path("secrets/viewer");
    let viewer = viewer.to_str().unwrap();
    env.ok(&["keys", "add", "key-file", viewer, "--role", "viewer", "--label", "viewer"]);
    for act in [&["keys", "rotate", "--all", "--yes"][..], &["link", "--institution", "ins_109508", "--yes"]] {
        assert_eq!(by_identity(&env, viewer, act).status, 4);
    }
    env.ok(&["keys", "rotate", "--all", "--dry-run"]);
    let found = entries(&env, &[]);
    let entry = |action: &str| {
        let mut of_it = found.iter().filter(|entry| entry["action"] == action);
        of_it.next_back().unwrap_or_else(|| panic!("no {action} in {found:?}"))
    };
    for action in ["keys.rotate", "link"] {
        let refused = entry(action);
        assert_eq!((&refused["actor"], &refused["detail"]["failed"]), (&"viewer".into(), &"role".into()), "{refused}");
    }
    let planned: Vec<_> = found.iter().filter(|entry| entry["detail"]["dry_run"] == true).collect();
    assert_eq!(planned.len(), 1, "{found:?}");
    assert_eq!(planned[0]["action"], "keys.rotate");
}

#[test]
fn a_rotation_leaves_no_reading_beside_its_own_entries() {
    let env = TestEnv::new();
    env.init();
    env.ok(&["keys", "rotate", "--all", "--yes"]);
    let found = entries(&env, &["--action", "keys.rotate"]);
    assert!(!found.is_empty() && found.iter().all(|entry| entry["detail"]["rows"].is_null()), "{found:?}");
}

#[test]
fn a_key_that_has_expired_is_counted_as_a_failed_unlock() {
    let env = TestEnv::new();
    env.init();
    let timer = env.path("secrets/timer");
    env.ok(&["keys", "add", "key-file", timer.to_str().unwrap(), "--role", "sync"]);
    env.ok(&["keys", "expire", "key-file", "now"]);
    assert_eq!(by_identity(&env, timer.to_str().unwrap(), &["accounts"]).status, 4);
    let found = entries(&env, &["--action", "unlock.failed"]);
    assert_eq!((found.len(), &found[0]["detail"]["times"]), (1, &1.into()));
}

#[cfg(feature = "sandbox")]
#[test]
fn changes_and_filters() {
    let env = TestEnv::household();
    env.ok(&["transactions", "note", "t1", "for the cellar"]);
    env.ok(&["transactions", "tag", "t2", "house"]);
    env.ok(&["accounts"]);
    let actions = |more: &[&str]| -> Vec<String> {
        entries(&env, more).iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions(&["--action", "transactions"]), ["transactions.tag", "transactions.note"]);
    assert_eq!(actions(&["--action", "transactions.note"]), ["transactions.note"]);
    assert!(actions(&["--action", "transactions.no"]).is_empty());
    assert_eq!(actions(&["--resource", "T1"]), ["transactions.note"]);
    assert!(actions(&["--actor", "nobody"]).is_empty());
    assert!(actions(&["--actor", "Passphrase"]).len() > 4);
    assert!(actions(&["-p", "2025"]).is_empty());
    assert!(actions(&["-p", "2026-04-15"]).len() > 4);
    let whole = env.json(&["audit", "list", "--limit", "0"]);
    let slice = env.json(&["audit", "list", "--limit", "2", "--offset", "1"]);
    assert_eq!(slice["items"].as_array().unwrap().len(), 2);
    assert_eq!(slice["items"][0]["seq"], whole["total"].as_u64().unwrap(), "one more entry since, one left out");
    let text = serde_json::to_string(&whole).unwrap();
    assert!(!text.contains("cellar") && !text.contains("house"), "{text}");
    let csv = env.ok(&["audit", "--format", "csv", "--action", "transactions"]).stdout;
    assert!(csv.starts_with("seq,at,actor,action,resource,detail\n") && csv.contains("transactions.note,t1,"), "{csv}");
    env.snapshot("audit-list", &env.ok(&["audit", "--action", "transactions", "--fields", "at,actor,action,resource"]));
}

#[test]
fn one_entry_and_what_is_none() {
    let env = TestEnv::new();
    env.init();
    let shown = env.json(&["audit", "show", "1"]);
    assert_eq!((&shown["seq"], shown["mac"].as_str().unwrap().len()), (&1.into(), 64));
    env.snapshot("audit-unknown", &env.fails(5, &["audit", "show", "999"]));
    env.snapshot("audit-no-anchor", &env.fails(2, &["audit", "verify", "--anchor", "seven words"]));
}

#[test]
fn an_anchor_is_found_again_and_only_where_it_belongs() {
    let env = TestEnv::new();
    env.init();
    let anchor = env.json(&["audit", "anchor"]);
    env.ok(&["vault", "check"]);
    env.ok(&["vault", "check"]);
    let verdict = env.json(&["audit", "verify", "--anchor", anchor["words"].as_str().unwrap()]);
    assert_eq!(
        (&verdict["ok"], &verdict["first_bad"], &verdict["anchored"]),
        (&true.into(), &Value::Null, &anchor["entries"])
    );
    assert!(verdict["entries"].as_u64() > anchor["entries"].as_u64());
    let verdict = env.json(&["audit", "verify", "--anchor", anchor["head"].as_str().unwrap()]);
    assert_eq!(verdict["anchored"], anchor["entries"]);
    assert_eq!(env.json(&["audit", "verify"])["anchored"], Value::Null);

    let other = TestEnv::new();
    other.init();
    let output = other.fails(10, &["audit", "verify", "--json", "--anchor", anchor["words"].as_str().unwrap()]);
    assert_eq!((&output.json()["ok"], &output.error()["code"]), (&false.into(), &"audit_broken".into()));
}

#[test]
fn failed_unlocks_are_entered_by_the_next_success() {
    let mut env = TestEnv::new();
    env.init();
    let right = env.secret_file("right", PASSPHRASE);
    let wrong = env.secret_file("wrong", "not the one that opens it");
    env.set("BURSAR_PASSPHRASE_FILE", wrong.to_str().unwrap());
    env.fails(4, &["accounts"]);
    env.fails(4, &["accounts"]);
    env.set("BURSAR_PASSPHRASE_FILE", right.to_str().unwrap());
    env.ok(&["accounts"]);
    let found = entries(&env, &["--action", "unlock.failed"]);
    assert_eq!((found.len(), &found[0]["detail"]["times"]), (1, &2.into()));
}

#[test]
fn reading_does_not_wait_for_a_writer_and_is_entered_afterwards() {
    let env = TestEnv::new();
    env.init();
    let writer = std::fs::File::open(env.vault().join("writer.lock")).unwrap();
    writer.lock().unwrap();
    let quiet = env.ok(&["accounts"]);
    assert!(!quiet.stderr.contains("audit"), "{quiet}");
    let output = env.ok(&["audit", "list", "--lock-timeout", "10ms"]);
    assert!(output.stderr.contains("not entered yet") && !output.stdout.contains("accounts.list"), "{output}");
    drop(writer);
    assert_eq!(entries(&env, &["--action", "accounts"]).len(), 1);
    assert_eq!(env.json(&["audit", "verify"])["ok"], true);
}

#[test]
fn reading_goes_on_where_no_trace_can_be_kept() {
    let env = TestEnv::new();
    env.init();
    let state = env.path("home/.local/state/bursar");
    let pin =
        std::fs::read_dir(&state).unwrap().flatten().find(|entry| entry.path().extension().is_some_and(|e| e == "pin"));
    std::fs::create_dir(pin.unwrap().path().with_extension("readings")).unwrap();
    let output = env.ok(&["accounts"]);
    assert_eq!(output.stderr.matches("the audit log will not show this").count(), 1, "{output}");
}

#[test]
fn nothing_of_what_waits_can_be_read() {
    let env = TestEnv::new();
    env.init();
    env.ok(&["accounts"]);
    let waiting = std::fs::read_dir(env.path("home/.local/state/bursar")).unwrap().flatten();
    let waiting = waiting.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|e| e == "readings"));
    let bytes = std::fs::read(waiting.unwrap()).unwrap();
    assert!(bytes.len() > 100 && !bytes.windows(8).any(|part| part == b"accounts"));
}

#[test]
fn many_readings_are_entered_without_any_change() {
    let env = TestEnv::new();
    env.init();
    let before = env.json(&["audit", "anchor"])["entries"].as_u64().unwrap();
    let state = env.path("home/.local/state/bursar");
    env.ok(&["accounts"]);
    let waiting = std::fs::read_dir(&state).unwrap().flatten().map(|entry| entry.path());
    let waiting = waiting.into_iter().find(|path| path.extension().is_some_and(|e| e == "readings")).unwrap();
    // The same record many times over stands for many readings.
    let records = std::fs::read(&waiting).unwrap().repeat(400);
    std::fs::write(&waiting, records).unwrap();
    env.ok(&["accounts"]);
    assert!(!waiting.exists());
    let after = env.json(&["audit", "anchor"])["entries"].as_u64().unwrap();
    assert!(after > before + 400, "{before} {after}");
    assert_eq!(env.json(&["audit", "verify"])["ok"], true);
}
