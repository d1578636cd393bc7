//! SimpleFIN as a second source: linked, synced and broken, on the finished binary.

mod adopt;
mod banks;
mod calls;
mod claim;
mod fire;
mod mixed;
mod types;
mod versions;

use bursar::sandbox::Fault;
use serde_json::{Value, json};

use crate::env::TestEnv;

const ACCOUNTS: &str = "/simplefin/accounts";

/// A vault with a sandbox and no Plaid keys.
fn bridge() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    for name in ["BURSAR_PLAID_BASE_URL", "PLAID_CLIENT_ID", "PLAID_SECRET"] {
        env.unset(name);
    }
    env.init();
    env
}

fn token_file(env: &TestEnv, number: u64) -> String {
    let token = env.sandbox().setup_token(number);
    env.guard(&token);
    env.secret_file("setup-token", &format!("{token}\n")).to_str().unwrap().to_owned()
}

fn link(env: &TestEnv, number: u64) -> Value {
    let file = token_file(env, number);
    let report = env.json(&["link", "simplefin", "--token-file", &file, "--yes"]);
    guard_access(env, 1);
    report
}

/// From here on no output and no file may hold what the claim gave.
fn guard_access(env: &TestEnv, connection: i64) {
    let (access, _) = env.token(connection);
    env.guard(access.expose());
    let password = access.expose().split(['/', '@', ':']).nth(4).unwrap().to_owned();
    assert_eq!(password.len(), 32, "the password stands there");
    env.guard(&password);
}

fn all(env: &TestEnv) -> Vec<Value> {
    env.json(&["transactions", "-p", "2020..2030", "--limit", "0"])["items"].as_array().unwrap().clone()
}

/// Waits until something holds of what a process leaves on the disk.
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed().as_secs() < 30, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Presses Ctrl-C at a process.
fn interrupt(id: u32) {
    assert!(std::process::Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success());
}

fn line(report: &Value) -> &Value {
    &report["connections"][0]
}

#[test]
fn a_setup_token_links_and_brings_two_years() {
    let env = bridge();
    let report = link(&env, 1);
    assert_eq!(report["connections"][0]["institution"], "First Platypus Bank");
    assert_eq!(report["connections"][0]["accounts"].as_array().unwrap().len(), 9);
    let rows = all(&env);
    assert!(rows.len() > 1000, "{}", rows.len());
    assert!(rows.iter().all(|row| row["source"] == "simplefin"));
    assert_eq!(env.json(&["connections"])["items"][0]["provider"], "simplefin");
    let card = env.json(&["accounts"])["items"].as_array().unwrap().clone();
    let card = card.iter().find(|account| account["mask"] == "3333").unwrap();
    assert_eq!((&card["type"], &card["balance"]["current"]["minor"]), (&json!("credit"), &json!(-41_000)));
    for _ in 0..2 {
        let again = env.json(&["sync"]);
        assert_eq!((&again["added"], &again["modified"], &again["removed"]), (&json!(0), &json!(0), &json!(0)));
    }
    assert_eq!(all(&env).len(), rows.len(), "nothing is doubled");
    env.ok(&["vault", "check"]);
}

#[test]
fn the_same_household_is_the_same_through_either_source() {
    let bridge = bridge();
    link(&bridge, 1);
    let plaid = TestEnv::household();
    for report in [
        vec!["report", "spending", "--monthly", "-p", "2025", "--by", "category"],
        vec!["report", "income", "--monthly", "-p", "2025"],
        vec!["report", "cashflow", "--monthly", "-p", "2025"],
        vec!["report", "merchants", "-p", "2025"],
    ] {
        // Plaid tells foreign currencies apart, SimpleFIN has one an account.
        let dollars = |env: &TestEnv| {
            let rows = env.json(&report)["rows"].as_array().unwrap().clone();
            rows.into_iter().filter(|row| row["currency"] == "USD").collect::<Vec<_>>()
        };
        let (here, there) = (dollars(&bridge), dollars(&plaid));
        assert!(!here.is_empty());
        assert_eq!(here, there, "{report:?}");
    }
}

