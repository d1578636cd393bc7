//! Accounts to which their bank gives another id within a connection: joined, asked about or told, and parted again.

use bursar::sandbox::Fault;
use serde_json::Value;

use super::adopt::{book, rows};
use crate::env::{Output, TestEnv};

/// Chase, whose accounts have an id that outlives connections, and a bank whose accounts have none.
const LASTING: &str = "ins_3";
const BANK: &str = "ins_109508";

/// A household at a bank, whose owner wrote on three transactions of the card, one of them pending where there is one.
fn household(bank: &str) -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.link(bank);
    let of = |query: &str| env.json(&["tx", query, "acct:3333", "--limit", "2"])["items"].clone();
    let some = [of("status:pending"), of("status:posted")];
    let ids = some.iter().flat_map(|items| items.as_array().unwrap()).map(|item| item["id"].as_str().unwrap());
    for id in ids {
        env.ok(&["tx", "note", id, "mine"]);
        env.ok(&["tx", "tag", id, "watched"]);
    }
    assert!(mine(&env) >= 2);
    env
}

fn mine(env: &TestEnv) -> u64 {
    env.json(&["tx", "note:mine", "tag:watched"])["total"].as_u64().unwrap()
}

/// Demands the same rows, and names only those that differ.
fn same(found: &[String], expected: &[String], what: &str) {
    let only = |one: &[String], other: &[String]| {
        let mut rest = other.to_vec();
        let taken =
            |row: &&String| rest.iter().position(|known| known == *row).map(|place| rest.remove(place)).is_none();
        one.iter().filter(taken).cloned().collect::<Vec<_>>()
    };
    let (more, less) = (only(found, expected), only(expected, found));
    assert!(more.is_empty() && less.is_empty(), "{what}: there are\n{more:#?}\nbeside\n{less:#?}");
}

fn whole(env: &TestEnv) {
    let check = env.json(&["vault", "check"]);
    assert_eq!(check["ok"], true, "{check}");
}

/// The card's id here, whether it counts or not.
fn cards(env: &TestEnv) -> Vec<(Value, Value)> {
    let accounts = env.json(&["accounts", "--all"]);
    let cards = accounts["items"].as_array().unwrap().iter().filter(|one| one["mask"] == "3333");
    cards.map(|one| (one["id"].clone(), one["status"].clone())).collect()
}

#[test]
fn a_lasting_id_joins_unattended_and_can_be_undone() {
    for fault in [Fault::AccountChurn, Fault::AccountChurnRemoved] {
        let env = household(LASTING);
        let (before, card, owned) = (rows(&env), cards(&env), mine(&env));
        env.sandbox().fault(fault, None);
        let synced = env.ok(&["sync"]);
        assert!(synced.stderr.contains("joined; `bursar connections adopt c1 --undo` parts them again"), "{synced}");
        same(&rows(&env), &before, fault.name());
        assert_eq!(cards(&env), card, "the account goes on under the id that it has here");
        whole(&env);
        assert!(!env.ok(&["sync"]).stderr.contains("joined"), "it is said once");
        let full = env.json(&["sync", "--full"]);
        assert_eq!((&full["added"], &full["removed"]), (&0.into(), &0.into()), "{full}");

        env.sandbox().advance(5);
        env.ok(&["sync"]);
        let after = rows(&env);
        assert!(after.len() > before.len() && mine(&env) == owned);
        whole(&env);

        env.ok(&["connections", "adopt", "c1", "--undo", "--yes"]);
        assert_eq!(cards(&env).len(), 2);
        whole(&env);
        let parted = book(&env);
        let again = env.ok(&["sync"]);
        assert!(!again.stderr.contains("connections adopt"), "what its owner parted stays parted: {again}");
        assert_eq!(book(&env)["transactions"], parted["transactions"]);
        env.ok(&["connections", "adopt", "c1", "--yes"]);
        same(&rows(&env), &after, fault.name());
        whole(&env);
    }
}

