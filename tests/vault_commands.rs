//! `bursar vault` and `bursar doctor`.

use crate::env::TestEnv;

#[test]
fn inspect_needs_no_key_and_check_does() {
    let mut env = TestEnv::new();
    env.init();
    let check = env.json(&["vault", "check"]);
    assert_eq!(check["ok"], true);
    for item in check["checks"].as_array().unwrap() {
        assert!(item["name"].is_string() && item["ok"] == true && item["detail"].is_string(), "{item}");
    }
    env.snapshot("vault-check", &env.ok(&["vault", "check"]));
    env.unset("BURSAR_PASSPHRASE_FILE");
    let inspected = env.ok(&["vault", "inspect"]);
    assert!(inspected.stdout.contains("bursar.keys") && inspected.stdout.contains("passphrase"), "{inspected}");
    env.fails(4, &["vault", "check"]);
}

#[test]
fn a_changed_byte_is_found() {
    let env = TestEnv::new();
    env.init();
    let file = env.vault().join("vault.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let output = env.run(&["vault", "check", "--json"]);
    assert_eq!(output.status, 10, "{output}");
}

#[test]
fn doctor_says_what_is_missing() {
    let mut env = TestEnv::new();
    let without = env.fails(7, &["doctor"]);
    assert!(without.stdout.contains("NOT OK") && without.stderr.contains("hint: bursar init\n"), "{without}");
    assert!(!without.stderr.contains("schedule"), "there is nothing to sync by the clock: {without}");
    env.init();
    let wrong = env.secret_file("wrong", "another-horse\n");
    let wrong = env.fails(7, &["doctor", "--passphrase-file", wrong.to_str().unwrap()]);
    assert!(wrong.stderr.contains("hint: bursar --identity RECOVERY_CODE_FILE"), "{wrong}");
    assert!(!wrong.stderr.contains("hint: bursar vault check"), "it would not open either: {wrong}");
    env.set("COLUMNS", "40");
    let narrow = env.ok(&["doctor"]).stdout;
    let words = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("schedule warn nothing syncs this vault by the clock"), "all of it is readable: {narrow}");
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    env.set("COLUMNS", "100");
    let report = env.json(&["doctor"]);
    assert_eq!(report["ok"], true, "{report}");
    env.set("PLAID_SECRET_FILE", "/nowhere/secret");
    env.set("PLAID_CLIENT_ID", "0123456789abcdef01234567");
    let report = env.fails(7, &["doctor", "--json"]).json();
    assert_eq!(report["ok"], false);
}

fn levels(report: &serde_json::Value) -> Vec<(&str, &str)> {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().map(|check| (check["name"].as_str().unwrap(), check["level"].as_str().unwrap())).collect()
}

#[cfg(feature = "sandbox")]
#[test]
fn doctor_sees_what_goes_wrong_from_day_to_day() {
    let mut env = TestEnv::household();
    let report = env.json(&["doctor"]);
    let found = levels(&report);
    for expected in [("schedule", "warn"), ("clock", "ok"), ("keys", "ok"), ("connections", "ok")] {
        assert!(found.contains(&expected), "{expected:?} in {report}");
    }
    env.ok(&["sandbox", "reset-login", "c1"]);
    env.fails(8, &["sync"]);
    let ill = env.ok(&["doctor"]);
    assert!(ill.stderr.contains("hint: bursar link --repair c1\n"), "{ill}");
    let key = env.path("secrets/short.key");
    env.ok(&[
        "keys",
        "add",
        "key-file",
        key.to_str().unwrap(),
        "--role",
        "sync",
        "--expires",
        "3d",
        "--label",
        "short",
    ]);
    assert!(levels(&env.json(&["doctor"])).contains(&("keys", "warn")));
    env.set("BURSAR_TODAY", "2026-04-01");
    assert!(levels(&env.fails(7, &["doctor", "--json"]).json()).contains(&("clock", "bad")));
    env.unset("BURSAR_PASSPHRASE_FILE");
    assert!(levels(&env.json(&["doctor"])).contains(&("book", "warn")));
}

