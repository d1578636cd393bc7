//! `bursar review` and `bursar doctor --security`: what they see, what they remember, and when they remind.

use serde_json::Value;

use crate::env::TestEnv;

fn commands(review: &Value) -> Vec<String> {
    review["findings"].as_array().unwrap().iter().map(|one| one["command"].as_str().unwrap().to_owned()).collect()
}

fn reminds(env: &TestEnv) -> bool {
    env.json(&["status"])["next"].as_array().unwrap().iter().any(|command| command == "bursar review")
}

#[test]
fn every_way_in_is_shown_and_what_should_not_stay_has_a_command() {
    let env = TestEnv::household();
    let (timer, owner) = (env.path("secrets/timer"), env.path("secrets/owner"));
    env.ok(&[
        "keys",
        "add",
        "key-file",
        timer.to_str().unwrap(),
        "--role",
        "sync",
        "--label",
        "timer",
        "--expires",
        "never",
    ]);
    env.ok(&["keys", "add", "key-file", owner.to_str().unwrap(), "--label", "laptop"]);
    let found = env.json(&["review"]);
    assert_eq!(found["keys"].as_array().unwrap().len(), 3);
    assert_eq!(found["connections"][0]["id"], "c1");
    assert!(found["connections"][0]["consented_at"].is_string() && found["connections"][0]["token_since"].is_string());
    let told = commands(&found);
    assert!(told.contains(&"bursar keys recovery".to_owned()), "{told:?}");
    assert!(
        told.iter().any(|command| command.starts_with("bursar keys expire") && command.ends_with(" 365d")),
        "{told:?}"
    );
    assert_eq!(told.len(), 2, "{told:?}");
    let expire = told.iter().find(|command| command.contains("expire")).unwrap().clone();
    env.ok(&expire.split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(commands(&env.json(&["review"])), ["bursar keys recovery"], "the command it gave mends it");

    let mut later = env;
    later.set("BURSAR_TODAY", "2026-08-01");
    let old = commands(&later.json(&["review"]));
    for wanted in ["bursar connections rotate c1", "bursar keys rotate --ledger --bank --if-older 90d"] {
        assert!(old.contains(&wanted.to_owned()), "{old:?}");
    }
    let table = later.ok(&["review"]);
    assert!(table.stdout.contains("108 days old") && table.stdout.contains("timer"), "{table}");
}

#[test]
fn a_signature_is_remembered_and_asked_for_again_after_a_quarter() {
    let mut env = TestEnv::household();
    assert!(!reminds(&env), "a new vault needs no review");
    env.set("BURSAR_TODAY", "2026-07-20");
    assert!(reminds(&env) && env.json(&["review"])["due"] == true);
    assert!(env.ok(&["doctor"]).stderr.contains("hint: bursar review"));
    let looked = env.ok(&["review", "--sign-off", "--dry-run"]);
    assert!(looked.stderr.contains("would enter") && reminds(&env), "{looked}");
    let signed = env.json(&["review", "--sign-off"]);
    assert_eq!((&signed["due"], &signed["last_signed_off_at"]), (&false.into(), &"2026-07-20T12:00:00Z".into()));
    assert!(!reminds(&env));
    let entries = env.json(&["audit", "list", "--action", "review"]);
    assert_eq!(entries["items"][0]["action"], "review.sign-off", "{entries}");
    env.set("BURSAR_TODAY", "2026-10-25");
    assert!(reminds(&env));
}

#[test]
fn only_an_owner_signs() {
    let env = TestEnv::household();
    let viewer = env.path("secrets/viewer");
    env.ok(&["keys", "add", "key-file", viewer.to_str().unwrap(), "--role", "viewer"]);
    let by_viewer = |args: &[&str]| {
        let mut command = env.command(args);
        command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", &viewer);
        env.run_command(command)
    };
    assert_eq!(by_viewer(&["review", "--json"]).status, 0);
    assert_eq!(by_viewer(&["review", "--sign-off"]).status, 4);
}

#[test]
fn a_recovery_code_that_was_tried_is_remembered() {
    let mut env = TestEnv::new();
    let code = env.path("secrets/recovery");
    env.ok(&["init", "--env", "sandbox", "--recovery-file", code.to_str().unwrap(), "--yes", "--no-input"]);
    env.set("BURSAR_TODAY", "2027-06-01");
    let wanted = "bursar keys recovery --test".to_owned();
    assert!(commands(&env.json(&["review"])).contains(&wanted));
    // An age identity that is no recovery code opens the vault too, and says nothing about the code.
    let other = env.path("secrets/other.key");
    env.ok(&["keys", "add", "key-file", other.to_str().unwrap()]);
    env.ok(&["keys", "recovery", "--test", "--code-file", other.to_str().unwrap()]);
    assert!(commands(&env.json(&["review"])).contains(&wanted));
    let mut alone = env.command(&["keys", "recovery", "--test", "--code-file", code.to_str().unwrap()]);
    alone.env_remove("BURSAR_PASSPHRASE_FILE");
    let tried = env.run_command(alone);
    assert_eq!(tried.status, 0, "{tried}");
    assert!(!commands(&env.json(&["review"])).contains(&wanted));
}

fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {report}"))
}

/// Runs the checklist, whatever its verdict on the machine that runs the tests.
fn security(env: &TestEnv) -> Value {
    let output = env.run(&["doctor", "--security", "--json"]);
    assert!(matches!(output.status, 0 | 7), "{output}");
    output.json()
}

#[test]
#[cfg(target_os = "linux")]
fn the_checklist_says_what_is_there_and_notices_what_is_not_right() {
    let mut env = TestEnv::household();
    let report = security(&env);
    for good in [
        "umask",
        "core dumps",
        "tracing",
        "file modes",
        "encryption",
        "key derivation",
        "pin",
        "audit log",
        "plaid keys",
    ] {
        let expected = good != "plaid keys";
        assert_eq!(check(&report, good)["ok"], expected, "{good}: {report}");
    }
    assert!(check(&report, "umask")["detail"].as_str().unwrap().contains("0077"));
    env.unset("PLAID_SECRET");
    assert_eq!(check(&security(&env), "plaid keys")["ok"], true);

    std::fs::write(env.vault().join("notes.txt"), "rent is due, call the bank about the card").unwrap();
    crate::env::mode(&env.vault().join("notes.txt"), 0o644);
    assert_eq!(check(&security(&env), "file modes")["ok"], false);
    crate::env::mode(&env.vault().join("notes.txt"), 0o600);
    assert_eq!(check(&security(&env), "encryption")["ok"], false);
    std::fs::remove_file(env.vault().join("notes.txt")).unwrap();
    std::fs::remove_dir_all(env.path("home/.local/state/bursar")).unwrap();
    assert_eq!(check(&security(&env), "pin")["ok"], false);

    env.unset("BURSAR_PASSPHRASE_FILE");
    let locked = security(&env);
    assert!(locked["checks"].as_array().unwrap().iter().all(|check| check["name"] != "audit log"), "{locked}");
    assert_eq!(check(&locked, "encryption")["ok"], true);
}
