//! A row that the bank takes back becomes a tombstone: out of sight, never doubled, and whole again if the bank brings it.

use std::{collections::BTreeMap, time::Duration};

use bursar::{store::Store, vault::Access};
use serde_json::Value;

use crate::env::TestEnv;

/// Every transaction by its id.
fn rows(env: &TestEnv) -> BTreeMap<String, Value> {
    let items = env.json(&["tx", "--limit", "100000"])["items"].as_array().unwrap().clone();
    items.into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect()
}

#[test]
fn a_row_taken_back_is_a_tombstone_and_keeps_what_was_written_on_it() {
    let env = TestEnv::household();
    let old = rows(&env);
    env.sandbox().advance(2);
    env.json(&["sync"]);
    for id in rows(&env).keys().filter(|id| !old.contains_key(*id)) {
        env.ok(&["tx", "note", id, "mine"]);
        env.ok(&["tx", "tag", id, "watched"]);
    }
    let before = rows(&env);
    env.sandbox().take_back();
    let run = env.json(&["sync"]);
    assert_eq!((&run["added"], &run["modified"], &run["removed"]), (&0.into(), &0.into(), &1.into()), "{run}");
    let after = rows(&env);
    let gone: Vec<&String> = before.keys().filter(|id| !after.contains_key(*id)).collect();
    let [gone] = gone[..] else { panic!("{gone:?} are gone") };
    assert_eq!(before[gone]["note"], "mine", "the newest row was one of those with a note");
    // The other side of a transfer may be one no longer; nothing else of any other row has changed.
    for (id, row) in &after {
        let plain = |row: &Value| {
            let mut row = row.clone();
            row["type"].take();
            row
        };
        assert_eq!(plain(row), plain(&before[id]));
    }
    env.fails(5, &["tx", "show", gone]);
    env.fails(5, &["tx", "note", gone, "again"]);
    {
        let vault = env.unlocked();
        let store = Store::open(&vault, Access::Read, Duration::ZERO).unwrap();
        let facts = store.transaction_facts(gone.parse().unwrap()).unwrap();
        assert_eq!(before[gone]["amount"]["minor"], facts.amount.minor, "the row itself is still there");
    }
    assert_eq!(env.json(&["vault", "check"])["ok"], true);

    // Whatever is replayed, it stays gone.
    for args in [&["sync"][..], &["sync", "--full"], &["sync", "--full"]] {
        let run = env.json(args);
        assert_eq!((&run["added"], &run["modified"], &run["removed"]), (&0.into(), &0.into(), &0.into()), "{run}");
        assert_eq!(rows(&env), after);
    }
    assert_eq!(env.json(&["vault", "check"])["ok"], true);

    env.sandbox().give_back();
    let run = env.json(&["sync"]);
    assert_eq!((&run["added"], &run["removed"]), (&1.into(), &0.into()), "{run}");
    assert_eq!(rows(&env), before, "the same row, with its id, its note and its tag");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}
