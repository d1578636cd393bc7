//! What the made-up banks say, and that they always say the same.

use bursar::sandbox::{Config, Progress, Server};
use serde_json::{Value, json};

use super::{BANK, call, config, link, refused, start, sync};

fn rows(all: &Value) -> &Vec<Value> {
    all["added"].as_array().unwrap()
}

#[test]
fn the_same_seed_and_day_tell_the_same_story() {
    let story = |config: Config| {
        let bank = Server::start(config).unwrap();
        let token = link(&bank, BANK, "user_good");
        let (all, cursor) = sync(&bank, &token, "", 500);
        (bank.secret.clone(), token, all, cursor)
    };
    assert_eq!(story(config()), story(config()));
    assert_ne!(story(config()).0, story(Config { seed: 8, ..config() }).0);
}

#[test]
fn user_good_has_plaids_accounts_and_a_household() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let answer = call(&bank, "/accounts/get", &json!({"access_token": token}));
    let shown: Vec<String> = answer["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| {
            let balances = &account["balances"];
            format!(
                "{} {} {}/{}",
                account["name"].as_str().unwrap(),
                account["mask"].as_str().unwrap(),
                balances["available"],
                balances["current"]
            )
        })
        .collect();
    assert_eq!(
        shown[..4],
        [
            "Plaid Checking 0000 100/110",
            "Plaid Saving 1111 200/210",
            "Plaid CD 2222 null/1000",
            "Plaid Credit Card 3333 null/410"
        ]
    );
    assert_eq!(shown[6], "Plaid 401k 6666 null/23631.9805");
    let (all, _) = sync(&bank, &token, "", 500);
    assert!(rows(&all).len() > 1000);
    let categories: Vec<&str> =
        rows(&all).iter().map(|row| row["personal_finance_category"]["detailed"].as_str().unwrap()).collect();
    for category in [
        "INCOME_SALARY",
        "RENT_AND_UTILITIES_RENT",
        "FOOD_AND_DRINK_GROCERIES",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT",
        "TRANSFER_OUT_ACCOUNT_TRANSFER",
        "BANK_FEES_ATM_FEES",
        "TRAVEL_LODGING",
    ] {
        assert!(categories.contains(&category), "{category}");
    }
    let known: Value = serde_json::from_str(include_str!("pfc.json")).unwrap();
    let known: Vec<&str> = known.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    for category in categories {
        assert!(known.contains(&category), "{category} is no category");
    }
}

#[test]
fn two_logins_share_no_id() {
    let bank = start();
    let ids = |token: &str| {
        let accounts = call(&bank, "/accounts/get", &json!({"access_token": token}));
        let accounts: Vec<String> =
            accounts["accounts"].as_array().unwrap().iter().map(|account| account["account_id"].to_string()).collect();
        let (all, _) = sync(&bank, token, "", 500);
        [accounts, rows(&all).iter().map(|row| row["transaction_id"].to_string()).collect()].concat()
    };
    let first = ids(&link(&bank, BANK, "user_good"));
    for token in [link(&bank, BANK, "user_good"), link(&bank, "ins_109509", "user_good")] {
        assert!(ids(&token).iter().all(|id| !first.contains(id)));
    }
}

#[test]
fn any_page_size_brings_the_same_rows() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let whole = sync(&bank, &token, "", 500);
    assert_eq!(sync(&bank, &token, "", 77), whole);
    let (nothing, again) = sync(&bank, &token, &whole.1, 500);
    assert_eq!((rows(&nothing).len(), again), (0, whole.1));
}

#[test]
fn history_comes_in_stages() {
    let bank = Server::start(Config { progress: Progress::LIKE_A_BANK, ..config() }).unwrap();
    let token = link(&bank, BANK, "user_good");
    let page = |cursor: &str| {
        call(&bank, "/transactions/sync", &json!({"access_token": token, "cursor": cursor, "count": 500}))
    };
    let first = page("");
    assert_eq!(
        (first["transactions_update_status"].as_str(), first["next_cursor"].as_str()),
        (Some("NOT_READY"), Some(""))
    );
    assert_eq!((rows(&first).len(), &first["has_more"]), (0, &json!(false)));
    let second = page("");
    assert_eq!(second["transactions_update_status"], "INITIAL_UPDATE_COMPLETE");
    assert!(rows(&second).iter().all(|row| row["date"].as_str().unwrap() > "2026-02-18"));
    let (rest, _) = sync(&bank, &token, second["next_cursor"].as_str().unwrap(), 500);
    assert!(rows(&rest).len() > rows(&second).len());
    assert!(rows(&rest).iter().all(|row| row["date"].as_str().unwrap() <= "2026-02-18"));
}

#[test]
fn bulk_history_is_computed_not_kept() {
    let bank = Server::start(Config { transactions: Some(3_000_000), ..config() }).unwrap();
    let token = link(&bank, BANK, "user_good");
    let first = call(&bank, "/transactions/sync", &json!({"access_token": token, "count": 500}));
    assert_eq!((rows(&first).len(), &first["has_more"]), (500, &json!(true)));
    let again = call(&bank, "/transactions/sync", &json!({"access_token": token, "count": 500}));
    assert_eq!(rows(&first), rows(&again));
    let small = Server::start(Config { transactions: Some(1234), ..config() }).unwrap();
    let token = link(&small, BANK, "user_good");
    let (all, _) = sync(&small, &token, "", 500);
    let mut ids: Vec<String> = rows(&all).iter().map(|row| row["transaction_id"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1234);
}

#[test]
fn limits_hold_when_asked_for() {
    let bank = Server::start(Config { rate_limits: true, ..config() }).unwrap();
    let token = link(&bank, BANK, "user_good");
    for _ in 0..2 {
        call(&bank, "/transactions/refresh", &json!({"access_token": token}));
    }
    assert_eq!(refused(&bank, "/transactions/refresh", &json!({"access_token": token})), "RATE_LIMIT");
}
