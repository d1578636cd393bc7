//! What a person is told of after a sync: each thing once, by real programs, with nothing of ours in their hands but the notice.

mod kept;
mod late;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use bursar::sandbox::Fault;
use serde_json::Value;

use crate::{
    env::{Output, TestEnv, have},
    recurring::days_without,
};

/// A program of the test's own.
fn program(env: &TestEnv, name: &str, script: &str) -> PathBuf {
    let folder = env.path("home/bin");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
    file
}

/// Makes a script the hook; it runs in the test's home.
fn hook(env: &TestEnv, script: &str) {
    let file = program(env, "hook", script);
    env.ok(&["config", "set", "notify.command", &format!("[{:?}, \"told\"]", file.to_str().unwrap())]);
}

/// A vault with a bank and a hook that keeps each notice on a line.
fn told() -> TestEnv {
    let env = TestEnv::household();
    hook(&env, "cat >> \"$HOME/told\"");
    env
}

/// The alerts that the hook got since the last look, as kinds; the bounds of the sandbox's household make some of their own.
fn news(env: &TestEnv) -> Vec<Value> {
    let file = env.path("home/told");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let _ = fs::remove_file(&file);
    let notices = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    notices.flat_map(|notice| notice["alerts"].as_array().unwrap().clone()).collect()
}

fn of(alerts: &[Value], kind: &str) -> Vec<String> {
    let found = alerts.iter().filter(|alert| alert["kind"] == kind);
    found.map(|alert| alert["key"].as_str().unwrap().to_owned()).collect()
}

/// The kind is told by the first sync and not by the second.
fn once(env: &TestEnv, status: i32, kind: &str) -> Vec<Value> {
    env.fails(status, &["sync"]);
    let first = news(env);
    assert!(!of(&first, kind).is_empty(), "{kind} is not told: {first:#?}");
    env.fails(status, &["sync"]);
    assert_eq!(of(&news(env), kind), Vec::<String>::new(), "{kind} is told twice");
    first
}

#[test]
fn a_sign_in_is_told_once_and_again_when_it_comes_back() {
    let env = told();
    env.ok(&["sync"]);
    news(&env);
    for _ in 0..2 {
        env.sandbox().fault(Fault::LoginRequired, Some(1));
        env.fails(8, &["sync"]);
        assert_eq!(of(&news(&env), "reauth"), ["reauth:c1"]);
        env.ok(&["sync"]);
        assert!(news(&env).is_empty());
    }
    env.ok(&["sandbox", "reset-login", "c1"]);
    let alerts = once(&env, 8, "reauth");
    let alert = alerts.iter().find(|alert| alert["kind"] == "reauth").unwrap();
    assert_eq!((&alert["connection"], &alert["action"]), (&"c1".into(), &"bursar link --repair c1".into()));
    let listed = env.json(&["notify"]);
    let item = listed["items"].as_array().unwrap().iter().find(|item| item["kind"] == "reauth").unwrap();
    assert!(!item["told_at"].is_null() && !item["first_seen"].is_null(), "{item}");
}

#[test]
fn failures_in_a_row_are_told_from_the_bound_on() {
    let env = told();
    env.ok(&["sync"]);
    news(&env);
    for _ in 0..2 {
        env.sandbox().fault(Fault::InstitutionDown, Some(1));
        env.fails(9, &["sync"]);
        assert!(of(&news(&env), "sync_failing").is_empty());
    }
    for expected in [&["sync_failing:c1"][..], &[]] {
        env.sandbox().fault(Fault::InstitutionDown, Some(1));
        env.fails(9, &["sync"]);
        assert_eq!(of(&news(&env), "sync_failing"), expected);
    }
    env.ok(&["sync"]);
    assert!(env.json(&["notify"])["items"].as_array().unwrap().iter().all(|item| item["kind"] != "sync_failing"));
}

