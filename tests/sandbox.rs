//! The embedded sandbox over HTTP: data, faults, its Link page, its orders, and bursar's own client against it.

mod client;
mod data;
mod faults;
pub(crate) mod http;
mod link_page;
mod orders;

use bursar::sandbox::{Config, Running, Server};
use serde_json::{Value, json};

use http::{Answer, send};

const BANK: &str = "ins_109508";

fn config() -> Config {
    Config::on(7, "2026-03-20".parse().unwrap())
}

fn start() -> Running {
    Server::start(config()).unwrap()
}

/// Calls an endpoint with the right credentials.
fn post(bank: &Running, path: &str, body: &Value) -> Answer {
    let headers =
        [("Content-Type", "application/json"), ("PLAID-CLIENT-ID", &bank.client_id), ("PLAID-SECRET", &bank.secret)];
    send(&bank.base_url, "POST", path, &headers, &body.to_string())
}

/// Calls an endpoint that must succeed.
fn call(bank: &Running, path: &str, body: &Value) -> Value {
    let answer = post(bank, path, body);
    assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
    answer.json()
}

/// Calls an endpoint that must fail, and gives the code.
fn refused(bank: &Running, path: &str, body: &Value) -> String {
    let answer = post(bank, path, body);
    assert!(answer.status >= 400, "{path} {body}: {}", answer.body);
    answer.json()["error_code"].as_str().unwrap().to_owned()
}

/// Links a user at a bank with two years of history; the access token.
fn link(bank: &Running, institution: &str, user: &str) -> String {
    let body = json!({"institution_id": institution, "initial_products": ["transactions"],
        "options": {"override_username": user, "transactions": {"days_requested": 730}}});
    let token = call(bank, "/sandbox/public_token/create", &body)["public_token"].clone();
    let item = call(bank, "/item/public_token/exchange", &json!({"public_token": token}));
    item["access_token"].as_str().unwrap().to_owned()
}

/// All changes since a cursor: the three lists together, and the cursor after them.
fn sync(bank: &Running, token: &str, cursor: &str, count: u32) -> (Value, String) {
    let mut all = json!({"added": [], "modified": [], "removed": []});
    let mut cursor = cursor.to_owned();
    loop {
        let page = call(bank, "/transactions/sync", &json!({"access_token": token, "cursor": cursor, "count": count}));
        for kind in ["added", "modified", "removed"] {
            all[kind].as_array_mut().unwrap().extend(page[kind].as_array().unwrap().iter().cloned());
        }
        page["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        if page["has_more"] == false {
            return (all, cursor);
        }
    }
}
