//! What users of comparable tools complain of, one test each, on the finished binary. docs/plaid.md has the table.

use std::collections::BTreeSet;

use bursar::{
    domain::money::{Currency, Money},
    plaid::MadeUp,
    sandbox::Fault,
};
use serde_json::Value;

use crate::{
    env::{Background, Output, PASSPHRASE, TestEnv, block_on},
    sandbox::http::send,
};

fn items(env: &TestEnv, args: &[&str]) -> Vec<Value> {
    env.json(args)["items"].as_array().unwrap().clone()
}

/// Every transaction, as it is listed.
fn rows(env: &TestEnv) -> Vec<Value> {
    items(env, &["tx", "--limit", "100000"])
}

fn text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap()
}

/// Runs `link` on a terminal and fills the forms of the bank's page, as a person with a browser does.
pub(crate) fn linked_by_hand(env: &TestEnv, args: &[&str], asks: bool, forms: &[&str]) -> Output {
    let base_url = env.sandbox().base_url.clone();
    let mut terminal = env.terminal(&[&["link", "--hosted"], args].concat());
    terminal.expect("Passphrase: ");
    terminal.type_secret(PASSPHRASE);
    if asks {
        terminal.expect("Go on? [y/N] ");
        terminal.type_line("y");
    }
    let address = terminal.find(&base_url);
    fill(&base_url, address.strip_prefix(&base_url).unwrap(), forms);
    env.keep(terminal.finish())
}

