//! Both versions of the protocol, and what an answer with holes leaves to be asked again.

use bursar::sandbox::Fault;
use serde_json::{Value, json};

use super::{all, bridge, guard_access, link, token_file};

fn without_times(accounts: &Value) -> Vec<Value> {
    let mut items = accounts["items"].as_array().unwrap().clone();
    for item in &mut items {
        item["balance"]["as_of"] = Value::Null;
    }
    items
}

#[test]
fn a_server_of_version_1_shows_the_same() {
    let (old, new) = (bridge(), bridge());
    old.sandbox().fault(Fault::SimplefinOld, None);
    link(&old, 1);
    link(&new, 1);
    assert_eq!(all(&old), all(&new));
    assert_eq!(without_times(&old.json(&["accounts"])), without_times(&new.json(&["accounts"])));
    // A server that learns version 2 meanwhile has the same accounts and rows.
    old.sandbox().clear_faults();
    let synced = old.json(&["sync"]);
    assert_eq!((&synced["added"], &synced["removed"]), (&json!(0), &json!(0)), "{synced}");
    assert_eq!(old.json(&["accounts"])["total"], 9);
}

#[test]
fn the_sentences_of_version_1_are_shown_too() {
    let env = bridge();
    link(&env, 1);
    env.sandbox().fault(Fault::SimplefinOld, None);
    env.sandbox().fault(Fault::SimplefinSignIn, None);
    let said = env.fails(8, &["sync"]);
    assert!(said.stderr.contains("may need attention"), "{said}");
}

#[test]
fn days_that_a_bank_did_not_give_are_asked_for_until_it_does() {
    let env = bridge();
    link(&env, 1);
    let calls = |day: &str| env.json(&["--today", day, "metrics"])["connections"][0]["calls_today"].as_u64().unwrap();
    env.sandbox().fault(Fault::SimplefinErrlist, Some(2));
    for day in ["2026-06-20", "2026-08-10"] {
        env.fails(3, &["--today", day, "sync"]);
    }
    env.ok(&["--today", "2026-08-11", "sync"]);
    assert_eq!(calls("2026-08-11"), 2, "from before the bank fell silent until now");
    env.ok(&["--today", "2026-08-12", "sync"]);
    assert_eq!(calls("2026-08-12"), 1);
}

#[test]
fn what_a_server_says_at_the_first_look_is_shown() {
    let env = bridge();
    let file = token_file(&env, 1);
    env.sandbox().fault(Fault::SimplefinErrlist, None);
    let linked = env.fails(3, &["link", "simplefin", "--token-file", &file, "--yes", "--no-sync", "--json"]);
    assert_eq!(linked.stderr.matches("First Platypus Bank: First Platypus Bank is slow").count(), 1, "{linked}");
    assert_eq!(
        (&linked.error()["code"], &linked.json()["connections"][0]["id"]),
        (&json!("provider_says"), &json!("c1"))
    );
    guard_access(&env, 1);
    env.ok(&["sync"]);
    // What the sync of the link says once more is shown once.
    let file = token_file(&env, 2);
    env.sandbox().fault(Fault::SimplefinErrlist, Some(2));
    let args = ["link", "simplefin", "--token-file", &file, "--name", "sf", "--yes", "--allow-duplicate"];
    let twice = env.fails(3, &args);
    assert_eq!(twice.stderr.matches("sf: First Platypus Bank is slow").count(), 1, "{twice}");
    guard_access(&env, 2);
}
