//! How connections stand: every trouble has one state, the bank's own words and one command that can be run.

use std::collections::BTreeSet;

use bursar::{
    domain::ids::ConnectionId,
    plaid::{TABLE, action_of},
    sandbox::Fault,
};
use serde_json::Value;

use crate::env::TestEnv;

fn first(env: &TestEnv) -> Value {
    env.json(&["connections"])["items"][0].clone()
}

/// State and next command of the first connection.
fn stands(env: &TestEnv) -> String {
    let connection = first(env);
    format!("{}: {}", connection["state"].as_str().unwrap(), connection["action"].as_str().unwrap_or_default())
}

/// What Plaid's documentation of each code asks a good client to do, written down by hand: the codes, the state of the connection, and the
/// command that its owner is given for c1.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("ITEM_LOGIN_REQUIRED PENDING_DISCONNECT PENDING_EXPIRATION", "needs_sign_in", "bursar link --repair c1"),
    ("ACCESS_NOT_GRANTED ADDITIONAL_CONSENT_REQUIRED", "needs_sign_in", "bursar link --repair c1"),
    ("ITEM_LOCKED PASSWORD_RESET_REQUIRED USER_SETUP_REQUIRED", "needs_sign_in", "bursar link --repair c1"),
    (
        "INVALID_CREDENTIALS INVALID_MFA INSUFFICIENT_CREDENTIALS USER_INPUT_TIMEOUT MFA_NOT_SUPPORTED ITEM_NOT_SUPPORTED",
        "needs_sign_in",
        "bursar link --repair c1",
    ),
    ("NO_ACCOUNTS", "needs_sign_in", "bursar link --add-accounts c1"),
    ("USER_PERMISSION_REVOKED INVALID_UPDATED_USERNAME", "needs_sign_in", "bursar connections remove c1"),
    ("ITEM_NOT_FOUND ITEM_CONCURRENTLY_DELETED", "gone", "bursar connections remove c1"),
    ("INSTITUTION_NO_LONGER_SUPPORTED INVALID_ACCESS_TOKEN", "failing", "bursar connections remove c1"),
    (
        "INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE INTERNAL_SERVER_ERROR PLANNED_MAINTENANCE",
        "bank_down",
        "bursar sync c1",
    ),
    ("PRODUCT_NOT_READY TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION", "bank_down", "bursar sync c1"),
    (
        "RATE_LIMIT RATE_LIMIT_EXCEEDED TRANSACTIONS_LIMIT TRANSACTIONS_SYNC_LIMIT ACCOUNTS_LIMIT BALANCE_LIMIT ITEM_GET_LIMIT
         INSTITUTIONS_GET_LIMIT INSTITUTIONS_GET_BY_ID_LIMIT INSTITUTION_RATE_LIMIT",
        "bank_down",
        "bursar sync c1",
    ),
    ("CREDITS_EXHAUSTED", "failing", "bursar metrics"),
    (
        "UNAUTHORIZED_INSTITUTION INSTITUTION_REGISTRATION_REQUIRED UNAUTHORIZED_ROUTE_ACCESS INVALID_PRODUCT",
        "failing",
        "bursar sync c1",
    ),
    ("INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT SANDBOX_ONLY SANDBOX_PRODUCT_NOT_ENABLED", "failing", "bursar config plaid"),
    (
        "PRODUCTS_NOT_SUPPORTED PRODUCT_NOT_ENABLED NO_INVESTMENT_ACCOUNTS NO_LIABILITY_ACCOUNTS UNSUPPORTED_RESPONSE
         LAST_UPDATED_DATETIME_OUT_OF_RANGE INVALID_LINK_TOKEN INVALID_PUBLIC_TOKEN INVALID_INSTITUTION INVALID_ACCOUNT_ID
         MISSING_FIELDS UNKNOWN_FIELDS INVALID_FIELD INVALID_BODY INVALID_HEADERS INVALID_CONFIGURATION NOT_FOUND
         NO_LONGER_AVAILABLE SANDBOX_WEBHOOK_INVALID",
        "failing",
        "bursar sync c1 --verbose",
    ),
];

/// The same for codes that nobody knows yet, by their type.
const BY_TYPE: &[(&str, &str, &str)] = &[
    ("RATE_LIMIT_EXCEEDED", "bank_down", "bursar sync c1"),
    ("API_ERROR", "bank_down", "bursar sync c1"),
    ("INSTITUTION_ERROR", "bank_down", "bursar sync c1"),
    ("INVALID_REQUEST", "failing", "bursar sync c1 --verbose"),
    ("ITEM_ERROR", "failing", "bursar sync c1 --verbose"),
    ("A_TYPE_OF_TOMORROW", "failing", "bursar sync c1 --verbose"),
    ("", "failing", "bursar sync c1 --verbose"),
];

