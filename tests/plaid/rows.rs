//! One bad row of a page is refused by name, and the others are kept exactly.

use bursar::domain::{
    accounts::{AccountType, KnownCurrencies},
    money::Currency,
    sync::Delta,
    transactions::Status,
};
use serde_json::{Value, json};

use super::{
    block_on, client,
    server::{Server, json as reply},
    token,
};

/// A transaction as the definition requires it.
pub(super) fn row(id: &str) -> Value {
    let nothing = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect::<Value>();
    json!({
        "transaction_id": id, "account_id": "A1", "amount": 1.25, "iso_currency_code": "USD", "unofficial_currency_code": null,
        "date": "2026-03-01", "authorized_date": null, "datetime": null, "authorized_datetime": null, "pending": false,
        "pending_transaction_id": null, "name": "CARD 1", "payment_channel": "other", "account_owner": null,
        "transaction_code": null,
        "payment_meta": nothing(&["reference_number", "ppd_id", "payee", "by_order_of", "payer", "payment_method",
            "payment_processor", "reason"]),
        "location": nothing(&["address", "city", "region", "postal_code", "country", "lat", "lon", "store_number"]),
    })
}

fn account(id: &str) -> Value {
    json!({
        "account_id": id, "mask": null, "name": "Checking", "official_name": null, "type": "depository", "subtype": "checking",
        "balances": {"available": null, "current": 10, "limit": null, "iso_currency_code": "USD", "unofficial_currency_code": null},
    })
}

fn with(mut row: Value, field: &str, value: Value) -> Value {
    row[field] = value;
    row
}

fn read(accounts: &[Value], added: &[String]) -> Delta {
    let page = format!(
        r#"{{"accounts":{},"added":[{}],"modified":[],"removed":[{{"transaction_id":"gone"}}],"next_cursor":"c1","has_more":false,
            "transactions_update_status":"A_STATUS_OF_TOMORROW","request_id":"R"}}"#,
        Value::from(accounts),
        added.join(",")
    );
    let server = Server::always(move || reply(200, &page));
    let (client, _) = client(&server.base_url);
    block_on(client.transactions_sync(&token(), None, &KnownCurrencies::new())).unwrap()
}

#[test]
fn bad_rows_are_refused_by_name_and_good_ones_survive() {
    let number = |id: &str, amount: &str| row(id).to_string().replace("1.25", amount);
    let mut missing = row("t-missing");
    missing.as_object_mut().unwrap().remove("amount");
    let bad = [
        (number("t-huge", "1e400"), "t-huge", "`amount` of USD is larger"),
        (number("t-long", "9999999999999999999"), "t-long", "`amount` of USD is larger"),
        (number("t-fine", "0.001"), "t-fine", "more decimals than USD allows (2)"),
        (number("t-text", "\"12.00\""), "t-text", "`amount` is not of the kind"),
        (missing.to_string(), "t-missing", "`amount` is missing"),
        (
            with(row("t-code"), "iso_currency_code", json!("ZZZ")).to_string(),
            "t-code",
            "`iso_currency_code` is not one",
        ),
        (with(row("t-none"), "iso_currency_code", Value::Null).to_string(), "t-none", "names its currency"),
        (with(row("t-date"), "date", json!("2026-02-30")).to_string(), "t-date", "`date` is not a date"),
        (
            with(row("t-pend"), "pending", json!("SECRET MERCHANT")).to_string(),
            "t-pend",
            "`pending` is not of the kind",
        ),
        (with(row(""), "name", json!("x")).to_string(), "without an id", "`transaction_id`"),
        ("\"SECRET MERCHANT\"".to_owned(), "without an id", "not an object"),
    ];
    let mut rows: Vec<String> = bad.iter().map(|(row, ..)| row.clone()).collect();
    rows.insert(3, row("t-good-1").to_string());
    rows.push(row("t-good-2").to_string());
    let delta = read(&[account("A1")], &rows);
    assert_eq!(delta.added.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["t-good-1", "t-good-2"]);
    assert_eq!(delta.refused.len(), bad.len());
    for ((_, id, words), refusal) in bad.iter().zip(&delta.refused) {
        let sentence = refusal.to_string();
        assert!(sentence.starts_with(&format!("transaction {id} was not kept: ")), "{sentence}");
        assert!(sentence.contains(words), "{sentence} lacks {words}");
        for never in ["SECRET", "CARD", "1e400", "99999", "12.00", "0.001"] {
            assert!(!sentence.contains(never), "{sentence}");
        }
    }
    assert_eq!(delta.removed[0].id.as_str(), "gone");
    assert_eq!(delta.next_cursor, "c1");
}

