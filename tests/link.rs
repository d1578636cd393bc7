//! `bursar link` without a browser: test logins, duplicates, what a kill leaves, what goes wrong.

mod second;

use bursar::sandbox::Fault;

use crate::{
    complaints::{begun, fill, linked_by_hand},
    env::{PASSPHRASE, TestEnv, block_on},
    sandbox::http::send,
};

const BANK: &str = "ins_109508";

fn ready() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env
}

#[test]
fn a_test_login_links_and_fetches_all_of_the_history() {
    let env = ready();
    let report = env.json(&["link", "--institution", BANK, "--yes"]);
    let connection = &report["connections"][0];
    assert_eq!((&connection["id"], &connection["institution"]), (&"c1".into(), &"First Platypus Bank".into()));
    assert!(connection["accounts"].as_array().unwrap().len() > 3, "{report}");
    assert!(report["sync"]["added"].as_u64().unwrap() > 100, "{report}");
    assert_eq!(
        env.json(&["accounts"])["items"].as_array().unwrap().len(),
        connection["accounts"].as_array().unwrap().len()
    );
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn without_a_sync_the_accounts_are_there_and_their_history_is_not() {
    let env = ready();
    let report = env.json(&["link", "--institution", BANK, "--yes", "--no-sync"]);
    assert!(report["sync"].is_null(), "{report}");
    assert!(!env.json(&["accounts"])["items"].as_array().unwrap().is_empty());
    assert_eq!(env.json(&["transactions"])["total"], 0);
}

#[test]
fn the_same_accounts_are_not_linked_twice_by_accident() {
    let env = ready();
    env.ok(&["link", "--institution", BANK, "--yes", "--no-sync"]);
    let refused = env.fails(6, &["link", "--institution", BANK, "--yes", "--no-sync", "--json"]);
    assert_eq!(refused.error()["code"], "duplicate", "{refused}");
    assert_eq!(refused.json()["duplicates"][0]["connection"], "c1");
    assert_eq!(env.json(&["connections"])["items"].as_array().unwrap().len(), 1);
    let twice = env.json(&["link", "--institution", BANK, "--yes", "--no-sync", "--allow-duplicate"]);
    assert_eq!(twice["connections"][0]["id"], "c2");
    env.json(&["link", "--institution", "ins_109511", "--yes", "--no-sync"]);
    assert_eq!(env.json(&["connections"])["items"].as_array().unwrap().len(), 3, "another bank is no duplicate");
}

/// Signs in at the page of the sandbox as a person does with a browser, and chooses one account.
fn sign_in(base_url: &str, page: &str) {
    let opened = send(base_url, "GET", page, &[], "");
    let address = opened.header("location").unwrap_or_else(|| panic!("{}", opened.body)).to_owned();
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for fields in ["institution=ins_109508", "username=user_good&password=pass_good", "account=0000"] {
        let answer = send(base_url, "POST", &address, &[form, ("Origin", base_url)], fields);
        assert_eq!(answer.status, 303, "{fields}: {}", answer.body);
    }
}

#[test]
fn a_person_is_asked_before_the_same_accounts_are_linked_twice() {
    let env = ready();
    env.ok(&["link", "--institution", BANK, "--yes", "--no-sync"]);
    let base_url = env.sandbox().base_url.clone();
    let answered = |answer: &str| {
        let mut terminal = env.terminal(&["link", "--hosted", "--no-sync"]);
        terminal.expect("Passphrase: ");
        terminal.type_secret(PASSPHRASE);
        terminal.expect("Go on? [y/N] ");
        terminal.type_line("y");
        let address = terminal.find(&base_url);
        sign_in(&base_url, address.strip_prefix(&base_url).unwrap());
        terminal.expect("linked already by c1 (First Platypus Bank)");
        terminal.expect("Link the same accounts a second time? [y/N] ");
        terminal.type_line(answer);
        env.keep(terminal.finish())
    };
    // A fault that waits at the exchange tells whether it was ever called.
    env.sandbox().faults_at(Fault::InternalError, "/item/public_token/exchange", 1);
    let no = answered("n");
    assert_eq!(no.status, 6, "{no}");
    assert!(no.stdout.contains("bursar link --add-accounts c1"), "{no}");
    assert_eq!(env.sandbox().waits(Fault::InternalError), Some(1), "nothing was exchanged");
    env.sandbox().clear_faults();
    assert_eq!(env.json(&["connections"])["items"].as_array().unwrap().len(), 1);
    let yes = answered("y");
    assert_eq!(yes.status, 0, "{yes}");
    assert_eq!(env.json(&["connections"])["items"][1]["id"], "c2");
}

#[test]
fn nothing_is_linked_without_consent() {
    let env = ready();
    let output = env.fails(2, &["link", "--institution", BANK, "--no-input", "--json"]);
    assert!(output.error()["message"].as_str().unwrap().contains("--yes"), "{output}");
    assert!(env.json(&["connections"])["items"].as_array().unwrap().is_empty());
}

#[test]
fn a_plan_links_nothing() {
    let env = ready();
    let output = env.ok(&["link", "--dry-run", "--country", "gb,us", "--days", "30"]);
    assert!(output.stderr.contains("GB, US") && output.stderr.contains("30 days"), "{output}");
    assert!(env.json(&["connections"])["items"].as_array().unwrap().is_empty());
}

#[test]
fn a_plan_says_what_it_is_about() {
    let env = TestEnv::household();
    for (args, words) in [
        (&["--repair", "c1"][..], "would open the bank's page of c1, to sign in again"),
        (&["--add-accounts", "platypus"], "would open the bank's page of c1, to add or drop accounts"),
        (&["--resume"], "would go on with a link of the last six hours"),
    ] {
        let output = env.ok(&[&["link", "--dry-run"], args].concat());
        assert!(output.stderr.contains(words) && !output.stderr.contains("730"), "{output}");
    }
}

#[test]
fn a_repair_that_is_not_finished_advises_no_second_connection() {
    let env = TestEnv::household();
    for aim in ["--repair", "--add-accounts"] {
        let left = linked_by_hand(&env, &[aim, "c1"], false, &["action=cancel"]);
        assert_eq!(left.status, 7, "{left}");
        let screen = &left.stdout;
        assert!(screen.contains("c1 stays as it was"), "{left}");
        assert!(screen.contains(&format!("bursar link --hosted {aim} c1")), "{left}");
    }
    let left = linked_by_hand(&env, &[], true, &["action=cancel"]);
    assert!(left.stdout.contains("nothing was linked") && left.stdout.contains("bursar link --hosted"), "{left}");
}

#[test]
fn a_resumed_choice_of_accounts_is_still_one() {
    let env = TestEnv::household();
    let (running, page) = begun(&env, &["--add-accounts", "c1"]);
    drop(running);
    fill(&env.sandbox().base_url, &page, &["action=cancel"]);
    let left = env.fails(7, &["link", "--resume", "--json"]);
    assert_eq!(left.error()["hint"], "bursar link --add-accounts c1", "{left}");
}

#[test]
fn the_question_before_a_link_names_what_is_billed() {
    let env = ready();
    let asked = |env: &TestEnv| env.fails(2, &["link", "--hosted", "--no-input"]).stderr;
    let all = asked(&env);
    assert!(all.contains("liabilities, investments by the month as well"), "{all}");
    assert!(all.contains("`bursar config set sync.products '[]'`"), "{all}");
    env.ok(&["config", "set", "sync.products", "[]"]);
    let none = asked(&env);
    assert!(none.contains("bill the connection by the month") && !none.contains("investments by"), "{none}");
}

#[test]
fn ways_exclude_each_other() {
    let env = ready();
    for pair in
        [["--hosted", "--page"], ["--page", "--resume"], ["--hosted", "--institution=x"], ["--resume", "--repair=c1"]]
    {
        env.fails(2, &["link", pair[0], pair[1]]);
    }
    env.fails(2, &["link", "--user", "user_good"]);
    let nowhere = env.fails(2, &["link", "--hosted", "--country", "us,zz"]);
    assert_eq!(nowhere.hint(), "bursar link --help", "{nowhere}");
    assert!(nowhere.sentence().contains("US, GB"), "{nowhere}");
    env.ok(&["config", "set", "link.countries", "[\"ZZ\"]"]);
    let configured = env.fails(2, &["link", "--hosted", "--yes"]);
    assert_eq!(configured.hint(), "bursar config get link.countries", "{configured}");
    env.fails(2, &["link", "--days", "731"]);
}

#[test]
fn a_test_login_is_for_the_sandbox() {
    let mut env = TestEnv::new();
    env.set("PLAID_CLIENT_ID", "0123456789abcdef01234567");
    env.set("PLAID_SECRET", "0123456789abcdef0123456789abcd");
    env.ok(&["init", "--env", "production", "--no-recovery", "--yes", "--no-input"]);
    let output = env.fails(7, &["link", "--institution", BANK, "--yes", "--json"]);
    assert_eq!(output.error()["code"], "sandbox_only");
}

#[test]
fn an_unknown_institution_is_named() {
    let env = ready();
    let output = env.fails(5, &["link", "--institution", "ins_000000", "--yes", "--json"]);
    assert!(output.error()["message"].as_str().unwrap().contains("ins_000000"), "{output}");
}

#[test]
fn what_a_killed_link_left_is_finished_by_the_next() {
    let env = ready();
    let token = exchange(&env);
    env.leave_behind(&serde_json::json!({"environment": "sandbox", "item_id": token.1, "access_token": token.0,
            "institution_id": BANK, "institution": "First Platypus Bank"}));
    let output = env.ok(&["link", "--institution", "ins_109511", "--yes", "--no-sync", "--json"]);
    assert!(output.stderr.contains("c1 (First Platypus Bank) was linked earlier"), "{output}");
    let connections = env.json(&["connections"]);
    assert_eq!(connections["items"].as_array().unwrap().len(), 2, "{connections}");
    assert_eq!(std::fs::read_dir(env.vault().join("pending")).unwrap().count(), 0);
    // The recovered token works.
    let synced = env.json(&["sync"]);
    assert_eq!(synced["connections"][0]["outcome"], "ok", "{synced}");
}

/// A connection that exists at the bank and not in the vault: its token and its id.
fn exchange(env: &TestEnv) -> (String, String) {
    let client = env.client();
    block_on(async {
        let institution = BANK.to_owned().into();
        let login =
            bursar::plaid::TestLogin { institution: &institution, user: None, password: None, days_requested: 730 };
        let public_token = client.sandbox_public_token_create(&login).await.unwrap();
        let made = client.public_token_exchange(&public_token).await.unwrap();
        (made.access_token.expose().clone(), made.item_id.to_string())
    })
}

#[test]
fn a_lost_answer_leaves_nothing_behind() {
    let env = ready();
    env.sandbox().fault_at(Fault::DropConnection, "/item/public_token/exchange");
    let output = env.fails(9, &["link", "--institution", BANK, "--yes", "--json"]);
    assert!(output.error()["message"].as_str().unwrap().contains("/item/public_token/exchange"), "{output}");
    assert_eq!(std::fs::read_dir(env.vault().join("pending")).unwrap().count(), 0, "the reserved space is given back");
    env.ok(&["link", "--institution", BANK, "--yes", "--no-sync", "--json"]);
    env.ok(&["keys", "rotate", "--bank", "--yes"]);
}
