//! Orders under `/sandbox-admin/`, and life going on.

use serde_json::{Value, json};

use super::{BANK, call, http::send, link, post, refused, start, sync};

fn order(bank: &bursar::sandbox::Running, name: &str, body: &Value) -> Value {
    call(bank, &format!("/sandbox-admin/{name}"), body)
}

#[test]
fn orders_need_the_secret() {
    let bank = start();
    for headers in [vec![], vec![("PLAID-SECRET", "guess")]] {
        let answer = send(&bank.base_url, "POST", "/sandbox-admin/faults", &headers, "{}");
        assert_eq!((answer.status, &answer.json()["error_code"]), (400, &json!("INVALID_API_KEYS")));
    }
    assert_eq!(post(&bank, "/sandbox-admin/fault", &json!({"name": "nonsense"})).status, 400);
    assert_eq!(post(&bank, "/sandbox-admin/nonsense", &json!({})).status, 400);
}

#[test]
fn faults_are_listed_set_and_cleared() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let body = json!({"access_token": token});
    assert!(order(&bank, "faults", &json!({}))["known"].as_array().unwrap().len() > 20);
    let armed = order(&bank, "fault", &json!({"name": "maintenance", "times": 2, "path": "/item/get"}));
    assert_eq!(armed["armed"][0]["left"], 2);
    call(&bank, "/accounts/get", &body);
    assert_eq!(refused(&bank, "/item/get", &body), "PLANNED_MAINTENANCE");
    order(&bank, "clear", &json!({}));
    call(&bank, "/item/get", &body);
}

#[test]
fn a_login_breaks_by_order_and_by_age() {
    let bank = start();
    let tokens = [link(&bank, BANK, "user_good"), link(&bank, "ins_109509", "user_good")];
    let item = call(&bank, "/item/get", &json!({"access_token": tokens[0]}))["item"]["item_id"].clone();
    order(&bank, "reset-login", &json!({"item_id": item}));
    let sync = |token: &str| post(&bank, "/transactions/sync", &json!({"access_token": token}));
    assert_eq!(sync(&tokens[0]).json()["error_code"], "ITEM_LOGIN_REQUIRED");
    assert_eq!(sync(&tokens[1]).status, 200);
    order(&bank, "advance", &json!({"days": 30}));
    assert_eq!(sync(&tokens[1]).json()["error_code"], "ITEM_LOGIN_REQUIRED");
}

#[test]
fn days_pass_pending_rows_post_and_balances_follow() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let balance = || {
        let accounts = call(&bank, "/accounts/get", &json!({"access_token": token}));
        let cents = |value: &Value| (value.as_f64().unwrap() * 100.0).round();
        (cents(&accounts["accounts"][0]["balances"]["current"]), accounts["accounts"][0]["account_id"].clone())
    };
    let (_, cursor) = sync(&bank, &token, "", 500);
    let (before, checking) = balance();
    bank.advance(5);
    let (delta, later) = sync(&bank, &token, &cursor, 3);
    let removed: Vec<&Value> = delta["removed"].as_array().unwrap().iter().map(|row| &row["transaction_id"]).collect();
    let replaced: Vec<&Value> =
        delta["added"].as_array().unwrap().iter().map(|row| &row["pending_transaction_id"]).collect();
    assert!(!removed.is_empty() && removed.iter().all(|id| replaced.contains(id)), "{delta}");
    let booked =
        |row: &&Value| row["account_id"] == checking && row["pending"] == false && row["iso_currency_code"] == "USD";
    let spent: f64 = delta["added"]
        .as_array()
        .unwrap()
        .iter()
        .filter(booked)
        .map(|row| row["amount"].as_f64().unwrap() * 100.0)
        .sum();
    assert!((before - spent.round() - balance().0).abs() < 0.5, "{before} - {spent} is not {}", balance().0);
    assert_eq!(sync(&bank, &token, &cursor, 500).0, delta, "an old cursor replays");
    assert_eq!(sync(&bank, &token, &later, 500).0["added"].as_array().unwrap().len(), 0);
}