#[test]
fn runs_that_reach_no_bank_are_told_once_and_the_end_of_a_key_before_it_comes() {
    let mut env = told();
    let key = env.path("secrets/timer.key").to_str().unwrap().to_owned();
    env.ok(&["keys", "add", "key-file", &key, "--role", "sync", "--expires", "10d", "--label", "timer"]);
    let ending = once(&env, 0, "key_ending");
    let ending = ending.iter().find(|alert| alert["kind"] == "key_ending").unwrap();
    assert!(ending["message"].as_str().unwrap().starts_with("the key \"timer\" ends on "), "{ending}");
    env.ok(&ending["action"].as_str().unwrap().split(' ').skip(1).collect::<Vec<_>>());
    assert!(of(env.json(&["notify"])["items"].as_array().unwrap(), "key_ending").is_empty(), "a year is no news");
    env.ok(&["keys", "expire", "timer", "now"]);
    env.unset("BURSAR_PASSPHRASE_FILE");
    let run = ["sync", "--identity", &key];
    for expected in [&[][..], &[], &["sync_failing:vault"], &[]] {
        env.fails(4, &run);
        let alerts = news(&env);
        assert_eq!(of(&alerts, "sync_failing"), expected);
        if let Some(alert) = alerts.first() {
            let message = alert["message"].as_str().unwrap();
            assert!(message.contains("the last 3 syncs") && message.contains("ended"), "{message}");
        }
    }
    let passphrase = env.path("secrets/passphrase").to_str().unwrap().to_owned();
    env.ok(&["sync", "--passphrase-file", &passphrase]);
    news(&env);
    env.fails(4, &run);
    env.fails(4, &run);
    assert!(of(&news(&env), "sync_failing").is_empty(), "a run that reached the banks ends the row");
}

#[test]
fn balances_and_transactions_are_told_by_the_owners_bounds() {
    let env = told();
    env.ok(&["sync"]);
    let unasked = news(&env);
    assert!(of(&unasked, "low_balance").is_empty() && of(&unasked, "large_transaction").is_empty(), "{unasked:#?}");
    env.ok(&["config", "set", "notify.low_balance", "1000000"]);
    once(&env, 0, "low_balance");
    env.ok(&["config", "set", "notify.large_transaction", "1000 USD"]);
    let alerts = once(&env, 0, "large_transaction");
    for alert in alerts.iter().filter(|alert| alert["kind"] == "large_transaction") {
        assert!(alert["date"].as_str().unwrap() >= "2026-04-08", "old news: {alert}");
        assert!(alert["amount"]["minor"].as_i64().unwrap().abs() >= 100_000, "{alert}");
    }
}

#[test]
fn payments_are_told_when_due_when_dearer_when_missing_and_when_they_stop() {
    let mut env = told();
    once(&env, 0, "payment_due");
    // One payee, 17.00 a month until February and 45.00 in March.
    let films = |from: &str, until: &str| {
        let all = env.json(&["transactions", from, "-p", until]);
        for item in all["items"].as_array().unwrap() {
            env.ok(&["transactions", "edit", item["id"].as_str().unwrap(), "--payee", "Canary Films"]);
        }
    };
    films("payee:new york times", "2025-01..2026-02");
    films("payee:mint mobile", "2026-03");
    let risen = once(&env, 0, "price_rise");
    let rise = risen.iter().find(|alert| alert["kind"] == "price_rise").unwrap();
    assert_eq!((&rise["subject"], &rise["before"]["amount"]), (&"Canary Films".into(), &"-17.00".into()), "{rise}");
    let status = env.ok(&["status"]);
    assert!(status.stdout.contains("Price rise") && status.stdout.contains("Canary Films costs"), "{status}");
    // A bank that was not read for weeks has told of nothing that stayed away.
    env.set("BURSAR_TODAY", "2026-05-20");
    env.sandbox().fault(Fault::InstitutionDown, Some(1));
    env.fails(9, &["sync"]);
    let unread = news(&env);
    assert!(of(&unread, "payment_missed").is_empty(), "{unread:#?}");
    days_without(&mut env, "netflix", 35, "2026-05-20");
    news(&env);
    once(&env, 0, "payment_missed");
    days_without(&mut env, "netflix", 31, "2026-06-20");
    news(&env);
    let ended = once(&env, 0, "payment_ended");
    assert!(of(&ended, "payment_missed").iter().all(|key| !key.contains("Netflix")), "{ended:#?}");
    days_without(&mut env, "netflix", 40, "2026-07-30");
    env.ok(&["sync"]);
    assert!(of(&news(&env), "payment_ended").iter().all(|key| !key.contains("Netflix")), "an old story");
}