#[test]
fn what_was_pending_posts_and_keeps_what_its_owner_wrote() {
    let env = bridge();
    link(&env, 1);
    let pending =
        env.json(&["transactions", "status:pending", "-p", "2020..2030"])["items"].as_array().unwrap().clone();
    assert!(!pending.is_empty());
    for row in &pending {
        env.ok(&["transactions", "note", row["id"].as_str().unwrap(), "mine"]);
    }
    let before = all(&env).len();
    env.sandbox().advance(3);
    let report = env.json(&["--today", "2026-04-18", "sync"]);
    assert_eq!(line(&report)["outcome"], "ok", "{report}");
    for row in &pending {
        let now = env.json(&["transactions", "show", row["id"].as_str().unwrap()]);
        assert_eq!((&now["status"], &now["note"]), (&json!("posted"), &json!("mine")), "{now}");
    }
    let added = report["added"].as_u64().unwrap();
    assert_eq!(all(&env).len() as u64, before as u64 + added, "a row that posted is no second row");
}

#[test]
fn what_a_server_says_is_shown() {
    let env = bridge();
    link(&env, 1);
    let before = (all(&env), env.json(&["accounts"])["items"].clone());
    env.sandbox().fault(Fault::SimplefinErrlist, None);
    let said = env.fails(3, &["sync", "--json"]);
    assert!(said.stderr.contains("First Platypus Bank is slow"), "{said}");
    assert!(!said.stderr.contains('\u{1b}'));
    assert_eq!(line(&said.json())["outcome"], "ok");
    assert!(line(&said.json())["error"].as_str().unwrap().contains("is slow"));
    let now = (all(&env), env.json(&["accounts"])["items"].clone());
    assert_eq!(now.0, before.0, "an account that could not be read loses no pending row");
    assert_eq!(now.1.as_array().unwrap().len(), 9);
    for (now, before) in now.1.as_array().unwrap().iter().zip(before.1.as_array().unwrap()) {
        assert_eq!((&now["name"], &now["status"]), (&before["name"], &before["status"]));
    }
    env.sandbox().fault(Fault::SimplefinSignIn, None);
    let said = env.fails(8, &["sync", "--json"]);
    assert!(said.stderr.contains("may need attention"), "{said}");
    let standing = env.json(&["connections"])["items"][0].clone();
    assert_eq!((&standing["state"], &standing["action"]), (&json!("needs_sign_in"), &json!("bursar sync c1")));
    env.ok(&["sync"]);
    assert_eq!(env.json(&["connections"])["items"][0]["action"], Value::Null);
}

#[test]
fn a_server_that_misbehaves_changes_nothing() {
    let env = bridge();
    link(&env, 1);
    let before = all(&env);
    for (fault, code) in [
        (Fault::SimplefinRevoked, 8),
        (Fault::SimplefinPayment, 7),
        (Fault::SimplefinMalformed, 9),
        (Fault::Html, 9),
        (Fault::Truncated, 9),
        (Fault::HugeBody, 9),
        (Fault::DropConnection, 9),
    ] {
        env.sandbox().fault_at(fault, ACCOUNTS);
        env.fails(code, &["sync"]);
        env.sandbox().clear_faults();
    }
    env.ok(&["sync"]);
    assert_eq!(all(&env), before);
    env.sandbox().fault(Fault::SimplefinCurrency, None);
    env.ok(&["sync"]);
}