/// Begins a hosted `link` without a terminal; the address of its page.
pub(crate) fn begun(env: &TestEnv, args: &[&str]) -> (Background, String) {
    let running = env.start(&[&["link", "--hosted"], args].concat());
    let base_url = env.sandbox().base_url.clone();
    let began = std::time::Instant::now();
    loop {
        let said = running.so_far();
        if let Some((_, rest)) = said.split_once(&base_url)
            && let Some((page, _)) = rest.split_once('\n')
        {
            return (running, page.trim().to_owned());
        }
        assert!(began.elapsed().as_secs() < 60, "no address: {said}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Runs a hosted `link` without a terminal, and fills the forms of its page.
pub(crate) fn linked_unasked(env: &TestEnv, args: &[&str], forms: &[&str]) -> Output {
    let (running, page) = begun(env, &[&["--yes", "--no-sync", "--json"], args].concat());
    fill(&env.sandbox().base_url, &page, forms);
    env.keep(running.finish())
}

/// Fills the forms of a page of the bank's.
pub(crate) fn fill(base_url: &str, page: &str, forms: &[&str]) {
    let opened = send(base_url, "GET", page, &[], "");
    let page = opened.header("location").unwrap_or_else(|| panic!("{}", opened.body)).to_owned();
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    for form in forms {
        let answer = send(base_url, "POST", &page, &[kind, ("Origin", base_url)], form);
        assert_eq!(answer.status, 303, "{form}: {}", answer.body);
    }
}

fn ready() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env
}

pub(crate) const GOOD: &str = "username=user_good&password=pass_good";

#[test]
fn pending_and_posted_are_one_row_and_edits_stay() {
    let env = TestEnv::household();
    let pending = items(&env, &["tx", "status:pending"]);
    assert!(!pending.is_empty());
    for item in &pending {
        env.ok(&["tx", "note", text(item, "id"), "mine"]);
    }
    for _ in 0..5 {
        env.sandbox().advance(1);
        env.ok(&["sync"]);
    }
    let kept = items(&env, &["tx", "note:mine"]);
    let posted: Vec<&Value> = kept.iter().filter(|item| item["status"] == "posted").collect();
    assert!(!posted.is_empty(), "nothing was posted in five days");
    let before: BTreeSet<&str> = pending.iter().map(|item| text(item, "id")).collect();
    assert!(kept.iter().all(|item| before.contains(text(item, "id"))), "a row with the note has another id");
    let still = items(&env, &["tx", "status:pending"]);
    for item in posted {
        let twin = still
            .iter()
            .any(|other| ["payee", "amount", "account", "date"].iter().all(|field| other[*field] == item[*field]));
        assert!(!twin, "pending and posted stand both: {item}");
    }
}

#[test]
fn syncing_again_doubles_nothing() {
    let env = TestEnv::household();
    let before = rows(&env);
    for args in [&["sync"][..], &["sync", "--full"], &["sync"]] {
        assert_eq!(env.json(args)["added"], 0);
        assert_eq!(rows(&env), before);
    }
}

#[test]
fn rows_that_look_alike_are_all_kept() {
    let env = ready();
    env.json(&["link", "--institution", "ins_109508", "--user", "user_transactions_dynamic", "--yes"]);
    let (token, _) = env.token(1);
    let day = crate::env::TODAY.parse().unwrap();
    let amount = Money::new(-450, Currency::iso("USD").unwrap());
    let coffee = MadeUp { transacted: day, posted: day, amount, description: "CANARY COFFEE" };
    block_on(env.client().sandbox_transactions_create(&token, &[coffee.clone(), coffee])).unwrap();
    for args in [&["sync"][..], &["sync", "--full"]] {
        env.ok(args);
        assert_eq!(env.json(&["tx", "canary coffee"])["total"], 2, "two coffees on one day are two coffees");
    }
}

#[test]
fn a_broken_connection_never_looks_healthy() {
    let mut env = TestEnv::household();
    env.ok(&["sandbox", "reset-login", "c1"]);
    for day in ["2026-04-15", "2026-04-16", "2026-05-10"] {
        env.set("BURSAR_TODAY", day);
        env.fails(8, &["sync"]);
        assert_eq!(items(&env, &["connections"])[0]["state"], "needs_sign_in", "{day}");
        let status = env.ok(&["status"]);
        assert!(status.stdout.contains("needs sign-in") && status.hint() == "bursar link --repair c1", "{status}");
    }
}

#[test]
fn one_bad_bank_does_not_fail_the_others() {
    let env = TestEnv::household();
    env.link("ins_109511");
    env.sandbox().advance(3);
    env.ok(&["sandbox", "reset-login", "c1"]);
    let output = env.fails(8, &["sync", "--json"]);
    let lines = output.json()["connections"].clone();
    assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&"reauth".into(), &"ok".into()), "{output}");
    assert!(lines[1]["added"].as_u64().unwrap() > 0, "{output}");
}

#[test]
fn the_providers_quota_is_not_burnt() {
    let mut env = TestEnv::household();
    let paid = ["/accounts/balance/get", "/transactions/refresh", "/transactions/recurring/get"];
    for (fault, path) in [Fault::InternalError, Fault::Maintenance, Fault::RateLimit].into_iter().zip(paid) {
        env.sandbox().fault_at(fault, path);
    }
    env.set("BURSAR_TODAY", "2026-04-16");
    for args in [&["sync"][..], &["status"], &["accounts"], &["report", "recurring"], &["notify"], &["doctor"]] {
        env.ok(args);
    }
    for fault in [Fault::InternalError, Fault::Maintenance, Fault::RateLimit] {
        assert_eq!(env.sandbox().waits(fault), Some(1), "something that costs was called");
    }
    env.ok(&["config", "set", "sync.max_per_day", "1"]);
    env.fails(7, &["sync"]);
}

#[test]
fn signing_in_again_makes_no_second_item() {
    let env = TestEnv::household();
    let before = (rows(&env), env.token(1).1);
    env.fails(6, &["link", "--institution", "ins_109508", "--yes"]);
    env.ok(&["sandbox", "reset-login", "c1"]);
    env.fails(8, &["sync"]);
    let repaired = linked_by_hand(&env, &["--repair", "c1"], false, &[GOOD]);
    assert_eq!(repaired.status, 0, "{repaired}");
    assert_eq!(items(&env, &["connections"]).len(), 1);
    assert_eq!((rows(&env), env.token(1).1), before, "the same Item, the same rows");
    env.ok(&["sync"]);
}