#[test]
fn every_code_of_plaids_leads_to_one_state_and_one_command() {
    let led = |kind: &str, code: &str| {
        let remedy = action_of(kind, code).remedy();
        (remedy.state().map_or("healthy", |state| state.as_str()), remedy.command(ConnectionId(1)).unwrap_or_default())
    };
    let mut codes = BTreeSet::new();
    for (words, state, command) in EXPECTED {
        for code in words.split_whitespace() {
            assert_eq!(led("A_TYPE_OF_TOMORROW", code), (*state, (*command).to_owned()), "{code}");
            assert!(codes.insert(code), "{code} stands twice");
        }
    }
    let known: BTreeSet<&str> = TABLE.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, known, "a code that only one side knows");
    for (kind, state, command) in BY_TYPE {
        assert_eq!(led(kind, "A_CODE_OF_TOMORROW"), (*state, (*command).to_owned()), "{kind}");
    }
    let env = TestEnv::new();
    for command in EXPECTED.iter().map(|(_, _, command)| *command).collect::<BTreeSet<_>>() {
        let mut words: Vec<&str> = command.split(' ').skip(1).collect();
        words.push("--help");
        env.ok(&words);
    }
}

/// The sentence of a sync that a code ends, and how the connection stands then.
fn refused(env: &TestEnv, code: &'static str, exit: i32) -> (String, String) {
    env.sandbox().refuse(code, "/transactions/sync");
    let sentence = env.fails(exit, &["sync"]).sentence().to_owned();
    (sentence, stands(env))
}

#[test]
fn a_sync_says_what_the_one_command_does() {
    let env = TestEnv::household();
    let (said, stands) = refused(&env, "USER_PERMISSION_REVOKED", 8);
    assert_eq!(stands, "needs_sign_in: bursar connections remove c1");
    assert!(said.contains("remove and link anew First Platypus Bank") && !said.contains("sign in"), "{said}");
    let (said, stands) = refused(&env, "NO_ACCOUNTS", 8);
    assert_eq!(stands, "needs_sign_in: bursar link --add-accounts c1");
    assert!(said.contains("choose accounts again at First Platypus Bank") && !said.contains("sign in"), "{said}");
    let (said, stands) = refused(&env, "ITEM_LOCKED", 8);
    assert_eq!(stands, "needs_sign_in: bursar link --repair c1");
    assert!(said.contains("settle what the bank asks for"), "{said}");
    for code in ["UNAUTHORIZED_INSTITUTION", "INSTITUTION_REGISTRATION_REQUIRED", "INVALID_PRODUCT"] {
        let (said, stands) = refused(&env, code, 3);
        assert_eq!(stands, "failing: bursar sync c1");
        assert!(said.contains("Plaid dashboard"), "{said}");
    }
    for code in ["INVALID_ACCESS_TOKEN", "INSTITUTION_NO_LONGER_SUPPORTED"] {
        let (said, stands) = refused(&env, code, 3);
        assert_eq!(stands, "failing: bursar connections remove c1");
        assert!(said.contains("remove"), "{said}");
    }
    env.ok(&["sync"]);
    assert_eq!(self::stands(&env), "healthy: ");
}

#[test]
fn being_asked_too_often_is_not_being_out_of_reach() {
    let env = TestEnv::household();
    env.sandbox().faults_at(Fault::RateLimitBare, "/item/get", 20);
    env.sandbox().faults_at(Fault::RateLimitBare, "/accounts/get", 20);
    let output = env.fails(9, &["sync", "--json"]);
    let error = output.error();
    assert_eq!(error["code"], "too_often", "{output}");
    assert!(error["message"].as_str().unwrap().contains("asked too often"), "{output}");
}

