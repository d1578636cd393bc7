//! Rows that the book cannot hold: named, counted, remembered, and fetched again when one asks for it.

use bursar::sandbox::Fault;
use serde_json::Value;

use crate::env::TestEnv;

/// A linked bank without its history, and how many transactions it has.
fn ready() -> (TestEnv, u64) {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    env.sandbox().fault(Fault::BadAmount, None);
    let output = env.fails(3, &["sync", "--json"]);
    assert_eq!(output.error()["code"], "rows_refused", "{output}");
    let run = output.json();
    assert_eq!((&run["refused"], &run["connections"][0]["refused"]), (&1.into(), &1.into()), "{run}");
    assert_eq!(run["connections"][0]["outcome"], "ok");
    let row = &run["connections"][0]["refused_rows"][0];
    assert_eq!(row["kind"], "transaction");
    assert!(!row["id"].as_str().unwrap().is_empty() && row["reason"].as_str().unwrap().contains("`amount`"), "{row}");
    let kept = env.json(&["tx"])["total"].as_u64().unwrap();
    assert_eq!(run["added"], kept);
    (env, kept)
}

fn connection(env: &TestEnv) -> Value {
    env.json(&["connections"])["items"][0].clone()
}

#[test]
fn a_row_not_kept_is_remembered_until_the_whole_history_brings_it() {
    let (env, kept) = ready();
    let edited = env.json(&["tx", "--limit", "1"])["items"][0]["id"].as_str().unwrap().to_owned();
    env.ok(&["tx", "note", &edited, "mine"]);
    assert_eq!(env.json(&["sync"])["refused"], 0, "the bank does not send it again by itself");
    assert_eq!(connection(&env)["refused"], 1, "and it is not forgotten");
    let status = env.ok(&["status"]);
    assert!(status.stdout.contains("Rows not kept"), "{status}");
    assert!(status.stderr.contains("bursar sync c1 --full"), "{status}");

    let full = env.json(&["sync", "--full"]);
    assert_eq!((&full["added"], &full["modified"], &full["removed"]), (&1.into(), &0.into(), &0.into()), "{full}");
    assert_eq!(env.json(&["tx"])["total"], kept + 1);
    assert_eq!(env.json(&["tx", "show", &edited])["note"], "mine");
    assert_eq!(connection(&env)["refused"], 0);
    assert!(!env.ok(&["status"]).stdout.contains("Rows not kept"));
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_change_that_cannot_be_kept_leaves_the_row_as_it_was() {
    let (env, kept) = ready();
    env.sandbox().fault(Fault::BadAmount, None);
    let again = env.fails(3, &["sync", "--full", "--json"]);
    assert_eq!(again.json()["removed"], 0, "a refused row is not one that the bank has taken back: {again}");
    assert_eq!(env.json(&["tx"])["total"], kept);
    assert_eq!(connection(&env)["refused"], 1);
}

#[test]
fn what_a_first_sync_cannot_keep_is_said_by_the_link() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.sandbox().fault(Fault::ImpossibleDate, None);
    let output = env.fails(3, &["link", "--institution", "ins_109508", "--yes", "--json"]);
    assert_eq!(output.error()["code"], "rows_refused", "{output}");
    assert_eq!(output.json()["sync"]["refused"], 1, "{output}");
    assert!(output.stderr.contains("was not kept: its `date`"), "{output}");
}

#[test]
fn escape_sequences_are_no_reason_to_refuse() {
    let env = TestEnv::household();
    env.sandbox().advance(2);
    env.sandbox().fault(Fault::EscapeSequences, None);
    let run = env.json(&["sync"]);
    assert_eq!(run["refused"], 0);
    assert!(run["added"].as_u64().unwrap() > 0, "{run}");
}