#[test]
fn two_years_of_history_are_asked_for() {
    let env = TestEnv::household();
    let oldest = rows(&env).iter().map(|row| text(row, "date").to_owned()).min().unwrap();
    assert!(oldest.as_str() < "2024-06-01", "the history begins on {oldest}");
    let short = ready();
    short.json(&["link", "--institution", "ins_109508", "--yes", "--days", "90"]);
    let oldest = rows(&short).iter().map(|row| text(row, "date").to_owned()).min().unwrap();
    assert!(oldest.as_str() > "2026-01-01", "the bank gives what is asked for: {oldest}");
}

#[test]
fn a_new_account_at_a_linked_bank_can_be_added() {
    let env = ready();
    let linked = linked_by_hand(&env, &[], true, &["institution=ins_109508", GOOD, "account=0000"]);
    assert_eq!(linked.status, 0, "{linked}");
    let first = items(&env, &["accounts"]);
    assert_eq!(first.len(), 1);
    let more = linked_by_hand(&env, &["--add-accounts", "c1"], false, &[GOOD, "account=0000&account=1111"]);
    assert_eq!(more.status, 0, "{more}");
    assert!(more.stdout.contains("signed in again; new: Plaid Saving"), "{more}");
    env.ok(&["sync"]);
    let accounts = items(&env, &["accounts"]);
    assert_eq!(accounts.len(), 2, "{accounts:#?}");
    assert!(accounts.iter().any(|account| account["id"] == first[0]["id"]), "the first one is still itself");
    assert_eq!(items(&env, &["connections"]).len(), 1);
    let new = accounts.iter().find(|account| account["id"] != first[0]["id"]).unwrap();
    assert!(env.json(&["tx", &format!("acct:{}", text(new, "id"))])["total"].as_u64().unwrap() > 0, "with its history");
    let less = linked_by_hand(&env, &["--add-accounts", "c1"], false, &[GOOD, "account=1111"]);
    assert!(less.stdout.contains("signed in again; gone: Plaid Checking"), "{less}");
    let same = linked_by_hand(&env, &["--repair", "c1"], false, &[GOOD]);
    assert!(same.stdout.contains("signed in again; the accounts are the same"), "{same}");
}

#[test]
fn a_bank_with_a_page_of_its_own_needs_no_redirect() {
    let env = ready();
    env.sandbox().fault(Fault::RedirectRefused, None);
    let linked = linked_by_hand(&env, &[], true, &["institution=ins_127287", "action=continue", "account=0000"]);
    assert_eq!(linked.status, 0, "{linked}");
    assert_eq!(items(&env, &["connections"])[0]["state"], "healthy");
    assert!(!rows(&env).is_empty());
}

#[test]
fn no_changes_are_not_called_up_to_date() {
    let mut env = TestEnv::household();
    env.set("BURSAR_TODAY", "2026-04-20");
    let run = env.json(&["sync"]);
    assert_eq!(run["added"], 0);
    assert!(text(&run["connections"][0], "bank_updated_at").starts_with("2026-04-15"), "{run}");
    assert_eq!(items(&env, &["connections"])[0]["state"], "stale", "a sync of today does not make old data new");
    let sync = env.ok(&["sync"]);
    assert!(sync.stdout.contains("Bank's data of") && !sync.to_string().contains("up to date"), "{sync}");
    assert!(env.ok(&["status"]).stdout.contains("stale"));
}