#[test]
fn each_trouble_shows_in_the_list() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    assert_eq!(stands(&env), "new: bursar sync c1");
    env.sandbox().fault_at(Fault::NotReady, "/transactions/sync");
    env.ok(&["sync"]);
    assert_eq!(stands(&env), "syncing: bursar sync c1");
    env.ok(&["sync"]);
    assert_eq!(stands(&env), "healthy: ");
    for (fault, code, expected) in [
        (Fault::LoginRequired, 8, "needs_sign_in: bursar link --repair c1"),
        (Fault::InstitutionDown, 9, "bank_down: bursar sync c1"),
        (Fault::CreditsExhausted, 7, "failing: bursar metrics"),
        (Fault::InvalidKeys, 4, "failing: bursar config plaid"),
    ] {
        env.sandbox().fault(fault, None);
        env.fails(code, &["sync"]);
        assert_eq!(stands(&env), expected, "{}", fault.name());
        let error = first(&env)["last_error"].clone();
        assert!(!error["request_id"].as_str().unwrap().is_empty(), "{error}");
        assert!(!error["message"].as_str().unwrap().contains("/accounts/get"), "not the bank's own words: {error}");
        env.ok(&["sync"]);
        assert_eq!((stands(&env).as_str(), &first(&env)["last_error"]), ("healthy: ", &Value::Null));
    }
}