#[test]
fn old_data_and_a_consent_that_ends_are_told() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.link("ins_109508");
    env.link("ins_127287");
    hook(&env, "cat >> \"$HOME/told\"");
    let listed = env.json(&["connections"]);
    let ends = listed["items"].as_array().unwrap().iter().find_map(|item| item["consent_expires_at"].as_str());
    let ends: jiff::Timestamp = ends.expect("no bank's consent ends").parse().unwrap();
    env.set("BURSAR_TODAY", "2026-04-25");
    once(&env, 0, "stale");
    let before = ends.checked_sub(jiff::SignedDuration::from_hours(24 * 5)).unwrap();
    env.set("BURSAR_TODAY", before.to_string().split('T').next().unwrap());
    once(&env, 0, "consent_ending");
}

#[test]
fn without_a_hook_nothing_is_kept_and_a_later_hook_learns_what_holds() {
    let env = TestEnv::household();
    env.ok(&["sandbox", "reset-login", "c1"]);
    let before = env.json(&["audit"])["total"].as_u64().unwrap();
    env.fails(8, &["sync"]);
    let listed = env.json(&["notify"]);
    assert!(listed["items"].as_array().unwrap().iter().all(|item| item["first_seen"].is_null()), "{listed}");
    let entries = env.json(&["audit"]);
    assert!(entries["items"].as_array().unwrap().iter().all(|entry| entry["action"] != "notify"), "{before}");
    hook(&env, "cat >> \"$HOME/told\"");
    let alerts = once(&env, 8, "reauth");
    assert!(alerts.len() < 10, "a flood: {alerts:#?}");
}

/// The one warning of a hook that went wrong; how the sync ended is as without it.
fn warned(output: &Output) -> &str {
    assert_eq!(output.status, 0, "{output}");
    let warnings: Vec<&str> = output.stderr.lines().filter(|line| line.contains("notify.command")).collect();
    assert_eq!(warnings.len(), 1, "{output}");
    warnings[0]
}

#[test]
fn a_hook_that_fails_or_is_not_there_is_one_warning_and_is_tried_again() {
    let env = told();
    hook(&env, "exit 3");
    let failed = env.run(&["sync"]);
    assert!(warned(&failed).contains("exit status: 3"), "{failed}");
    env.ok(&["config", "set", "notify.command", "[\"/nowhere/hook\"]"]);
    assert!(warned(&env.run(&["sync"])).contains("cannot be started"));
    hook(&env, "cat >> \"$HOME/told\"");
    once(&env, 0, "payment_due");
}

#[test]
fn a_hook_that_hangs_is_killed_with_what_it_started() {
    let env = told();
    hook(&env, "sleep 300 & echo $! > \"$HOME/child\"; wait");
    let began = Instant::now();
    let output = env.run(&["sync"]);
    assert!(warned(&output).contains("killed"), "{output}");
    assert!(began.elapsed() >= Duration::from_secs(10) && began.elapsed() < Duration::from_secs(40));
    let child = fs::read_to_string(env.path("home/child")).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z "), "its child lives on: {stat}");
    // One that leaves a child behind and ends is not waited for.
    hook(&env, "cat >> \"$HOME/told\"; sleep 20 & echo $! > \"$HOME/child\"");
    let began = Instant::now();
    once(&env, 0, "payment_due");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let child = fs::read_to_string(env.path("home/child")).unwrap();
    std::process::Command::new("kill").arg(child.trim()).status().unwrap();
}

#[test]
fn a_hook_gets_five_variables_no_files_and_nothing_in_its_arguments() {
    let mut env = TestEnv::household();
    env.set("NOTIFY_CANARY", "x");
    hook(
        &env,
        "cat > \"$HOME/notice\"; env > \"$HOME/env\"; ls -l /proc/self/fd > \"$HOME/files\"\n\
         tr '\\000' ' ' < /proc/$$/cmdline > \"$HOME/arguments\"; echo loud; echo louder >&2",
    );
    env.ok(&["config", "set", "notify.large_transaction", "1000"]);
    // A file that whoever started bursar left open.
    let secret = env.secret_file("open", "x\n");
    let script = env.path("home/start.sh");
    fs::write(&script, format!("exec bursar sync 7<{}\n", secret.display())).unwrap();
    let output = env.run_command(env.shell(&script));
    assert_eq!(output.status, 0, "{output}");
    assert!(!output.to_string().contains("loud"), "what it prints goes nowhere\n{output}");
    let read = |name: &str| fs::read_to_string(env.path("home").join(name)).unwrap();
    let names: Vec<String> = read("env").lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect();
    let allowed = [
        "PATH",
        "HOME",
        "LANG",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
    ];
    assert!(names.iter().all(|name| allowed.contains(&name.as_str())), "{names:?}");
    assert!(!read("files").contains("secrets/open") && !read("files").contains("vault"), "{}", read("files"));
    let notice: Value = serde_json::from_str(&read("notice")).unwrap();
    assert_eq!(
        (&notice["kind"], &notice["version"], &notice["vault"]),
        (&"bursar.notice".into(), &1.into(), &"vault".into())
    );
    let schema = env.ok(&["schema", "notify", "test"]).json();
    for field in schema["required"].as_array().unwrap() {
        assert!(notice.get(field.as_str().unwrap()).is_some(), "{field} in {notice}");
    }
    let large = notice["alerts"].as_array().unwrap().iter().find(|alert| alert["kind"] == "large_transaction").unwrap();
    for word in [large["subject"].as_str().unwrap(), large["amount"]["amount"].as_str().unwrap()] {
        assert!(!read("arguments").contains(word), "{word} in {}", read("arguments"));
        assert!(!output.to_string().contains(word), "{word} in\n{output}");
        assert!(!env.ok(&["audit"]).stdout.contains(word), "{word} in the audit log");
    }
}