#[test]
fn a_revoked_access_is_repaired_with_a_new_setup_token() {
    let env = bridge();
    link(&env, 1);
    let before = all(&env).len();
    env.sandbox().fault(Fault::SimplefinRevoked, None);
    env.fails(8, &["sync"]);
    let action = env.json(&["connections"])["items"][0]["action"].clone();
    assert_eq!(action, "bursar link --repair c1");
    let file = token_file(&env, 2);
    let report = env.json(&["link", "simplefin", "--repair", "c1", "--token-file", &file, "--yes"]);
    guard_access(&env, 1);
    assert_eq!(report["repaired"], "c1");
    assert_eq!(all(&env).len(), before);
    assert_eq!(env.json(&["connections"])["total"], 1);
    for aim in ["--repair", "--add-accounts"] {
        let asked = env.fails(2, &["link", aim, "c1", "--no-input"]);
        assert_eq!(asked.hint(), "bursar link simplefin --repair c1 --token-file -");
    }
    let token = std::fs::read_to_string(token_file(&env, 3)).unwrap();
    let hinted = ["link", "simplefin", "--repair", "c1", "--token-file", "-"];
    assert_eq!(env.run_with_input(&hinted, &token).status, 0);
    guard_access(&env, 1);
}

#[test]
fn a_setup_token_works_once() {
    let env = bridge();
    let file = token_file(&env, 1);
    env.sandbox().fault(Fault::SimplefinClaimed, None);
    let refused = env.fails(7, &["link", "simplefin", "--token-file", &file, "--yes"]);
    assert!(refused.stderr.contains("claimed already") && refused.stderr.contains("disable it"), "{refused}");
    assert_eq!(env.json(&["connections"])["total"], 0);
    link(&env, 1);
    env.fails(7, &["link", "simplefin", "--token-file", &file, "--yes"]);
    let nonsense = env.secret_file("nonsense", "this is no token\n");
    let refused = env.fails(2, &["link", "simplefin", "--token-file", nonsense.to_str().unwrap(), "--yes"]);
    assert!(refused.stderr.contains("not a SimpleFIN setup token"), "{refused}");
    assert_eq!(env.json(&["connections"])["total"], 1);
}

#[test]
fn the_setup_token_comes_from_the_standard_input_too() {
    let env = bridge();
    let token = env.sandbox().setup_token(1);
    env.guard(&token);
    let args = ["link", "simplefin", "--token-file", "-", "--yes", "--no-sync", "--name", "My banks"];
    let output = env.run_with_input(&args, &format!("{token}\n"));
    assert_eq!(output.status, 0, "{output}");
    assert_eq!(env.json(&["connections"])["items"][0]["name"], "My banks");
    env.ok(&["sync", "my banks"]);
    assert!(all(&env).len() > 1000);
}

#[test]
fn a_row_that_a_server_forgets_stays_and_a_full_sync_doubles_nothing() {
    let env = bridge();
    link(&env, 1);
    let before = all(&env);
    env.sandbox().take_back();
    let full = env.json(&["sync", "--full"]);
    assert_eq!((&full["added"], &full["removed"]), (&json!(0), &json!(0)), "{full}");
    assert_eq!(all(&env), before);
}

#[test]
fn both_sources_live_in_one_vault() {
    let env = TestEnv::household();
    let file = token_file(&env, 1);
    let refused = env.fails(6, &["link", "simplefin", "--token-file", &file, "--yes"]);
    assert!(refused.stderr.contains("linked already by c1"), "{refused}");
    let file = token_file(&env, 2);
    env.ok(&["link", "simplefin", "--token-file", &file, "--yes", "--allow-duplicate"]);
    guard_access(&env, 2);
    let synced = env.json(&["sync"]);
    let outcomes: Vec<_> = synced["connections"].as_array().unwrap().iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["ok", "ok"]);
    let sources: std::collections::BTreeSet<String> = all(&env).iter().map(|row| row["source"].to_string()).collect();
    assert_eq!(sources.len(), 2, "{sources:?}");
    assert_eq!(env.json(&["metrics"])["limits"]["items_made"], 1, "only Plaid's count for Plaid's plan");
    let rotated = env.ok(&["connections", "rotate", "--all", "--json"]);
    assert_eq!(rotated.json()["connections"].as_array().unwrap().len(), 1, "{rotated}");
    assert!(rotated.stderr.contains("the access of c2 cannot be replaced"), "{rotated}");
    let live = env.ok(&["accounts", "--realtime", "--yes"]);
    assert!(live.stderr.contains("warning: First Platypus Bank cannot be asked to give live balances"), "{live}");
    env.ok(&["keys", "rotate", "--tokens", "--yes"]);
    env.sandbox().fault(Fault::LoginRequired, None);
    env.sandbox().fault(Fault::SimplefinRevoked, None);
    env.fails(8, &["sync"]);
    let review = env.ok(&["review"]);
    assert!(!review.stdout.contains("rotate c2"), "{review}");
    env.json(&["status"]);
}

