//! What each endpoint is sent, in Plaid's words, and what is made of its answer.

use bursar::{
    domain::{
        accounts::KnownCurrencies,
        ids::InstitutionId,
        money::{Currency, Money},
        products::{Product, ProductReport},
    },
    plaid::{
        Action, BalanceRequest, DAYS_REQUESTED, Hosted, LinkProgress, LinkRequest, MadeUp, Purpose, RemovalReason,
        TestLogin,
    },
    secret::Secret,
};
use serde_json::{Value, json};

use super::{
    TOKEN, block_on, client, secret,
    server::{Server, json as reply},
    token,
};

/// Runs one call against a server that gives one answer, and returns what was sent where.
fn sent<T>(answer: &Value, call: impl AsyncFnOnce(bursar::plaid::Client) -> T) -> (String, Value, T) {
    let answer = answer.to_string();
    let server = Server::always(move || reply(200, &answer));
    let result = block_on(call(client(&server.base_url).0));
    let request = server.requests()[0].clone();
    (request.path().to_owned(), request.json(), result)
}

fn flow(purpose: Purpose<'_>) -> LinkRequest<'_> {
    LinkRequest { client_name: "bursar", user_id: "u1", language: "en", country_codes: &["US"], purpose, hosted: None }
}

#[test]
fn a_first_link_asks_for_all_history_and_bills_transactions_only() {
    let answer = json!({"link_token": "link-sandbox-1", "expiration": "2026-03-01T04:00:00Z", "request_id": "R",
        "hosted_link_url": "https://hosted.plaid.com/x"});
    let mut request = flow(Purpose::New { days_requested: DAYS_REQUESTED, also_consent: &["liabilities"] });
    request.hosted =
        Some(Hosted { completion_redirect_uri: Some("http://127.0.0.1:9/x"), lifetime_seconds: Some(900) });
    let (path, body, link) = sent(&answer, async |client| client.link_token_create(&request).await.unwrap());
    assert_eq!(path, "/link/token/create");
    assert_eq!(
        body,
        json!({"client_name": "bursar", "language": "en", "country_codes": ["US"], "user": {"client_user_id": "u1"},
            "products": ["transactions"], "transactions": {"days_requested": 730}, "additional_consented_products": ["liabilities"],
            "hosted_link": {"completion_redirect_uri": "http://127.0.0.1:9/x", "url_lifetime_seconds": 900}})
    );
    assert_eq!(link.token.expose(), "link-sandbox-1");
    assert_eq!(link.hosted_url.as_deref(), Some("https://hosted.plaid.com/x"));
    assert!(link.expires_at.is_some() && !format!("{link:?}").contains("link-sandbox"));
}

#[test]
fn update_mode_names_the_connection_and_no_product() {
    let answer = json!({"link_token": "link-sandbox-1", "expiration": "soon", "request_id": "R"});
    let access_token = token();
    let purpose = Purpose::Update { access_token: &access_token, choose_accounts: true, also_consent: &[] };
    let (_, body, link) = sent(&answer, async |client| client.link_token_create(&flow(purpose)).await.unwrap());
    assert_eq!(
        body,
        json!({"client_name": "bursar", "language": "en", "country_codes": ["US"], "user": {"client_user_id": "u1"},
            "access_token": TOKEN, "update": {"account_selection_enabled": true}})
    );
    assert_eq!((link.expires_at, link.hosted_url), (None, None));
}

fn progress(sessions: &Value) -> LinkProgress {
    let answer = json!({"link_token": "link-sandbox-1", "created_at": null, "expiration": "2026-03-01T04:00:00Z", "request_id": "R",
        "metadata": {"initial_products": ["transactions"], "webhook": null, "country_codes": ["US"], "language": "en",
            "redirect_uri": null, "client_name": "bursar"}, "link_sessions": sessions});
    let link_token = secret("link-sandbox-1");
    sent(&answer, async |client| client.link_token_get(&link_token).await.unwrap()).2
}

#[test]
fn an_exited_session_does_not_hide_a_later_one() {
    let waiting = progress(&json!([]));
    assert!(waiting.is_open() && !waiting.completed() && waiting.exit().is_none());
    let refused = json!({"link_session_id": "s1", "finished_at": "2026-03-01T03:00:00Z", "exit": {"metadata": {"status": "requires_code",
        "link_session_id": "s1", "request_id": "Q"}, "error": {"error_type": "ITEM_ERROR", "error_code": "INVALID_MFA",
        "error_message": "m", "display_message": "Wrong code.", "request_id": null}}});
    let left = progress(&json!([refused]));
    let exit = left.exit().unwrap();
    assert_eq!((exit.error_code.as_deref(), exit.action), (Some("INVALID_MFA"), Some(Action::RetryInLink)));
    assert_eq!((exit.message.as_deref(), exit.request_id.as_deref()), (Some("Wrong code."), Some("Q")));
    assert!(!left.is_open() && !left.completed());
    let again = progress(&json!([refused, {"link_session_id": "s2", "started_at": "2026-03-01T03:01:00Z"}]));
    assert!(again.is_open() && again.exit().is_none());
    let account = json!({"id": "A", "name": "Checking", "mask": "0000", "type": "depository", "subtype": "checking"});
    let bank = json!({"institution_id": "ins_1", "name": "Bank"});
    let old = json!({"public_token": "public-sandbox-1", "metadata": {"institution": bank, "accounts": [account]}});
    let new =
        json!({"item_add_results": [{"public_token": "public-sandbox-1", "institution": bank, "accounts": [account]}]});
    for done in [json!({"on_success": old}), json!({"results": new}), json!({"on_success": old, "results": new})] {
        let mut session = done;
        session["link_session_id"] = json!("s2");
        session["finished_at"] = json!("2026-03-01T03:02:00Z");
        let found = progress(&json!([refused, session]));
        let added: Vec<_> = found.added().collect();
        assert_eq!((added.len(), added[0].accounts.len()), (1, 1));
        assert_eq!(added[0].public_token.expose(), "public-sandbox-1");
        assert_eq!(added[0].institution_id, Some(InstitutionId::from("ins_1")));
        assert!(found.completed() && found.exit().is_none() && !format!("{found:?}").contains("public-sandbox"));
    }
}

#[test]
fn tokens_come_and_go_as_secrets() {
    let answer = json!({"access_token": "access-sandbox-new", "item_id": "I", "request_id": "R"});
    let public: Secret<String> = secret("public-sandbox-1");
    let (path, body, new) = sent(&answer, async |client| client.public_token_exchange(&public).await.unwrap());
    assert_eq!((path.as_str(), body), ("/item/public_token/exchange", json!({"public_token": "public-sandbox-1"})));
    assert_eq!((new.access_token.expose().as_str(), new.item_id.as_str()), ("access-sandbox-new", "I"));
    assert!(!format!("{new:?}").contains("access-sandbox"));
    let answer = json!({"new_access_token": "access-sandbox-newer", "request_id": "R"});
    let (path, body, new) = sent(&answer, async |client| client.access_token_invalidate(&token()).await.unwrap());
    assert_eq!((path.as_str(), body), ("/item/access_token/invalidate", json!({"access_token": TOKEN})));
    assert!(new.access_token.expose() == "access-sandbox-newer" && !format!("{new:?}").contains("newer"));
}

#[test]
fn the_plain_calls_say_what_they_mean() {
    let done = json!({"request_id": "R"});
    let (path, body, id) =
        sent(&done, async |client| client.item_remove(&token(), RemovalReason::Other).await.unwrap());
    assert_eq!(
        (path.as_str(), body, id.as_str()),
        ("/item/remove", json!({"access_token": TOKEN, "reason_code": "OTHER"}), "R")
    );
    let (_, body, _) =
        sent(&done, async |client| client.item_remove(&token(), RemovalReason::NonFunctional).await.unwrap());
    assert_eq!(body["reason_code"], "CONNECTION_IS_NON_FUNCTIONAL");
    let (path, _, _) = sent(&done, async |client| client.transactions_refresh(&token()).await.unwrap());
    assert_eq!(path, "/transactions/refresh");
    let answer = json!({"reset_login": true, "request_id": "R"});
    let (path, _, broken) = sent(&answer, async |client| client.sandbox_reset_login(&token()).await.unwrap());
    assert_eq!((path.as_str(), broken), ("/sandbox/item/reset_login", true));
    let answer = json!({"webhook_fired": true, "request_id": "R"});
    let (path, body, fired) =
        sent(&answer, async |client| client.sandbox_fire_webhook(&token(), "SYNC_UPDATES_AVAILABLE").await.unwrap());
    assert_eq!((path.as_str(), fired), ("/sandbox/item/fire_webhook", true));
    assert_eq!(body, json!({"access_token": TOKEN, "webhook_code": "SYNC_UPDATES_AVAILABLE"}));
}

#[test]
fn sandbox_calls_turn_the_sign_back() {
    let bank = InstitutionId::from("ins_109508");
    let login = TestLogin { institution: &bank, user: Some("user_good"), password: None, days_requested: 90 };
    let answer = json!({"public_token": "public-sandbox-1", "request_id": "R"});
    let (path, body, public) = sent(&answer, async |client| client.sandbox_public_token_create(&login).await.unwrap());
    assert_eq!((path.as_str(), public.expose().as_str()), ("/sandbox/public_token/create", "public-sandbox-1"));
    assert_eq!(
        body,
        json!({"institution_id": "ins_109508", "initial_products": ["transactions"],
            "options": {"override_username": "user_good", "transactions": {"days_requested": 90}}})
    );
    let (day, usd) = ("2026-03-01".parse().unwrap(), Currency::iso("USD").unwrap());
    let spent = MadeUp { transacted: day, posted: day, amount: Money::new(-1250, usd), description: "COFFEE" };
    let (_, body, _) = sent(&json!({"request_id": "R"}), async |client| {
        client.sandbox_transactions_create(&token(), &[spent]).await.unwrap()
    });
    let row = json!({"date_transacted": "2026-03-01", "date_posted": "2026-03-01", "amount": 12.5, "description": "COFFEE",
        "iso_currency_code": "USD"});
    assert_eq!(body, json!({"access_token": TOKEN, "transactions": [row]}));
}

#[test]
fn trades_are_read_page_by_page_and_a_bad_row_costs_nothing_else() {
    let row = |id: &str| {
        json!({"investment_transaction_id": id, "account_id": "A", "security_id": "S", "date": "2026-03-02", "name": "BUY",
            "quantity": 1, "amount": 10.5, "price": 10.5, "fees": null, "type": "buy", "subtype": "buy",
            "iso_currency_code": "USD", "unofficial_currency_code": null, "account_number": "0123456789"})
    };
    let page = |rows: Vec<Value>| {
        json!({"item": {}, "accounts": [], "securities": [{"security_id": "S", "name": "Fund"}], "investment_transactions": rows,
            "total_investment_transactions": 5, "request_id": "R"})
        .to_string()
    };
    let mut broken = row("T3");
    broken["price"] = json!("free");
    // The last row of the first page came again, because the bank put one before it.
    let pages = [page(vec![row("T1"), row("T2")]), page(vec![row("T2"), broken]), page(vec![row("T4")])];
    let next = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::always(move || reply(200, &pages[next.fetch_add(1, std::sync::atomic::Ordering::SeqCst)]));
    let days = ("2024-03-20".parse().unwrap(), "2026-03-20".parse().unwrap());
    let client = client(&server.base_url).0;
    let (token, known) = (token(), KnownCurrencies::new());
    let (report, refused) = block_on(client.product_get(Product::Trades, &token, &known, days)).unwrap();
    let ProductReport::Trades(found) = report else { panic!("{report:?}") };
    let ids: Vec<&str> = found.trades.iter().map(|trade| trade.id.as_str()).collect();
    assert_eq!((ids, found.trades[0].amount.minor), (vec!["T1", "T2", "T4"], -1050));
    assert_eq!(
        refused[0].to_string(),
        "trade T3 was not kept: its field `price` is not of the kind that Plaid promises"
    );
    assert!(!format!("{found:?}").contains("0123456789"), "an account number is not kept");
    let offsets: Vec<Value> =
        server.requests().iter().map(|request| request.json()["options"]["offset"].clone()).collect();
    assert_eq!(offsets, [0, 2, 4]);
    let first = server.requests()[0].json();
    assert_eq!((&first["start_date"], &first["end_date"]), (&json!("2024-03-20"), &json!("2026-03-20")));
    assert_eq!(client.meter().take().len(), 3, "every page is a call");
}

#[test]
fn balances_and_institutions_are_asked_for_with_their_options() {
    let item = json!({"item_id": "I", "institution_id": "ins_1", "webhook": null, "error": null,
        "consent_expiration_time": null, "update_type": "background"});
    let answer = json!({"accounts": [], "item": item, "request_id": "R"});
    let wanted =
        BalanceRequest { accounts: vec!["A1".into()], not_before: Some("2026-03-01T00:00:00Z".parse().unwrap()) };
    let known = KnownCurrencies::new();
    let (path, body, list) = sent(&answer, async |client| client.balance_get(&token(), &wanted, &known).await.unwrap());
    assert_eq!((path.as_str(), list.accounts.len(), list.item.item_id.as_str()), ("/accounts/balance/get", 0, "I"));
    assert_eq!(body["options"], json!({"account_ids": ["A1"], "min_last_updated_datetime": "2026-03-01T00:00:00Z"}));
    let (_, body, _) =
        sent(&answer, async |client| client.balance_get(&token(), &BalanceRequest::default(), &known).await.unwrap());
    assert_eq!(body, json!({"access_token": TOKEN}));
    let answer = json!({"institution": {"institution_id": "ins_1", "name": "Bank", "oauth": true,
        "connection_availability": "NOT_SUPPORTED"}, "request_id": "R"});
    let bank = InstitutionId::from("ins_1");
    let (_, body, found) =
        sent(&answer, async |client| client.institution_get(&bank, &["US".to_owned()]).await.unwrap());
    assert_eq!(body["options"], json!({"include_optional_metadata": true, "include_status": true}));
    assert!(found.oauth && !found.linkable && found.logins.is_none());
}
