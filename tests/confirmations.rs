//! Every place that asks before it acts: without anybody to ask it ends with exit 2, after any other answer than the one that agrees with
//! exit 7, and both times nothing has happened.

use serde_json::{Value, json};

use crate::env::{Output, TestEnv};

/// What must not have changed.
fn stand(env: &TestEnv) -> Value {
    json!({
        "calls": env.json(&["metrics"])["endpoints"],
        "transactions": env.json(&["tx"])["total"],
        "members": env.json(&["members"]),
        "connections": env.json(&["connections"]),
        "accounts": env.json(&["accounts", "--all"]),
        "keys": env.json(&["keys", "list"]),
    })
}

/// Answers a question at a terminal.
fn answered(env: &TestEnv, args: &[&str], question: &str, answer: &str) -> Output {
    let mut terminal = env.terminal_of(&env.command(&[args, &["--json"]].concat()));
    terminal.expect(question);
    terminal.type_line(answer);
    env.keep(terminal.finish())
}

/// Neither nobody nor somebody who says something else lets it happen.
fn asks(env: &TestEnv, args: &[&str], question: &str) {
    let before = stand(env);
    let nobody = env.fails(2, &[args, &["--json"]].concat());
    assert!(nobody.error()["message"].as_str().unwrap().contains("use --yes"), "{nobody}");
    assert_eq!(stand(env), before, "{args:?} without a terminal");
    for answer in ["no", ""] {
        let output = answered(env, args, question, answer);
        assert_eq!(output.status, 7, "{args:?}: {output}");
        assert!(output.stdout.contains("\"code\":\"not_confirmed\""), "{output}");
        assert!(output.stdout.contains("--yes"), "what to run instead: {output}");
        assert_eq!(stand(env), before, "{args:?} after {answer:?}");
    }
}

#[test]
fn nothing_that_asks_happens_without_a_yes() {
    let env = TestEnv::household();
    let key = env.path("secrets/device");
    env.ok(&["keys", "add", "key-file", key.to_str().unwrap(), "--label", "device"]);
    let ana = age::x25519::Identity::generate().to_public().to_string();
    env.ok(&["members", "add", "Ana", &ana]);
    let new = env.secret_file("new", "canary-another-passphrase-2204\n");
    let incident = ["incident", "--no-recovery", "--new-passphrase-file", new.to_str().unwrap()];
    for (args, question) in [
        (&["connections", "remove", "c1"][..], "Type remove to go on: "),
        (&["connections", "remove", "c1", "--purge"], "Type purge to go on: "),
        (&incident, "Type incident to go on: "),
        (&["keys", "remove", "device"], "Type device to go on: "),
        (&["keys", "rotate", "--all"], "Type rotate to go on: "),
        (&["members", "remove", "Ana"], "Type Ana to go on: "),
        (&["sync", "--refresh"], "Go on? [y/N] "),
        (&["accounts", "--realtime"], "Go on? [y/N] "),
    ] {
        asks(&env, args, question);
    }
}

#[test]
fn nothing_is_joined_or_parted_without_a_yes() {
    let env = TestEnv::household();
    env.ok(&["connections", "remove", "c1", "--yes"]);
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    asks(&env, &["connections", "adopt", "c1", "c2"], "Type adopt to go on: ");
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    asks(&env, &["connections", "adopt", "c1", "c2", "--undo"], "Type undo to go on: ");
}
