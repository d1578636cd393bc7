//! What was typed or written into config.toml cannot be meant.

use std::fs;

use super::told;
use crate::env::TestEnv;

fn with_vault() -> TestEnv {
    let env = TestEnv::new();
    env.init();
    env
}

#[test]
fn an_unknown_flag() {
    told(&TestEnv::new(), "unknown-flag", 2, &["accounts", "--jsn"]);
}

#[test]
fn an_unknown_command() {
    told(&TestEnv::new(), "unknown-command", 2, &["acounts"]);
}

#[test]
fn an_unknown_key_in_the_configuration() {
    let env = TestEnv::new();
    let folder = env.path("home/.config/bursar");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "colour = \"never\"\n").unwrap();
    let output = told(&env, "unknown-config-key", 2, &["status"]);
    assert!(output.sentence().contains("`color`"), "names the nearest\n{output}");
}

#[test]
fn a_configuration_that_is_not_toml() {
    let env = TestEnv::new();
    let folder = env.path("home/.config/bursar");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "color = \n").unwrap();
    told(&env, "config-not-toml", 2, &["status"]);
}

#[test]
fn an_impossible_date() {
    let env = with_vault();
    told(&env, "impossible-date", 2, &["transactions", "--begin", "2026-02-30"]);
    told(&env, "impossible-period", 2, &["transactions", "--period", "2026-13"]);
}

#[test]
fn an_unknown_account() {
    told(&with_vault(), "unknown-account", 5, &["accounts", "show", "nowhere"]);
}

#[test]
fn an_unknown_transaction() {
    told(&with_vault(), "unknown-transaction", 5, &["transactions", "show", "t999999"]);
}

#[test]
fn an_unknown_connection() {
    told(&with_vault(), "unknown-connection", 5, &["sync", "nowhere"]);
}

#[test]
fn a_query_with_a_typo() {
    let output = told(&with_vault(), "query-typo", 2, &["transactions", "coffee", "catt:food"]);
    assert!(output.stderr.contains("column 1 of \"catt:food\""), "points at the column\n{output}");
}

#[test]
fn an_amount_that_is_none() {
    told(&with_vault(), "query-amount", 2, &["transactions", "amt:>fifty"]);
}

#[test]
fn an_output_file_of_no_known_format() {
    let env = with_vault();
    let output = env.fails(2, &["accounts", "-o", "accounts.docx"]);
    env.snapshot("errors-output-extension", &output);
    assert!(!env.path("home/accounts.docx").exists());
}