#[cfg(feature = "sandbox")]
#[test]
fn the_clock_is_compared_with_the_banks() {
    let env = TestEnv::household();
    for (off, level) in [(0, "ok"), (60, "ok"), (-100, "ok"), (300, "warn"), (-7300, "warn")] {
        env.sandbox().put_clock_off(off);
        for more in [&[][..], &["--preflight"]] {
            let report = env.json(&[&["doctor"], more].concat());
            assert!(levels(&report).contains(&("plaid clock", level)), "{off} {more:?}: {report}");
        }
    }
    let shown = env.ok(&["doctor"]);
    assert!(shown.stdout.contains("2 hours ahead of Plaid's") && shown.stderr.contains("timedatectl"), "{shown}");
    let offline = env.json(&["doctor", "--offline"]);
    assert!(levels(&offline).iter().all(|(name, _)| *name != "plaid clock"), "nothing was asked: {offline}");
}

#[cfg(feature = "sandbox")]
#[test]
fn keys_that_only_a_shell_has_are_named() {
    let mut env = TestEnv::household();
    let keys = |env: &TestEnv| {
        let report = env.run(&["doctor", "--json"]).json();
        let found = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "plaid keys").cloned();
        let found = found.unwrap();
        (found["level"].as_str().unwrap().to_owned(), found["detail"].as_str().unwrap().to_owned())
    };
    assert_eq!(keys(&env), ("ok".to_owned(), "given by the environment".to_owned()));
    let install = ["schedule", "install", "--kind", "systemd", "--yes"];
    let planned = env.ok(&[&install[..], &["--dry-run"]].concat());
    assert!(planned.stderr.contains("a timer does not have this shell's environment"), "{planned}");
    env.ok(&install);
    assert_eq!(keys(&env).0, "warn");
    let preflight = env.json(&["doctor", "--preflight"]);
    assert!(levels(&preflight).contains(&("plaid keys", "warn")), "{preflight}");
    env.ok(&["config", "plaid"]);
    env.unset("PLAID_CLIENT_ID");
    env.unset("PLAID_SECRET");
    assert_eq!(keys(&env), ("ok".to_owned(), "in the vault".to_owned()));
    let planned = env.ok(&[&install[..], &["--dry-run"]].concat());
    assert!(!planned.stderr.contains("a timer does not have"), "{planned}");
    env.ok(&["config", "plaid", "--remove"]);
    let missing = keys(&env);
    assert!(missing.0 == "bad" && missing.1.contains("a connection needs them"), "{missing:?}");
}

#[cfg(feature = "sandbox")]
#[test]
fn preflight_tries_what_a_timer_needs() {
    let mut env = TestEnv::household();
    env.ok(&["config", "plaid"]);
    let owner = env.json(&["doctor", "--preflight"]);
    for expected in [("unlock", "ok"), ("role", "warn"), ("expiry", "warn"), ("network", "ok"), ("plaid keys", "ok")] {
        assert!(levels(&owner).contains(&expected), "{expected:?} in {owner}");
    }
    let file = |name: &str| env.path("secrets").join(name).to_str().unwrap().to_owned();
    let (sync, viewer) = (file("sync.key"), file("viewer.key"));
    env.ok(&["keys", "add", "key-file", &sync, "--role", "sync", "--expires", "365d", "--label", "timer"]);
    env.ok(&["keys", "add", "key-file", &viewer, "--role", "viewer"]);
    let passphrase = file("passphrase");
    env.unset("BURSAR_PASSPHRASE_FILE");
    let ready = env.json(&["doctor", "--preflight", "--identity", &sync]);
    assert!(levels(&ready).iter().all(|(_, level)| *level == "ok"), "{ready}");
    let offline = env.json(&["doctor", "--preflight", "--offline", "--identity", &sync]);
    assert!(levels(&offline).contains(&("network", "warn")), "{offline}");
    env.fails(4, &["doctor", "--preflight", "--identity", &viewer]);
    let locked = env.fails(4, &["doctor", "--preflight"]);
    assert!(locked.stderr.contains("hint: bursar keys add key-file timer.key --role sync"), "{locked}");
    let gone = env.fails(14, &["doctor", "--preflight", "--identity", "/nowhere/key", "--json"]).json();
    assert!(levels(&gone).contains(&("unlock", "bad")), "{gone}");
    env.ok(&["keys", "expire", "timer", "now", "--passphrase-file", &passphrase]);
    env.fails(4, &["doctor", "--preflight", "--identity", &sync]);
    env.set("BURSAR_PLAID_BASE_URL", "http://127.0.0.1:9");
    env.fails(9, &["doctor", "--preflight", "--passphrase-file", &passphrase]);
}
