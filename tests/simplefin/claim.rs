//! A setup token is claimed once: what it gave is never lost, and comes into the book with its name.

use bursar::{sandbox::Fault, secret::Secret, simplefin::Client};
use serde_json::json;

use super::{ACCOUNTS, all, bridge, guard_access, interrupt, token_file, wait_until};
use crate::env::{Background, TestEnv, block_on};

/// Claims a setup token behind bursar's back.
fn claim(env: &TestEnv, number: u64) -> Secret<String> {
    let client = Client::new(true, bursar::http::Meter::default());
    let token = client.setup_token(&Secret::new(env.sandbox().setup_token(number))).unwrap();
    block_on(client.claim(&token)).unwrap()
}

/// Whether a claim's answer lies sealed on its way into the book.
fn is_kept(env: &TestEnv) -> bool {
    let files = std::fs::read_dir(env.vault().join("pending")).into_iter().flatten().flatten();
    files.into_iter().any(|file| std::fs::read(file.path()).is_ok_and(|bytes| bytes.starts_with(b"age-encryption.org")))
}

/// A link that has claimed, and waits for the look at the accounts.
fn claimed(env: &TestEnv, file: &str) -> Background {
    env.sandbox().fault_at(Fault::Slow, ACCOUNTS);
    let running = env.start(&["link", "simplefin", "--token-file", file, "--yes", "--name", "My banks"]);
    wait_until("nothing was kept", || is_kept(env));
    running
}

#[test]
fn what_was_claimed_before_a_kill_is_taken_up_by_the_next_sync() {
    let env = bridge();
    let access = claim(&env, 1);
    env.leave_behind(&json!({
        "provider": "simplefin", "environment": "sandbox", "item_id": "simplefin-0123", "institution": "SimpleFIN",
        "access_token": access.expose(), "institution_id": null
    }));
    let synced = env.ok(&["sync", "--json"]);
    assert!(synced.stderr.contains("First Platypus Bank) was linked earlier"), "{synced}");
    env.ok(&["sync"]);
    guard_access(&env, 1);
    assert!(all(&env).len() > 1000);
    assert_eq!(env.json(&["connections"])["total"], 1);
}

#[test]
fn a_link_killed_after_its_claim_is_finished_by_the_next_command() {
    let env = bridge();
    let file = token_file(&env, 1);
    claimed(&env, &file).kill();
    assert_eq!(env.json(&["connections"])["total"], 0);
    env.sandbox().clear_faults();
    // The setup token is spent, what it gave is not lost.
    let again = env.fails(7, &["link", "simplefin", "--token-file", &file, "--yes"]);
    assert!(again.stderr.contains("linked earlier"), "{again}");
    guard_access(&env, 1);
    assert!(!is_kept(&env));
    assert_eq!(env.json(&["connections"])["items"][0]["name"], "My banks", "its name was kept with it");
    env.ok(&["sync"]);
    assert!(all(&env).len() > 1000);
}

#[test]
fn a_killed_link_is_resumed_without_any_keys() {
    let env = bridge();
    let nothing = env.fails(5, &["link", "--resume", "--yes"]);
    assert!(nothing.stderr.contains("no link to resume"), "{nothing}");
    let file = token_file(&env, 1);
    claimed(&env, &file).kill();
    env.sandbox().clear_faults();
    let resumed = env.json(&["link", "--resume", "--yes"]);
    guard_access(&env, 1);
    assert_eq!(resumed["connections"][0]["accounts"].as_array().unwrap().len(), 9, "{resumed}");
    assert!(resumed["sync"]["added"].as_u64() > Some(1000), "{resumed}");
    assert_eq!(env.json(&["connections"])["items"][0]["name"], "My banks");
    let metrics = env.json(&["metrics"]);
    let made = metrics["endpoints"].as_array().unwrap().iter().map(|row| row["calls"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(metrics["connections"][0]["calls_today"], made, "the calls of the killed link are its own");
}

#[test]
fn an_interrupted_link_says_that_the_claim_is_kept() {
    let env = bridge();
    let file = token_file(&env, 1);
    let running = claimed(&env, &file);
    interrupt(running.id());
    let stopped = env.keep(running.finish());
    assert_eq!((stopped.status, stopped.hint()), (130, "bursar link --resume"), "{stopped}");
    assert!(is_kept(&env) && stopped.sentence().contains("is kept"), "{stopped}");
    env.sandbox().clear_faults();
    env.ok(&["link", "--resume", "--yes", "--no-sync"]);
    guard_access(&env, 1);
    assert_eq!(env.json(&["connections"])["items"][0]["name"], "My banks");
}
