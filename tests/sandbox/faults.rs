//! Each fault, seen by a plain HTTP client.

use bursar::sandbox::Fault;
use serde_json::{Value, json};

use super::{BANK, call, link, post, refused, start};

#[test]
fn a_call_can_be_refused_in_every_way() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let body = json!({"access_token": token});
    for (fault, path, status, code) in [
        (Fault::LoginRequired, "/accounts/get", 400, "ITEM_LOGIN_REQUIRED"),
        (Fault::ItemNotFound, "/item/get", 400, "ITEM_NOT_FOUND"),
        (Fault::InstitutionDown, "/accounts/balance/get", 400, "INSTITUTION_DOWN"),
        (Fault::RateLimit, "/transactions/sync", 429, "TRANSACTIONS_SYNC_LIMIT"),
        (Fault::CreditsExhausted, "/accounts/balance/get", 429, "CREDITS_EXHAUSTED"),
        (Fault::InternalError, "/item/get", 500, "INTERNAL_SERVER_ERROR"),
        (Fault::Maintenance, "/item/get", 503, "PLANNED_MAINTENANCE"),
        (Fault::InvalidKeys, "/item/get", 400, "INVALID_API_KEYS"),
    ] {
        bank.fault(fault, None);
        let answer = post(&bank, path, &body);
        assert_eq!((answer.status, answer.json()["error_code"].as_str()), (status, Some(code)));
        assert_eq!(answer.header("retry-after").is_some(), status == 429);
        call(&bank, path, &body);
    }
}

#[test]
fn an_answer_can_be_spoilt_on_its_way() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let body = json!({"access_token": token});
    bank.fault(Fault::Html, None);
    assert!(post(&bank, "/item/get", &body).body.starts_with("<!doctype html>"));
    bank.fault(Fault::Truncated, None);
    assert!(serde_json::from_str::<Value>(&post(&bank, "/item/get", &body).body).is_err());
    bank.fault(Fault::DropConnection, None);
    let answer = post(&bank, "/item/get", &body);
    assert!(answer.header("transfer-encoding").is_some() && answer.body.ends_with('~'));
    call(&bank, "/item/get", &body);
}

#[test]
fn a_page_can_hold_what_no_page_should() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let body = json!({"access_token": token, "count": 5});
    let spoilt = |fault| {
        bank.fault(fault, None);
        let text = post(&bank, "/transactions/sync", &body).body;
        call(&bank, "/transactions/sync", &body);
        text
    };
    assert!(spoilt(Fault::BadAmount).contains(r#""amount":1e400"#));
    assert!(spoilt(Fault::HugeAmount).contains(r#""amount":9999999999999999999"#));
    assert!(spoilt(Fault::NanAmount).contains(r#""amount":NaN"#));
    assert!(spoilt(Fault::UnknownCurrency).contains(r#""iso_currency_code":"ZZZ""#));
    assert!(spoilt(Fault::EscapeSequences).contains(r"\u001b]0;owned"));
    assert!(spoilt(Fault::ImpossibleDate).contains("2026-02-30"));
    let page: Value = serde_json::from_str(&spoilt(Fault::DuplicateInPage)).unwrap();
    assert_eq!(page["added"][0], page["added"][5]);
}

#[test]
fn cursors_can_fail() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    let page = |cursor: &str| json!({"access_token": token, "cursor": cursor, "count": 100});
    bank.fault(Fault::Mutation, None);
    let first = call(&bank, "/transactions/sync", &page(""));
    let next = first["next_cursor"].as_str().unwrap();
    assert_eq!(refused(&bank, "/transactions/sync", &page(next)), "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION");
    call(&bank, "/transactions/sync", &page(next));
    let (_, stored) = super::sync(&bank, &token, "", 500);
    bank.fault(Fault::MutationForever, None);
    for _ in 0..3 {
        assert_eq!(
            refused(&bank, "/transactions/sync", &page(&stored)),
            "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
        );
    }
    super::sync(&bank, &token, "", 500);
    bank.clear_faults();
    bank.fault(Fault::CursorNotAssociated, None);
    assert_eq!(refused(&bank, "/transactions/sync", &page(&stored)), "INVALID_FIELD");
    bank.fault(Fault::NotReady, None);
    assert_eq!(call(&bank, "/transactions/sync", &page(""))["transactions_update_status"], "NOT_READY");
    bank.fault(Fault::NeverEndingCursor, Some(3));
    let mut cursor = stored.clone();
    for _ in 0..3 {
        let endless = call(&bank, "/transactions/sync", &page(&cursor));
        assert_eq!((&endless["has_more"], endless["added"].as_array().unwrap().len()), (&json!(true), 0));
        assert_ne!(endless["next_cursor"], json!(cursor));
        endless["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
    }
    assert_eq!(call(&bank, "/transactions/sync", &page(&cursor))["has_more"], false);
}