#[test]
fn what_came_is_saved_though_the_bank_wants_a_new_sign_in() {
    let env = TestEnv::household();
    let before = env.json(&["tx"])["total"].as_u64().unwrap();
    env.sandbox().advance(3);
    env.sandbox().fault(Fault::ItemError, None);
    let synced = env.fails(8, &["sync", "--json"]);
    let (report, error) = (synced.json(), synced.error());
    let line = &report["connections"][0];
    assert_eq!((&line["outcome"], &error["code"]), (&"reauth".into(), &"reauth".into()), "{synced}");
    assert!(line["error"].as_str().unwrap().contains("sign in again") && line["added"].as_u64() > Some(0), "{line}");
    assert!(error["message"].as_str().unwrap().contains("everything else is saved"), "{error}");
    assert_eq!(
        env.json(&["tx"])["total"],
        before + line["added"].as_u64().unwrap() - line["removed"].as_u64().unwrap()
    );
    assert_eq!(stands(&env), "needs_sign_in: bursar link --repair c1");
    let connection = first(&env);
    assert_eq!(connection["last_error"]["code"], "ITEM_LOGIN_REQUIRED", "{connection}");
    assert!(connection["bank_updated_at"].is_string() && connection["last_success_at"].is_string(), "{connection}");
    let status = env.json(&["status"]);
    assert_eq!(status["connections"][0]["state"], "needs_sign_in", "{status}");
    let shown = env.ok(&["status"]);
    assert!(shown.stdout.contains("needs sign-in") && !shown.stdout.contains("healthy"), "{shown}");
    assert_eq!(shown.hint(), "bursar link --repair c1", "{shown}");
    // The change stream went on meanwhile, so nothing comes twice.
    let again = env.json(&["sync"]);
    assert_eq!((&again["added"], &again["removed"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(stands(&env), "healthy: ");
}

#[test]
fn a_connection_that_is_gone_is_not_asked_again() {
    let env = TestEnv::household();
    env.sandbox().fault(Fault::ItemNotFound, None);
    env.fails(3, &["sync"]);
    assert_eq!(stands(&env), "gone: bursar connections remove c1");
    env.sandbox().advance(2);
    let again = env.fails(3, &["sync", "--json"]);
    let line = &again.json()["connections"][0];
    assert_eq!((&line["outcome"], &line["added"]), (&"failed".into(), &0.into()), "it was asked: {again}");
    assert!(line["error"].as_str().unwrap().contains("bursar connections remove c1"), "{line}");
    let status = env.ok(&["status"]);
    assert!(status.stdout.contains("gone") && status.hint() == "bursar connections remove c1", "{status}");
}

#[test]
fn a_repair_remembers_that_there_is_nothing_to_repair() {
    let env = TestEnv::household();
    for (code, expected) in [
        ("USER_PERMISSION_REVOKED", "needs_sign_in: bursar connections remove c1"),
        ("ITEM_NOT_FOUND", "gone: bursar connections remove c1"),
    ] {
        env.sandbox().refuse(code, "/link/token/create");
        let output = env.fails(5, &["link", "--repair", "c1", "--hosted", "--json"]);
        assert_eq!((&output.error()["code"], stands(&env).as_str()), (&"connection_gone".into(), expected), "{output}");
        assert_eq!(first(&env)["last_error"]["code"], code);
    }
}

#[test]
fn time_alone_makes_a_connection_stale_or_ends_its_consent() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.link("ins_127287");
    assert_eq!(stands(&env), "healthy: ");
    env.set("BURSAR_TODAY", "2026-04-20");
    assert_eq!(stands(&env), "stale: bursar sync c1");
    env.set("BURSAR_TODAY", "2026-10-05");
    assert_eq!(stands(&env), "consent_ending: bursar link --repair c1");
    let status = env.ok(&["status"]);
    assert!(status.stdout.contains("consent ending on 2026-10-1"), "{status}");
    env.set("BURSAR_TODAY", "2026-11-01");
    assert_eq!(stands(&env), "needs_sign_in: bursar link --repair c1");
    assert!(first(&env)["error"].as_str().unwrap().starts_with("the owner's consent ended on 2026-10-1"));
    assert_eq!(env.ok(&["status"]).hint(), "bursar link --repair c1");
}

#[test]
fn a_history_that_never_comes_hides_neither_age_nor_the_end_of_consent() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", "ins_127287", "--yes", "--no-sync"]);
    env.sandbox().fault_at(Fault::NotReady, "/transactions/sync");
    env.ok(&["sync"]);
    assert_eq!(stands(&env), "syncing: bursar sync c1");
    env.set("BURSAR_TODAY", "2026-08-01");
    assert_eq!(stands(&env), "stale: bursar sync c1");
    let notes = env.json(&["notify"]);
    assert!(notes["items"].as_array().unwrap().iter().any(|note| note["kind"] == "stale"), "{notes}");
    let doctor = env.run(&["doctor"]);
    assert!(!doctor.stdout.contains("all up to date"), "{doctor}");
    env.set("BURSAR_TODAY", "2026-10-10");
    assert_eq!(stands(&env), "consent_ending: bursar link --repair c1");
}

#[test]
fn a_bank_without_transactions_is_no_healthy_one() {
    let env = TestEnv::household();
    for code in ["PRODUCT_NOT_ENABLED", "PRODUCTS_NOT_SUPPORTED"] {
        env.sandbox().refuse(code, "/transactions/sync");
        env.fails(3, &["sync"]);
        assert_eq!(stands(&env), "failing: bursar sync c1 --verbose", "{code}");
        assert!(!env.run(&["doctor"]).stdout.contains("all up to date"), "{code}");
        env.ok(&["sync"]);
        assert_eq!(stands(&env), "healthy: ");
    }
}

#[test]
fn one_connection_is_shown_with_all_there_is() {
    let env = TestEnv::household();
    env.snapshot("connections-show", &env.ok(&["connections", "show", "platypus"]));
    env.sandbox().fault(Fault::LoginRequired, None);
    env.fails(8, &["sync"]);
    let shown = env.json(&["connections", "show", "c1"]);
    assert_eq!((&shown["id"], &shown["state"]), (&"c1".into(), &"needs_sign_in".into()));
    assert_eq!(shown["contents"]["accounts"], 9);
    let outcomes: Vec<&str> =
        shown["runs"].as_array().unwrap().iter().map(|run| run["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes.first(), Some(&"reauth"), "{shown}");
    assert_eq!(env.ok(&["connections", "show", "c1"]).hint(), "bursar link --repair c1");
    env.fails(5, &["connections", "show", "nobody"]);
}

#[test]
fn the_health_of_a_bank_is_shown_when_asked_for() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.link("ins_109508");
    assert_eq!(env.json(&["connections", "show", "c1"])["health"], Value::Null);
    let shown = env.json(&["connections", "show", "c1", "--health"]);
    let health = &shown["health"];
    assert_eq!((&health["institution_id"], &health["oauth"]), (&"ins_109508".into(), &Value::Bool(false)), "{shown}");
    let services: Vec<_> = health["services"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(services, ["logins", "transactions"]);
    assert_eq!(
        (&health["services"][0]["status"], &health["services"][0]["success"]),
        (&"HEALTHY".into(), &"0.97".into())
    );
    assert_eq!(health["services"][1]["refresh_interval"], "NORMAL");
    env.link("ins_132363");
    env.set("COLUMNS", "160");
    let table = env.ok(&["connections", "show", "c2", "--health"]);
    assert!(
        table.stdout.contains("DEGRADED") && table.stdout.contains("success 0.6, errors at the bank 0.4"),
        "{table}"
    );
    let offline = env.fails(9, &["connections", "show", "c1", "--health", "--offline", "--json"]);
    assert_eq!(offline.error()["code"], "offline", "{offline}");
}

#[test]
fn a_bank_of_another_country_than_the_settings_say_has_a_health_too() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    for (institution, country, connection) in
        [("ins_43", "CA", "c1"), ("ins_116834", "GB", "c2"), ("ins_109508", "US", "c3")]
    {
        env.ok(&["link", "--institution", institution, "--country", country, "--yes", "--no-sync"]);
        let shown = env.json(&["connections", "show", connection, "--health"]);
        assert_eq!(shown["health"]["country_codes"], serde_json::json!([country]), "{shown}");
        assert_eq!(shown["health"]["institution_id"], institution);
    }
}
