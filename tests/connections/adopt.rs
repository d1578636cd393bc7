//! A bank that had to be linked anew: its accounts and transactions join those of the connection before, and part again.

use bursar::{
    domain::money::{Currency, Money},
    plaid::MadeUp,
    sandbox::Fault,
};
use serde_json::{Value, json};

use crate::env::{TestEnv, block_on};

const BANK: &str = "ins_109508";

/// The whole book as scripts see it.
pub(super) fn book(env: &TestEnv) -> Value {
    json!({
        "accounts": env.json(&["accounts", "--all"]),
        "transactions": env.json(&["tx", "--limit", "100000"]),
        "networth": env.json(&["report", "networth", "--monthly"]),
        "spending": env.json(&["report", "spending", "--by", "category"]),
    })
}

/// Date, payee, amount, account name, status, note and tags of all transactions, whatever their ids.
pub(crate) fn rows(env: &TestEnv) -> Vec<String> {
    fields_of(env, &[], "date,payee,amount,currency,account,status,note,tags")
}

/// Fields of the transactions that a query wants.
fn fields_of(env: &TestEnv, query: &[&str], fields: &str) -> Vec<String> {
    let all = ["--format", "csv", "--fields", fields, "--limit", "100000"];
    let text = env.ok(&[&["tx"], query, &all].concat()).stdout;
    let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

/// A household whose connection was removed after the owner wrote into it, linked anew; and its rows before.
fn relinked() -> (TestEnv, Vec<String>) {
    let env = TestEnv::household();
    let pending = env.json(&["tx", "status:pending", "--limit", "1"])["items"][0]["id"].as_str().unwrap().to_owned();
    for id in ["t3", "t40", &pending] {
        env.ok(&["tx", "note", id, "mine"]);
        env.ok(&["tx", "tag", id, "watched"]);
    }
    env.ok(&["tx", "edit", "t40", "--category", "groceries", "--payee", "My word"]);
    let before = rows(&env);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    let linked = env.ok(&["link", "--institution", BANK, "--yes"]);
    assert!(linked.stderr.contains("bursar connections adopt c1 c2 --dry-run"), "{linked}");
    (env, before)
}

#[test]
fn accounts_that_count_twice_are_named_until_they_are_joined_or_parted() {
    let (env, _) = relinked();
    let named = || {
        let (status, doctor) = (env.json(&["status"]), env.run(&["doctor"]).stdout);
        let next = status["next"].as_array().unwrap().contains(&json!("bursar connections adopt c1 c2"));
        let screen = env.ok(&["status"]).stdout;
        let lines =
            [screen.contains("9 accounts count twice, here and in c2"), doctor.contains("9 accounts count twice")];
        assert!(lines.iter().all(|shown| *shown == next), "{screen}{doctor}");
        assert_eq!(status["unjoined"].as_array().unwrap().len(), usize::from(next), "{status}");
        next
    };
    assert!(named());
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    assert!(!named(), "they are joined");
    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert!(!named(), "their owner parted them");
}

#[test]
fn a_purge_says_what_becomes_of_accounts_that_were_joined() {
    let (env, _) = relinked();
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    let old = env.ok(&["connections", "remove", "c1", "--purge", "--dry-run"]);
    assert!(old.stderr.contains("9 of its accounts go on under c2 and stay"), "{old}");
    assert!(old.stderr.contains("`bursar connections adopt c1 c2 --undo` cannot part them any more"), "{old}");
    let new = env.ok(&["connections", "remove", "c2", "--purge", "--dry-run"]);
    assert!(new.stderr.contains("9 of its accounts came from c1, and their older history is deleted too"), "{new}");
    let purged = env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert!(purged.stderr.contains("9 of its accounts go on under c2"), "{purged}");
    assert_eq!(env.json(&["accounts"])["total"], 9);
}

#[test]
fn a_relink_after_a_removal_doubles_nothing_and_keeps_every_word() {
    let (env, before) = relinked();
    let doubled = book(&env);
    assert_eq!(rows(&env).len(), 2 * before.len() - 1, "until it is joined, all stands twice");

    let plan = env.json(&["connections", "adopt", "c1", "c2", "--dry-run"]);
    assert_eq!(plan["done"], false);
    assert_eq!(plan["accounts"].as_array().unwrap().len(), 9, "{plan}");
    assert!(plan["accounts"].as_array().unwrap().iter().all(|pair| pair["new"] == 0 && pair["kept"] == 0), "{plan}");
    assert_eq!(book(&env), doubled, "a plan changes nothing");

    env.fails(2, &["connections", "adopt", "c1", "c2", "--no-input"]);
    assert_eq!(env.json(&["connections", "adopt", "c1", "c2", "--yes"])["done"], true);
    assert_eq!(rows(&env), before, "as before the removal, with notes, tags and categories");
    assert_eq!(env.json(&["tx", "show", "t40"])["note"], "mine");
    assert_eq!(env.json(&["accounts", "--all"])["total"], 9);
    assert!(env.json(&["accounts"])["items"].as_array().unwrap().iter().all(|account| account["connection"] == "c2"));
    assert_eq!(env.json(&["vault", "check"])["ok"], true);

    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert_eq!(book(&env), doubled, "the book before it was joined");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.fails(5, &["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
}

#[test]
fn life_goes_on_after_a_joining() {
    let (env, _) = relinked();
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    let undisturbed = TestEnv::household();
    for env in [&env, &undisturbed] {
        env.sandbox().advance(5);
    }
    let run = env.json(&["sync"]);
    undisturbed.ok(&["sync"]);
    assert!(run["added"].as_u64().unwrap() > 0, "{run}");
    let count = env.json(&["tx"])["total"].clone();
    assert_eq!(count, undisturbed.json(&["tx"])["total"], "nothing twice, nothing lost");
    let full = env.json(&["sync", "--full"]);
    assert_eq!((&full["added"], &full["removed"]), (&0.into(), &0.into()), "{full}");
    assert_eq!(env.json(&["tx", "note:mine"])["total"], 3);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);

    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    assert_eq!(env.json(&["sync", "--full"])["removed"], 0);
}

#[test]
fn history_that_only_the_old_connection_has_stays() {
    let env = TestEnv::household();
    let total = env.json(&["tx"])["total"].as_u64().unwrap();
    env.ok(&["connections", "remove", "c1", "--yes"]);
    env.ok(&["link", "--institution", BANK, "--days", "60", "--yes"]);
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    assert_eq!(env.json(&["tx"])["total"], total);
    let full = env.json(&["sync", "--full"]);
    assert_eq!(full["removed"], 0, "rows of the time before the new link are not its own: {full}");
    assert_eq!(env.json(&["tx"])["total"], total);
}

#[test]
fn what_is_not_one_is_not_joined() {
    let env = TestEnv::household();
    env.ok(&["link", "--institution", BANK, "--yes", "--allow-duplicate"]);
    let told = |code, args: &[&str]| env.fails(code, &[args, &["--json"]].concat()).error()["code"].clone();
    assert_eq!(told(6, &["connections", "adopt", "c1", "c2", "--yes"]), "not_ended");
    env.ok(&["connections", "remove", "c1", "--yes"]);
    env.link("ins_109511");
    assert_eq!(told(6, &["connections", "adopt", "c1", "c3", "--yes"]), "another_bank");
    let own = env.json(&["tx", "conn:c2", "--limit", "1"])["items"][0]["id"].as_str().unwrap().to_owned();
    env.ok(&["tx", "note", &own, "new"]);
    assert_eq!(told(6, &["connections", "adopt", "c1", "c2", "--yes"]), "edited");
    assert_eq!(told(5, &["connections", "adopt", "c1", "c2", "--undo", "--yes"]), "not_adopted");
}

#[test]
fn a_connection_that_is_gone_is_no_reason_not_to_link_and_is_joined() {
    let env = TestEnv::household();
    let before = rows(&env);
    env.sandbox().fault_at(Fault::ItemNotFound, "/transactions/sync");
    env.fails(3, &["sync"]);
    let linked = env.ok(&["link", "--institution", BANK, "--yes"]);
    assert!(linked.stderr.contains("bursar connections adopt c1 c2"), "{linked}");
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    assert_eq!(rows(&env), before);
}

#[test]
fn balances_of_days_on_which_both_connections_lived_are_those_of_the_account_that_shows_them() {
    let mut env = TestEnv::household();
    env.ok(&["link", "--institution", BANK, "--yes", "--allow-duplicate"]);
    // The old connection is read for longer than the new one.
    env.set("BURSAR_TODAY", "2026-04-18");
    env.sandbox().advance(3);
    env.ok(&["sync", "c1"]);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    let parted = book(&env);
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert_eq!(book(&env), parted);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);

    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    env.set("BURSAR_TODAY", "2026-04-19");
    env.ok(&["sync"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

/// Day, security, amount and account of each trade that counts.
fn trades(env: &TestEnv) -> Vec<String> {
    let report = env.json(&["report", "holdings", "--trades"]);
    let rows = report["trades"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {} {} {}", row["date"], row["security"], row["amount"]["minor"], row["account"]))
        .collect()
}

#[test]
fn trades_older_than_a_bank_tells_stay_with_their_account() {
    let mut env = TestEnv::household();
    env.ok(&["config", "set", "sync.products", "[\"investments\", \"trades\"]"]);
    env.ok(&["sync"]);
    let before = trades(&env);
    env.set("BURSAR_TODAY", "2026-05-13");
    env.sandbox().advance(28);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    env.ok(&["link", "--institution", BANK, "--yes"]);
    let doubled = trades(&env);
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    let joined = trades(&env);
    // Two fortnights more, and none of what the bank does not tell any more is lost; nothing stands twice.
    assert_eq!(joined.len(), before.len() + 3, "{joined:#?}");
    assert!(before.iter().all(|trade| joined.contains(trade)), "{before:#?} {joined:#?}");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["sync"]);
    assert_eq!(trades(&env), joined);
    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert_eq!(trades(&env), doubled);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn trades_stay_where_the_new_connection_is_told_none() {
    let env = TestEnv::household();
    env.ok(&["config", "set", "sync.products", "[\"trades\"]"]);
    env.ok(&["sync"]);
    let before = trades(&env);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    env.ok(&["config", "set", "sync.products", "[]"]);
    env.ok(&["link", "--institution", BANK, "--yes"]);
    env.ok(&["connections", "adopt", "c1", "c2", "--yes"]);
    assert_eq!(trades(&env), before);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["config", "set", "sync.products", "[\"trades\"]"]);
    env.ok(&["sync"]);
    assert_eq!(trades(&env), before, "the bank tells the same ones");
    env.ok(&["connections", "adopt", "c1", "c2", "--undo", "--yes"]);
    assert_eq!(trades(&env).len(), 2 * before.len(), "each connection has its own");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

const WITHOUT_IDS: &str = "date,payee,amount,currency,status,note,tags";

/// What each of three connections has.
fn by_connection(env: &TestEnv) -> [Vec<String>; 3] {
    ["conn:c1", "conn:c2", "conn:c3"].map(|of| fields_of(env, &[of], WITHOUT_IDS))
}

/// Rows that only this connection of the sandbox's has, and a sync that brings them.
fn spend(env: &TestEnv, connection: i64, descriptions: &[&'static str]) {
    let (day, amount) = (crate::env::TODAY.parse().unwrap(), Money::new(-450, Currency::iso("USD").unwrap()));
    let made = |&description: &&'static str| MadeUp { transacted: day, posted: day, amount, description };
    let made: Vec<MadeUp<'_>> = descriptions.iter().map(made).collect();
    block_on(env.client().sandbox_transactions_create(&env.token(connection).0, &made)).unwrap();
    assert_eq!(env.json(&["sync"])["added"], descriptions.len());
}

/// The same life twice: in one vault the accounts are joined twice, with rows that come between, and parted twice.
#[test]
fn two_joinings_of_one_account_are_undone_one_after_the_other() {
    let [joined, apart] = [true, false].map(|joins| {
        let mut env = TestEnv::new();
        env.bank();
        env.init();
        let link = || env.json(&["link", "--institution", BANK, "--user", "user_transactions_dynamic", "--yes"]);
        let adopt = |old: &str, new: &str| {
            if joins {
                env.ok(&["connections", "adopt", old, new, "--yes"]);
            }
        };
        link();
        env.ok(&["tx", "note", "t3", "mine"]);
        env.ok(&["connections", "remove", "c1", "--yes"]);
        link();
        adopt("c1", "c2");
        spend(&env, 2, &["BETWEEN", "BETWEEN TOO"]);
        env.ok(&["connections", "remove", "c2", "--yes"]);
        link();
        adopt("c2", "c3");
        spend(&env, 3, &["AFTER"]);
        env
    });
    let parted = by_connection(&apart);
    let came = |row: &String| row.contains("BETWEEN") || row.contains("AFTER");
    let mut whole = parted[0].clone();
    whole.extend(parted[1..].iter().flatten().filter(|row| came(row)).cloned());
    whole.sort();
    assert_eq!(fields_of(&joined, &[], WITHOUT_IDS), whole, "nothing stands twice, nothing is lost");
    for (old, new) in [("c2", "c3"), ("c1", "c2")] {
        assert_eq!(joined.json(&["vault", "check"])["ok"], true);
        joined.ok(&["connections", "adopt", old, new, "--undo", "--yes"]);
    }
    assert_eq!(joined.json(&["vault", "check"])["ok"], true);
    assert_eq!(by_connection(&joined), parted, "as if nothing had ever been joined");
    assert_eq!(joined.json(&["sync", "--full"])["removed"], 0);
}