#[test]
fn a_good_row_is_kept_to_the_letter_and_its_sign_turned() {
    let hostile = "\u{1b}]0;pwned\u{7}=HYPERLINK(\"x\")\u{202e}\r\n";
    let mut full = row("Case-Sensitive_Id");
    full["amount"] = json!(-20);
    full["pending"] = json!(true);
    full["name"] = json!(hostile);
    full["merchant_name"] = json!("");
    full["authorized_date"] = json!("2026-02-28");
    full["datetime"] = json!("2026-03-01T00:00:00Z");
    full["authorized_datetime"] = json!("yesterday");
    full["payment_channel"] = json!("by owl");
    full["payment_meta"]["payer"] = json!("P");
    full["location"]["city"] = json!("Poway");
    full["personal_finance_category"] = json!({"primary": "NEW", "detailed": "NEW_THING", "confidence_level": "SURE"});
    full["counterparties"] = json!([{"name": "N", "type": "owl"}]);
    full["iso_currency_code"] = Value::Null;
    full["unofficial_currency_code"] = json!("BTC");
    let delta = read(&[account("A1")], &[full.to_string()]);
    assert_eq!(delta.refused, []);
    let kept = &delta.added[0];
    assert_eq!((kept.amount.minor, kept.amount.currency.code(), kept.status), (2_000_000_000, "BTC", Status::Pending));
    assert_eq!((kept.id.as_str(), kept.description.as_str()), ("Case-Sensitive_Id", hostile));
    assert_eq!((kept.merchant.as_deref(), kept.payment_channel.as_deref()), (None, Some("by owl")));
    assert!(kept.datetime.is_some() && kept.authorized_datetime.is_none());
    let details: Vec<_> = kept.details.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(details, [("payer", "P"), ("authorized_datetime", "yesterday")]);
    assert_eq!(kept.category.as_ref().unwrap().detailed, "NEW_THING");
    assert_eq!(kept.counterparties[0].kind, "owl");
    assert_eq!(kept.location.as_ref().unwrap().city.as_deref(), Some("Poway"));
}

#[test]
fn an_account_without_a_currency_takes_its_transactions_with_it_unless_the_book_knows_it() {
    let mut nameless = account("A1");
    nameless["balances"]["iso_currency_code"] = Value::Null;
    let mut other = row("t2");
    other["account_id"] = json!("A2");
    let rows = [row("t1").to_string(), other.to_string()];
    let delta = read(&[nameless.clone(), account("A2")], &rows);
    assert_eq!(delta.accounts.len(), 1);
    assert_eq!(delta.added.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["t2"]);
    assert!(delta.refused[0].to_string().starts_with("account A1 was not kept: neither"), "{:?}", delta.refused);
    assert!(
        delta.refused[1].to_string().starts_with("transaction t1 was not kept: its `account_id`"),
        "{:?}",
        delta.refused
    );

    let body = json!({"accounts": [nameless], "item": {"item_id": "I", "institution_id": null, "webhook": null, "error": null,
        "consent_expiration_time": null, "update_type": "background"}, "request_id": "R"});
    let server = Server::always(move || reply(200, &body.to_string()));
    let (client, _) = client(&server.base_url);
    let euro = Currency::iso("EUR").unwrap();
    let known = KnownCurrencies::from([("A1".into(), euro)]);
    let list = block_on(client.accounts_get(&token(), &known)).unwrap();
    assert_eq!((list.accounts[0].currency, list.accounts[0].kind), (euro, AccountType::Depository));
}

#[test]
fn a_page_of_another_shape_is_an_error_and_not_an_empty_page() {
    for page in [r#"{"added":[],"modified":[],"removed":[],"has_more":false,"request_id":"R"}"#, "{}"] {
        let server = Server::always(|| reply(200, page));
        let (client, _) = client(&server.base_url);
        assert!(block_on(client.transactions_sync(&token(), None, &KnownCurrencies::new())).is_err());
    }
}
