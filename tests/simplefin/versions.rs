//! Both versions of the protocol, and what an answer with holes leaves to be asked again.

use bursar::sandbox::Fault;
use serde_json::{Value, json};

use super::{all, bridge, link};

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