#[test]
fn the_desktop_shows_one_sentence_without_names_and_amounts() {
    let mut env = TestEnv::household();
    if cfg!(target_os = "macos") {
        return;
    }
    program(&env, "notify-send", "printf '%s\\n' \"$@\" >> \"$HOME/shown\"");
    env.set("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", env.path("home/bin").display()));
    env.ok(&["config", "set", "notify.desktop", "true"]);
    env.ok(&["config", "set", "notify.large_transaction", "1000"]);
    env.ok(&["sync"]);
    let shown = fs::read_to_string(env.path("home/shown")).unwrap();
    assert_eq!(shown, "--app-name=bursar\nbursar\na payment is due, a large transaction. Run: bursar status\n");
    env.ok(&["sync"]);
    assert_eq!(fs::read_to_string(env.path("home/shown")).unwrap(), shown, "shown once");
}

#[test]
fn a_test_is_told_without_a_vault() {
    let env = TestEnv::new();
    env.snapshot("notify-nobody", &env.fails(5, &["notify", "test"]));
    hook(&env, "cat >> \"$HOME/told\"");
    env.snapshot("notify-test", &env.ok(&["notify", "test"]));
    assert_eq!(of(&news(&env), "test"), ["test:test"]);
    env.ok(&["--dry-run", "notify", "test"]);
    assert!(news(&env).is_empty());
    hook(&env, "exit 1");
    assert_eq!(env.fails(1, &["notify", "test", "--json"]).error()["code"], "notify_failed");
}

#[test]
fn settings_that_are_no_amount_are_refused() {
    let env = TestEnv::new();
    for (key, value) in
        [("low_balance", "much"), ("large_transaction", "1.5.2"), ("command", "[]"), ("failures", "often")]
    {
        let output = env.fails(2, &["config", "set", &format!("notify.{key}"), value, "--json"]);
        assert_eq!(output.error()["code"], "config_value", "{output}");
    }
    env.fails(2, &["config", "set", "notify.low_balance", "99.5"]);
    env.ok(&["config", "set", "notify.low_balance", "\"99.50\""]);
}

#[test]
fn the_list_and_the_status_say_the_same() {
    let env = TestEnv::household();
    env.snapshot("notify-list", &env.ok(&["notify"]));
    let (listed, status) = (env.json(&["notify"]), env.json(&["status"]));
    let keys =
        |items: &Value| -> Vec<Value> { items.as_array().unwrap().iter().map(|item| item["key"].clone()).collect() };
    assert_eq!(keys(&listed["items"]), keys(&status["alerts"]));
}

#[test]
fn the_example_hook_writes_one_line_an_alert() {
    if !have("jq") {
        return;
    }
    let env = TestEnv::household();
    let example = crate::architecture::source::root().join("examples/tell-log.sh");
    env.ok(&["config", "set", "notify.command", &format!("[\"bash\", {:?}]", example.to_str().unwrap())]);
    env.ok(&["notify", "test"]);
    let log = fs::read_to_string(env.path("home/.local/state/bursar/alerts.log")).unwrap();
    assert!(log.ends_with("vault: this is a test; nothing has happened (bursar status)\n"), "{log}");
    env.ok(&["sync"]);
    assert!(fs::read_to_string(env.path("home/.local/state/bursar/alerts.log")).unwrap().lines().count() > 1);
}