#[test]
fn a_balance_is_of_the_day_that_its_bank_was_read() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    env.set("BURSAR_TODAY", "2026-04-17");
    env.ok(&["sync"]);
    let of_day = |env: &TestEnv, day: &str| {
        let accounts = items(env, &["accounts"]);
        assert_eq!(accounts.len(), 9);
        for account in &accounts {
            assert!(text(&account["balance"], "as_of").starts_with(day), "{account}");
        }
    };
    of_day(&env, "2026-04-15");
    for report in ["liabilities", "holdings"] {
        let rows = env.json(&["report", report])["rows"].as_array().unwrap().clone();
        assert!(rows.iter().all(|row| text(row, "as_of").starts_with("2026-04-15")), "{rows:?}");
    }
    let doctor = env.run(&["doctor"]);
    assert!(doctor.stdout.contains("the oldest bank's data is of 2026-04-15"), "{doctor}");

    // Plaid's last word, where the bank has none as fresh, is no fresher.
    env.sandbox().refuse("LAST_UPDATED_DATETIME_OUT_OF_RANGE", "/accounts/balance/get");
    env.ok(&["accounts", "--realtime=c1", "--yes"]);
    of_day(&env, "2026-04-15");
    env.ok(&["accounts", "--realtime=c1", "--yes"]);
    of_day(&env, "2026-04-17");
    env.ok(&["sync"]);
    of_day(&env, "2026-04-17");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn paying_a_card_is_not_spending() {
    let env = TestEnv::household();
    let cards: BTreeSet<String> = items(&env, &["accounts"])
        .iter()
        .filter(|account| account["type"] == "credit")
        .map(|account| text(account, "id").to_owned())
        .collect();
    let moved = items(&env, &["tx", "type:transfer", "--limit", "100000"]);
    let minor = |item: &Value| item["amount"]["minor"].as_i64().unwrap();
    let paid: Vec<&Value> =
        moved.iter().filter(|item| cards.contains(text(item, "account")) && minor(item) > 0).collect();
    assert!(!paid.is_empty(), "no card was paid in two years");
    let period = ["-p", "2026-03"];
    let spent = env.json(&[&["report", "spending"][..], &period].concat());
    let listed = items(&env, &[&["tx", "type:expense", "status:posted", "--limit", "100000"][..], &period].concat());
    let sum: i64 = listed.iter().map(minor).sum();
    assert_eq!(spent["totals"][0]["minor"], -sum, "spending is what left for good, once");
    let month: Vec<i64> =
        paid.iter().filter(|item| text(item, "date").starts_with("2026-03")).map(|item| minor(item)).collect();
    assert!(!month.is_empty());
    let ids: BTreeSet<&str> = listed.iter().map(|item| text(item, "id")).collect();
    assert!(paid.iter().all(|item| !ids.contains(text(item, "id"))));
}

#[test]
fn money_is_never_a_float() {
    /// Whether a float stands anywhere but in a share of a whole, which is no money.
    fn floats(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.is_f64(),
            Value::Array(items) => items.iter().any(floats),
            Value::Object(fields) => fields.iter().any(|(name, value)| name != "share" && floats(value)),
            _ => false,
        }
    }
    let env = TestEnv::household();
    for args in [
        &["accounts"][..],
        &["tx", "--limit", "100000"],
        &["report", "spending", "--monthly"],
        &["report", "networth"],
        &["report", "liabilities"],
        &["status"],
    ] {
        assert!(!floats(&env.json(args)), "{args:?}");
    }
    let minor = |money: &Value| money["minor"].as_i64().unwrap();
    for row in rows(&env) {
        let amount = text(&row["amount"], "amount").replace(['.', '-'], "");
        assert_eq!(amount.parse::<i64>().unwrap(), minor(&row["amount"]).abs(), "{row}");
    }
    let accounts = env.json(&["accounts"]);
    let balances = accounts["items"].as_array().unwrap().iter().map(|account| &account["balance"]["current"]);
    let sum: i64 = balances.filter(|balance| !balance.is_null()).map(minor).sum();
    assert_eq!(minor(&accounts["totals"][0]["net"]), sum, "to the cent");
}
