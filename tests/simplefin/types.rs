//! What an account is: guessed where its provider does not say, and the owner's word before all.

use serde_json::{Value, json};

use super::{bridge, link};
use crate::env::TestEnv;

fn kind(env: &TestEnv, account: &str) -> (Value, Value) {
    let shown = env.json(&["accounts", "show", account]);
    (shown["type"].clone(), shown["type_source"].clone())
}

#[test]
fn the_owner_says_what_an_account_is_and_takes_it_back() {
    let env = bridge();
    link(&env, 1);
    assert_eq!(kind(&env, "a1"), (json!("depository"), json!("name")));
    let edited = env.json(&["accounts", "edit", "a1", "--type", "credit"]);
    assert_eq!(
        (&edited["id"], &edited["type"], &edited["type_source"]),
        (&json!("a1"), &json!("credit"), &json!("user"))
    );
    env.ok(&["sync", "--full"]);
    assert_eq!(kind(&env, "a1"), (json!("credit"), json!("user")), "a sync leaves the owner's word");
    let entries = env.json(&["audit", "list", "--limit", "20"]);
    let entry = entries["items"].as_array().unwrap().iter().find(|entry| entry["action"] == "accounts.edit").unwrap();
    assert_eq!((&entry["resource"], &entry["detail"]["type"]), (&json!("a1"), &json!("credit")), "{entry}");
    env.ok(&["accounts", "edit", "a1", "--type", "", "--name", "Daily"]);
    assert_eq!(kind(&env, "daily"), (json!("depository"), json!("name")));
    env.ok(&["accounts", "edit", "a1", "--name", ""]);
    assert_eq!(env.json(&["accounts", "show", "a1"])["name"], "Plaid Checking");
    let wrong = env.fails(2, &["accounts", "edit", "a1", "--type", "card"]);
    assert!(wrong.stderr.contains("depository, credit, loan, investment, other"), "{wrong}");
    let nothing = env.fails(2, &["accounts", "edit", "a1"]);
    assert!(nothing.stderr.contains("nothing to change"), "{nothing}");
    env.fails(5, &["accounts", "edit", "nobody", "--type", "loan"]);
    env.ok(&["vault", "check"]);
}

#[test]
fn where_the_bank_says_it_the_owner_goes_first_as_well() {
    let env = TestEnv::household();
    assert_eq!(kind(&env, "a1"), (json!("depository"), json!("bank")));
    env.ok(&["accounts", "edit", "a1", "--type", "investment"]);
    env.ok(&["sync"]);
    assert_eq!(kind(&env, "a1"), (json!("investment"), json!("user")));
    env.ok(&["accounts", "edit", "a1", "--type", ""]);
    assert_eq!(kind(&env, "a1"), (json!("depository"), json!("bank")));
    env.ok(&["accounts", "edit", "a2", "--type", "loan"]);
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true, "what goes with its account leaves no trace in the digests");
}