#[test]
fn what_only_looks_like_one_is_told_and_left_to_its_owner() {
    let env = household(BANK);
    let before = rows(&env);
    env.sandbox().fault(Fault::AccountChurn, None);
    let told = env.ok(&["sync", "--yes"]);
    assert_eq!(told.hint(), "bursar connections adopt c1 --dry-run", "{told}");
    assert!(told.stderr.contains("warning: accounts of c1") && told.stderr.contains("(name and digits)"), "{told}");
    let doubled = book(&env);
    assert!(rows(&env).len() > before.len(), "nothing was joined without a person");
    let full = env.json(&["sync", "--full"]);
    assert_eq!(full["removed"], 0, "the history of an account that vanished is not taken back: {full}");
    assert_eq!(book(&env), doubled);

    let plan = env.json(&["connections", "adopt", "c1", "--dry-run"]);
    assert_eq!((&plan["done"], plan["accounts"].as_array().unwrap().len()), (&false.into(), 1), "{plan}");
    assert_eq!(
        (&plan["accounts"][0]["by"], &plan["accounts"][0]["new"]),
        (&"name_and_mask".into(), &0.into()),
        "{plan}"
    );
    env.fails(2, &["connections", "adopt", "c1"]);
    assert_eq!(book(&env), doubled);
    env.ok(&["connections", "adopt", "c1", "--yes"]);
    same(&rows(&env), &before, "joined");
    whole(&env);
    env.ok(&["connections", "adopt", "c1", "--undo", "--yes"]);
    assert_eq!(book(&env), doubled, "everything is as it was");
    whole(&env);
    let nothing = env.fails(5, &["connections", "adopt", "c1", "--undo", "--yes", "--json"]);
    assert_eq!(nothing.error()["code"], "not_adopted");
}

/// Syncs before a person who gives this answer.
fn asked(env: &TestEnv, answer: &str) -> Output {
    let mut terminal = env.terminal_of(&env.command(&["sync"]));
    terminal.expect("takes in");
    terminal.expect("Join them? [y/N] ");
    terminal.type_line(answer);
    env.keep(terminal.finish())
}

#[test]
fn a_person_is_shown_the_plan_and_asked() {
    for bank in [BANK, LASTING] {
        let env = household(bank);
        let before = rows(&env);
        env.sandbox().fault(Fault::AccountChurn, None);
        let no = asked(&env, "n");
        assert!(no.status == 0 && no.stdout.contains("bursar connections adopt c1 --dry-run"), "{no}");
        assert!(rows(&env).len() > before.len());
        let yes = asked(&env, "y");
        assert!(yes.status == 0 && yes.stdout.contains("joined"), "{yes}");
        same(&rows(&env), &before, "joined");
        whole(&env);
    }
}

#[test]
fn what_was_written_on_the_new_side_is_not_hidden_by_itself() {
    let env = household(BANK);
    env.sandbox().fault(Fault::AccountChurn, None);
    env.ok(&["sync"]);
    let new = cards(&env).into_iter().find(|(_, status)| status == "open").unwrap().0;
    let query = format!("acct:{}", new.as_str().unwrap());
    let row = env.json(&["tx", &query, "--limit", "1"])["items"][0]["id"].as_str().unwrap().to_owned();
    env.ok(&["tx", "note", &row, "newer"]);
    let refused = env.fails(6, &["connections", "adopt", "c1", "--yes", "--json"]);
    assert_eq!(refused.error()["code"], "edited", "{refused}");
    assert!(env.ok(&["sync"]).stderr.contains("bursar connections adopt c1 --dry-run"));
    assert_eq!(env.json(&["tx", "show", &row])["note"], "newer");
}

#[test]
fn an_account_may_change_its_id_again_and_again() {
    let env = household(LASTING);
    let (before, card) = (rows(&env), cards(&env));
    // The key of a timer, which may sync and nothing else.
    let key = env.path("secrets/timer");
    env.ok(&["keys", "add", "key-file", key.to_str().unwrap(), "--label", "timer", "--role", "sync"]);
    for _ in 0..3 {
        env.sandbox().fault(Fault::AccountChurn, None);
        let mut timer = env.command(&["sync"]);
        timer.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", &key);
        let synced = env.run_command(timer);
        assert!(synced.status == 0 && synced.stderr.contains("joined"), "{synced}");
        same(&rows(&env), &before, "joined again");
        assert_eq!(cards(&env), card);
        whole(&env);
    }
    for _ in 0..3 {
        env.ok(&["connections", "adopt", "c1", "--undo", "--yes"]);
        whole(&env);
    }
    assert_eq!(cards(&env).len(), 4);
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert_eq!(env.json(&["tx"])["total"], 0);
    whole(&env);
}

#[test]
fn a_connection_with_nothing_to_join_says_so() {
    let env = household(BANK);
    let nothing = env.fails(5, &["connections", "adopt", "c1", "--yes", "--json"]);
    assert_eq!(nothing.error()["code"], "nothing_alike", "{nothing}");
}