#[test]
fn twenty_four_calls_a_day_and_no_more() {
    let env = bridge();
    link(&env, 1);
    let mut synced = 0;
    let refused = loop {
        let output = env.run(&["sync"]);
        if output.status != 0 {
            break output;
        }
        synced += 1;
        assert!(synced < 24);
    };
    assert_eq!(refused.status, 7, "{refused}");
    assert!(refused.stderr.contains("allows 24 a day"), "{refused}");
    assert!(synced >= 10, "{synced}");
    env.sandbox().advance(1);
    env.ok(&["--today", "2026-04-16", "sync"]);
}

#[test]
fn the_same_accounts_are_not_linked_twice_by_accident() {
    let env = bridge();
    link(&env, 1);
    let file = token_file(&env, 2);
    let refused = env.fails(6, &["link", "simplefin", "--token-file", &file, "--yes"]);
    assert!(refused.stderr.contains("used up") && refused.stderr.contains("--allow-duplicate"), "{refused}");
    assert_eq!(env.json(&["connections"])["total"], 1);
    let file = token_file(&env, 3);
    env.ok(&["link", "simplefin", "--token-file", &file, "--yes", "--allow-duplicate", "--no-sync"]);
    assert_eq!(env.json(&["connections"])["total"], 2);
}

#[test]
fn only_its_owner_can_end_or_replace_it() {
    let env = bridge();
    link(&env, 1);
    let refused = env.fails(7, &["connections", "rotate", "c1"]);
    assert_eq!(refused.hint(), "bursar link --repair c1", "{refused}");
    let plan = env.ok(&["connections", "remove", "c1", "--dry-run"]);
    assert!(plan.stdout.contains("SimpleFIN   will not be told\n") && !plan.to_string().contains("Plaid"), "{plan}");
    for live in
        [&["accounts", "--realtime=c1"][..], &["accounts", "--realtime", "--dry-run"], &["sync", "c1", "--refresh"]]
    {
        let refused = env.fails(7, &[live, &["--yes", "--json"]].concat()).error();
        assert_eq!(refused["code"], "not_on_demand", "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("SimpleFIN does not read a bank when it is asked to"));
    }
    let plan = env.json(&["incident", "--dry-run"]);
    let by_hand = plan["by_hand"].as_array().unwrap();
    assert!(by_hand.iter().any(|item| item["step"] == "simplefin"), "{plan}");
    let removed = env.ok(&["connections", "remove", "c1", "--yes", "--json"]);
    assert!(removed.stderr.contains("disable this access"), "{removed}");
    assert_eq!(removed.json()["provider"], "not_told");
    assert!(all(&env).len() > 1000);
    env.json(&["sync"]);
}

#[test]
fn offline_nothing_is_claimed() {
    let env = bridge();
    let file = token_file(&env, 1);
    env.fails(9, &["--offline", "link", "simplefin", "--token-file", &file, "--yes"]);
    link(&env, 1);
    env.fails(9, &["--offline", "sync"]);
}

#[test]
fn a_vault_of_production_does_not_speak_to_this_machine() {
    let mut env = TestEnv::new();
    env.bank();
    env.ok(&["init", "--env", "production", "--no-recovery", "--yes", "--no-input"]);
    let file = token_file(&env, 1);
    let refused = env.fails(2, &["link", "simplefin", "--token-file", &file, "--yes"]);
    assert!(refused.stderr.contains("on this machine"), "{refused}");
}
