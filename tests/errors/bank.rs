//! The bank refuses, answers nonsense, or does not answer: what was stored stays, and the next sync goes on.

use bursar::sandbox::Fault;

use super::{hints_can_be_run, told};
use crate::env::{Output, TestEnv};

const BANK: &str = "ins_109508";

/// A linked bank whose history has not been fetched.
pub(super) fn linked() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", BANK, "--yes", "--no-sync"]);
    env
}

/// Syncs against a bank in trouble: the table of connections comes all the same, the error says the rest.
fn sync_told(env: &TestEnv, name: &str, code: i32, outcome: &str) -> Output {
    let json = env.fails(code, &["sync", "--json"]);
    assert_eq!(json.json()["connections"][0]["outcome"], outcome, "{json}");
    assert_eq!(json.error()["exit_code"], code, "{json}");
    let output = env.fails(code, &["sync"]);
    hints_can_be_run(env, &output);
    env.snapshot(&format!("errors-{name}"), &output);
    output
}

/// The vault is whole, and once the bank has recovered everything comes.
fn recovers(env: &TestEnv) {
    env.sandbox().clear_faults();
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["sync"]);
    assert!(env.json(&["transactions"])["total"].as_u64().unwrap() > 100);
}

fn trouble(fault: Fault, name: &str, code: i32, outcome: &str) {
    let env = linked();
    env.sandbox().fault(fault, Some(u32::MAX));
    sync_told(&env, name, code, outcome);
    assert_eq!(env.json(&["transactions"])["total"], 0, "nothing half-done is kept");
    recovers(&env);
}

#[test]
fn html_instead_of_json() {
    trouble(Fault::Html, "html", 9, "failed");
}

#[test]
fn json_cut_in_half() {
    trouble(Fault::Truncated, "truncated", 9, "failed");
}

#[test]
fn an_answer_of_a_quarter_gigabyte() {
    trouble(Fault::HugeBody, "huge-body", 9, "failed");
}

#[test]
fn a_cursor_that_never_ends() {
    trouble(Fault::NeverEndingCursor, "endless-cursor", 9, "failed");
}

#[test]
fn a_bank_that_is_down() {
    trouble(Fault::InstitutionDown, "institution-down", 9, "failed");
}

#[test]
fn a_bank_that_wants_a_new_sign_in() {
    trouble(Fault::LoginRequired, "login-required", 8, "reauth");
}

#[test]
fn an_allowance_that_is_used_up() {
    trouble(Fault::CreditsExhausted, "credits-exhausted", 7, "failed");
}

#[test]
fn refused_credentials() {
    trouble(Fault::InvalidKeys, "invalid-keys", 4, "failed");
}

#[test]
fn one_bad_bank_does_not_stop_the_other() {
    let env = linked();
    env.ok(&["link", "--institution", "ins_109511", "--yes", "--no-sync"]);
    let first = env.json(&["connections"])["items"][0].clone();
    env.ok(&["sandbox", "reset-login", first["id"].as_str().unwrap()]);
    let output = env.fails(8, &["sync", "--json"]);
    let lines = output.json()["connections"].clone();
    let outcomes: Vec<&str> = lines.as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["reauth", "ok"], "{output}");
    assert!(lines[1]["added"].as_u64().unwrap() > 0, "{output}");
}

#[test]
fn nobody_answers() {
    let mut env = linked();
    env.set("BURSAR_PLAID_BASE_URL", "http://127.0.0.1:1");
    sync_told(&env, "nobody-answers", 9, "failed");
}

#[test]
fn no_network_wanted() {
    told(&linked(), "offline", 9, &["sync", "--offline"]);
}

#[test]
fn wrong_keys_at_the_first_link() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.set("PLAID_SECRET", "0123456789abcdef0123456789abcd");
    told(&env, "link-wrong-keys", 4, &["link", "--institution", BANK, "--yes"]);
}

#[test]
fn no_keys_at_all() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.unset("PLAID_SECRET");
    told(&env, "link-no-keys", 4, &["link", "--institution", BANK, "--yes"]);
}

#[test]
fn a_server_that_is_not_plaid() {
    let mut env = linked();
    env.set("BURSAR_PLAID_BASE_URL", "http://192.0.2.1:9");
    told(&env, "base-url-elsewhere", 7, &["sync"]);
}

#[test]
fn a_production_vault_and_a_sandbox() {
    let mut env = TestEnv::new();
    env.bank();
    env.ok(&["init", "--env", "production", "--no-recovery", "--yes", "--no-input"]);
    let output = env.run(&["link", "--hosted"]);
    assert_eq!(output.status, 7, "{output}");
    env.snapshot("errors-environment-mismatch", &output);
}

#[test]
fn an_institution_nobody_knows() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    told(&env, "unknown-institution", 5, &["link", "--institution", "ins_000000", "--yes"]);
}

#[test]
fn a_vault_in_use() {
    let env = linked();
    env.sandbox().fault(Fault::Slow, None);
    let first = env.start(&["sync"]);
    let lock = env.vault().join("writer.lock");
    let begin = std::time::Instant::now();
    while std::fs::File::open(&lock).is_ok_and(|file| file.try_lock().is_ok()) {
        assert!(begin.elapsed().as_secs() < 60, "the first sync never took its lock");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    told(&env, "busy", 11, &["sync", "--lock-timeout", "0s"]);
    env.sandbox().clear_faults();
    let second = env.ok(&["sync"]);
    let first = first.finish();
    assert_eq!(first.status, 0, "{first}");
    assert!(second.stdout.contains('0'), "{second}");
}
