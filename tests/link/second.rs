//! A second connection to a bank: the same accounts, others, and those that nobody knows yet.

use bursar::sandbox::Fault;

use super::{BANK, ready};
use crate::{
    complaints::{GOOD, fill, linked_unasked},
    env::{Output, PASSPHRASE, TestEnv},
};

const CHOSEN: &str = "institution=ins_109508";

/// Links the account with these last digits.
fn link(env: &TestEnv, mask: &str, args: &[&str]) -> Output {
    linked_unasked(env, args, &[CHOSEN, GOOD, &format!("account={mask}")])
}

fn count(env: &TestEnv) -> usize {
    env.json(&["connections"])["items"].as_array().unwrap().len()
}

fn made(env: &TestEnv) -> u64 {
    env.json(&["metrics"])["limits"]["items_made"].as_u64().unwrap()
}

#[test]
fn other_accounts_of_a_linked_bank_are_added_and_not_linked_anew() {
    let env = ready();
    assert_eq!(link(&env, "0000", &[]).status, 0);
    let refused = link(&env, "1111", &[]);
    assert_eq!(refused.status, 6, "{refused}");
    let (error, known) = (refused.error(), &refused.json()["duplicates"][0]);
    assert_eq!((&error["code"], &error["hint"]), (&"same_bank".into(), &"bursar link --add-accounts c1".into()));
    assert_eq!((&known["same"], &known["connection"]), (&"bank".into(), &"c1".into()), "{refused}");
    assert!(error["message"].as_str().unwrap().contains("Plaid Checking is linked already by c1"), "{refused}");
    assert_eq!((count(&env), made(&env)), (1, 1), "nothing was exchanged");
    let allowed = env.ok(&["link", "--resume", "--allow-duplicate", "--yes", "--no-sync"]);
    assert_eq!((count(&env), made(&env)), (2, 2), "{allowed}");
}

#[test]
fn another_login_without_a_page_is_a_second_connection_too() {
    let env = ready();
    env.ok(&["link", "--institution", BANK, "--yes", "--no-sync"]);
    let other = ["link", "--institution", BANK, "--user", "user_yuppie", "--yes", "--no-sync", "--json"];
    let refused = env.fails(6, &other);
    assert_eq!(count(&env), 1, "{refused}");
    env.ok(&[&other[..], &["--allow-duplicate"]].concat());
    assert_eq!(count(&env), 2);
}

#[test]
fn a_person_is_asked_before_a_second_connection_to_one_bank() {
    let env = ready();
    assert_eq!(link(&env, "0000", &[]).status, 0);
    let base_url = env.sandbox().base_url.clone();
    for (answer, status, connections) in [("n", 6, 1), ("y", 0, 2)] {
        let mut terminal = env.terminal(&["link", "--hosted", "--no-sync"]);
        terminal.expect("Passphrase: ");
        terminal.type_secret(PASSPHRASE);
        terminal.expect("Go on? [y/N] ");
        terminal.type_line("y");
        let address = terminal.find(&base_url);
        fill(&base_url, address.strip_prefix(&base_url).unwrap(), &[CHOSEN, GOOD, "account=1111"]);
        terminal.expect("`bursar link --add-accounts c1` adds accounts");
        terminal.expect("Make a second connection to the same bank? [y/N] ");
        terminal.type_line(answer);
        let ended = env.keep(terminal.finish());
        assert_eq!((ended.status, count(&env)), (status, connections), "{ended}");
    }
}

#[test]
fn accounts_that_the_bank_does_not_show_yet_are_known_by_what_was_chosen() {
    let env = ready();
    env.sandbox().faults_at(Fault::InstitutionDown, "/accounts/get", 50);
    let linked = link(&env, "0000", &[]);
    assert_eq!(linked.status, 0, "{linked}");
    assert!(env.json(&["accounts"])["items"].as_array().unwrap().is_empty());
    for _ in 0..2 {
        let again = link(&env, "0000", &[]);
        assert_eq!((again.status, &again.error()["code"]), (6, &"duplicate".into()), "{again}");
        assert_eq!(again.json()["duplicates"][0]["same"], "accounts", "{again}");
        assert!(again.error()["message"].as_str().unwrap().contains("Plaid Checking"), "{again}");
        assert_eq!((count(&env), made(&env)), (1, 1), "nothing was exchanged");
        env.sandbox().clear_faults();
        // Now the bank's own word takes the place of the flow's.
        env.ok(&["sync"]);
    }
    assert_eq!(env.json(&["accounts"])["items"].as_array().unwrap().len(), 1);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_connection_whose_accounts_nobody_knows_is_synced_and_not_linked_again() {
    let env = ready();
    env.sandbox().faults_at(Fault::InstitutionDown, "/accounts/get", 50);
    env.ok(&["link", "--institution", BANK, "--yes", "--no-sync"]);
    env.sandbox().clear_faults();
    let again = env.fails(6, &["link", "--institution", BANK, "--yes", "--no-sync", "--json"]);
    assert_eq!((&again.error()["code"], &again.error()["hint"]), (&"duplicate".into(), &"bursar sync c1".into()));
    assert_eq!(again.json()["duplicates"][0]["same"], "unread", "{again}");
    assert_eq!((count(&env), made(&env)), (1, 1), "nothing was exchanged");
}
