//! A server that was linked anew: its rows have no lasting ids, and join those of the old connection by what they say.

use bursar::sandbox::Fault;

use super::{all, bridge, guard_access, link, token_file};
use crate::connections::adopt::rows;

#[test]
fn rows_are_matched_when_a_server_is_linked_anew() {
    let mut env = bridge();
    link(&env, 1);
    let pending = env.json(&["tx", "status:pending", "--limit", "1"])["items"][0]["id"].as_str().unwrap().to_owned();
    for id in ["t3", "t40", &pending] {
        env.ok(&["tx", "note", id, "mine"]);
    }
    let before = rows(&env);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    let file = token_file(&env, 2);
    env.ok(&["link", "simplefin", "--token-file", &file, "--yes"]);
    guard_access(&env, 2);
    let doubled = rows(&env);
    assert!(doubled.len() > before.len());

    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    assert_eq!(rows(&env), before, "every row found its own, pending ones too");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.sandbox().advance(3);
    env.set("BURSAR_TODAY", "2026-04-18");
    env.ok(&["sync"]);
    let notes = all(&env).into_iter().filter(|row| row["note"] == "mine").count();
    assert_eq!(notes, 3, "a pending row that posts keeps its note");

    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    let of_old: Vec<String> = rows(&env).into_iter().filter(|row| row.contains("mine")).collect();
    assert_eq!(of_old.len(), 3, "{of_old:?}");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    assert_eq!(env.json(&["sync", "--full"])["removed"], 0);
}

#[test]
fn accounts_under_other_ids_are_told_and_joined() {
    let env = bridge();
    link(&env, 1);
    for id in ["t3", "t40"] {
        env.ok(&["tx", "note", id, "mine"]);
    }
    let before = rows(&env);
    env.sandbox().fault(Fault::SimplefinNewIds, None);
    let renamed = env.ok(&["sync"]);
    assert!(renamed.stderr.contains("bursar connections adopt c1"), "{renamed}");
    assert!(rows(&env).len() > before.len(), "until then they stand twice");

    env.ok(&["connections", "adopt", "c1", "--yes"]);
    assert_eq!(rows(&env), before, "nothing is doubled, nothing is lost");
    let again = env.ok(&["sync"]);
    assert!(!again.stderr.contains("adopt"), "{again}");
    assert_eq!(rows(&env), before);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["connections", "adopt", "c1", "--undo", "--yes"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}
