//! Debts and holdings: what a sync keeps of them, what reports and `status` say, and what must never be kept.

use bursar::sandbox::Fault;

use crate::{
    complaints::{GOOD, fill, linked_by_hand},
    env::{TestEnv, block_on},
};

const REPORTS: [&str; 3] = ["liabilities", "holdings", "utilization"];

#[test]
fn a_sync_brings_terms_and_holdings_and_reports_show_them() {
    let mut env = TestEnv::household();
    env.set("COLUMNS", "120");
    for report in REPORTS {
        env.snapshot(&format!("products-{report}"), &env.ok(&["report", report]));
        env.snapshot(&format!("products-{report}-json"), &env.ok(&["report", report, "--json"]));
        env.snapshot(&format!("products-{report}-csv"), &env.ok(&["report", report, "--format", "csv"]));
    }
    for report in REPORTS {
        let answer = env.json(&["report", report]);
        for field in ["begin", "end", "interval", "by"] {
            assert!(answer.get(field).is_some_and(serde_json::Value::is_null), "{field} in {answer}");
        }
    }
    let held = env.json(&["report", "holdings"]);
    let accounts = env.json(&["accounts"]);
    let balance = |name: &str| {
        let account = accounts["items"].as_array().unwrap().iter().find(|account| account["name"] == name).unwrap();
        account["balance"]["current"]["minor"].as_i64().unwrap()
    };
    let total = held["totals"][0]["minor"].as_i64().unwrap();
    assert!((total - balance("Plaid IRA") - balance("Plaid 401k")).abs() <= 2, "{held}");
    let debts = env.json(&["report", "liabilities"]);
    let card = debts["rows"].as_array().unwrap().iter().find(|row| row["type"] == "credit").unwrap().clone();
    assert_eq!(card["apr"], "12.5", "{card}");
    let owed: i64 = debts["rows"].as_array().unwrap().iter().filter_map(|row| row["balance"]["minor"].as_i64()).sum();
    assert_eq!(debts["totals"][0]["minor"], owed);
    assert!(card["statement_balance"]["minor"].as_i64().unwrap() <= 0, "what is owed is negative: {card}");
    assert!(card["minimum"]["minor"].as_i64().unwrap() >= 0, "what is asked for is not: {card}");
    let shown = env.json(&["connections", "show", "c1"]);
    assert_eq!(shown["products"].as_array().unwrap().len(), 2);
    assert!(shown["products"].as_array().unwrap().iter().all(|product| product["available"] == true), "{shown}");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

/// How often an endpoint was called.
fn calls(env: &TestEnv, path: &str) -> u64 {
    let metrics = env.json(&["metrics"]);
    let rows = metrics["endpoints"].as_array().unwrap();
    rows.iter().find(|row| row["endpoint"] == path).map_or(0, |row| row["calls"].as_u64().unwrap())
}

#[test]
fn products_are_asked_for_as_the_owner_says() {
    let env = TestEnv::household();
    assert_eq!((calls(&env, "/liabilities/get"), calls(&env, "/investments/transactions/get")), (1, 0));
    env.ok(&["config", "set", "sync.products", "[]"]);
    env.ok(&["sync"]);
    assert_eq!((calls(&env, "/liabilities/get"), calls(&env, "/investments/holdings/get")), (1, 1));
    assert!(!env.json(&["report", "liabilities"])["rows"].as_array().unwrap().is_empty(), "what was known stays");
    env.ok(&["config", "set", "sync.products", "[\"investments\"]"]);
    env.ok(&["sync"]);
    assert_eq!((calls(&env, "/liabilities/get"), calls(&env, "/investments/holdings/get")), (1, 2));
    let wrong = env.fails(2, &["config", "set", "sync.products", "[\"loans\"]"]);
    assert!(wrong.stderr.contains("liabilities, investments, trades and recurring"), "{wrong}");
}

#[test]
fn trades_come_when_they_are_asked_for_and_are_counted_once() {
    let mut env = TestEnv::household();
    env.set("COLUMNS", "160");
    assert_eq!(env.json(&["report", "holdings"])["trades"], serde_json::Value::Null);
    assert_eq!(env.json(&["report", "holdings", "--trades"])["trades"].as_array().unwrap().len(), 0);
    env.ok(&["config", "set", "sync.products", "[\"investments\", \"trades\"]"]);
    env.ok(&["sync"]);
    let report = env.json(&["report", "holdings", "--trades"]);
    let trades = report["trades"].as_array().unwrap();
    // Two years of a purchase each fortnight, a dividend each second time.
    assert_eq!(trades.len(), 53 + 27, "{report}");
    let bought = trades.iter().find(|trade| trade["kind"] == "buy").unwrap();
    assert_eq!((bought["amount"]["minor"].as_i64(), bought["quantity"].as_str()), (Some(-15_063), Some("2.5")));
    assert_eq!(bought["security"], "Platypus Total Market Fund");
    let paid = trades.iter().find(|trade| trade["subtype"] == "dividend").unwrap();
    assert_eq!(paid["amount"]["minor"], 310, "money in is positive");
    assert!(trades.windows(2).all(|pair| pair[0]["date"].as_str() >= pair[1]["date"].as_str()), "newest first");
    env.ok(&["sync"]);
    assert_eq!(env.json(&["report", "holdings", "--trades"]), report, "a second sync changes nothing");
    let table = env.ok(&["report", "holdings", "--trades"]);
    assert!(table.stdout.contains("Platypus Total Market Fund") && table.stdout.contains("-150.63"), "{table}");
    let shown = env.json(&["connections", "show", "c1"]);
    let products: Vec<_> = shown["products"].as_array().unwrap().iter().map(|one| one["product"].clone()).collect();
    assert!(products.contains(&"trades".into()), "{shown}");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert_eq!(env.json(&["report", "holdings", "--trades"])["trades"].as_array().unwrap().len(), 0);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn status_names_what_is_due_within_two_weeks() {
    let env = TestEnv::household();
    let all = env.json(&["report", "liabilities"]);
    let status = env.json(&["status"]);
    let soon = |row: &&serde_json::Value| row["days_left"].as_i64().is_some_and(|days| (0..=14).contains(&days));
    let expected: Vec<_> = all["rows"].as_array().unwrap().iter().filter(soon).map(|row| &row["account"]).collect();
    let said: Vec<_> = status["due"].as_array().unwrap().iter().map(|row| &row["account"]).collect();
    assert!(!expected.is_empty() && said == expected, "{status}");
    assert!(env.ok(&["status"]).stdout.contains(" due on 2026-"));
}

#[test]
fn an_empty_vault_has_empty_reports() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    for report in REPORTS {
        assert_eq!(env.json(&["report", report])["rows"].as_array().unwrap().len(), 0);
        env.ok(&["report", report]);
    }
    assert_eq!(env.json(&["status"])["due"].as_array().unwrap().len(), 0);
}

#[test]
fn a_product_that_fails_is_named_and_costs_nothing_else() {
    let mut env = TestEnv::household();
    env.set("COLUMNS", "160");
    let of = |name: &str| {
        let products = env.json(&["connections", "show", "c1"])["products"].clone();
        products.as_array().unwrap().iter().find(|one| one["product"] == name).unwrap().clone()
    };
    for (code, path, product) in [
        ("INSTITUTION_DOWN", "/liabilities/get", "liabilities"),
        ("CREDITS_EXHAUSTED", "/liabilities/get", "liabilities"),
        ("ITEM_LOGIN_REQUIRED", "/investments/holdings/get", "investments"),
        ("A_CODE_OF_TOMORROW", "/investments/holdings/get", "investments"),
    ] {
        let before = env.json(&["report", "liabilities"]);
        env.sandbox().refuse(code, path);
        env.sandbox().advance(1);
        let synced = env.fails(3, &["sync", "--json"]);
        let sentence = format!("First Platypus Bank: {product} could not be read ({code})");
        assert_eq!(synced.error()["code"], "product_failed", "{synced}");
        assert!(synced.stderr.contains(&format!("{sentence}; what was known of it stays")), "{synced}");
        let report = synced.json();
        let line = &report["connections"][0];
        assert_eq!(
            (&line["outcome"], &line["failed_products"]),
            (&"ok".into(), &serde_json::json!([{"product": product, "code": code}]))
        );
        assert!(report["added"].as_u64().unwrap() > 0, "the rows are saved: {report}");
        let run = env.json(&["sync", "log", "--limit", "1"])["items"][0].clone();
        assert_eq!((&run["outcome"], &run["error_code"]), (&"ok".into(), &code.into()), "{run}");
        assert!(env.ok(&["sync", "log", "--limit", "1"]).stdout.contains("could not be read"));

        let noted = of(product);
        assert_eq!(
            (&noted["available"], &noted["failed"], &noted["code"]),
            (&false.into(), &true.into(), &code.into())
        );
        let connection = env.json(&["connections"])["items"][0].clone();
        assert_eq!((&connection["state"], &connection["action"]), (&"partial".into(), &"bursar sync c1".into()));
        assert!(connection["error"].as_str().unwrap().contains(code), "{connection}");
        let status = env.ok(&["status"]);
        assert!(status.stdout.contains("First Platypus Bank") && status.stdout.contains("partly read"), "{status}");
        assert!(!env.run(&["doctor"]).stdout.contains("all up to date"));
        let now = env.json(&["report", "liabilities"]);
        let terms = |report: &serde_json::Value| {
            let rows = report["rows"].as_array().unwrap().iter();
            rows.map(|row| (row["account"].clone(), row["due"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(terms(&now), terms(&before), "what was known stays");

        env.ok(&["sync"]);
        assert_eq!((&of(product)["available"], &of(product)["failed"]), (&true.into(), &false.into()));
        assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
    }
    // Whoever does not ask for it any more has nothing to wait for.
    env.sandbox().refuse("INSTITUTION_DOWN", "/liabilities/get");
    env.fails(3, &["sync"]);
    env.ok(&["config", "set", "sync.products", "[\"investments\"]"]);
    env.set("BURSAR_TODAY", "2026-04-16");
    env.ok(&["sync"]);
    assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
}

#[test]
fn a_product_whose_answer_is_none_has_failed_too() {
    let env = TestEnv::household();
    env.sandbox().fault_at(Fault::Html, "/liabilities/get");
    let synced = env.fails(3, &["sync", "--json"]);
    assert_eq!(synced.json()["connections"][0]["failed_products"][0]["code"], "NO_ANSWER", "{synced}");
}

#[test]
fn a_product_that_a_bank_does_not_offer_is_noted_and_fails_nothing() {
    let env = TestEnv::household();
    for code in
        ["PRODUCTS_NOT_SUPPORTED", "PRODUCT_NOT_ENABLED", "NO_LIABILITY_ACCOUNTS", "ADDITIONAL_CONSENT_REQUIRED"]
    {
        env.sandbox().refuse(code, "/liabilities/get");
        let synced = env.ok(&["sync", "--json"]);
        assert_eq!(synced.json()["connections"][0]["failed_products"], serde_json::json!([]), "{synced}");
        assert!(!synced.stderr.contains(code), "{synced}");
        let products = env.json(&["connections", "show", "c1"])["products"].clone();
        let noted = products.as_array().unwrap().iter().find(|one| one["product"] == "liabilities").unwrap();
        assert_eq!(
            (&noted["available"], &noted["failed"], &noted["code"]),
            (&false.into(), &false.into(), &code.into())
        );
        assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
    }
}

#[test]
fn a_purge_takes_debts_and_holdings_too() {
    let env = TestEnv::household();
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert_eq!(env.json(&["report", "holdings"])["rows"].as_array().unwrap().len(), 0);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_row_of_a_product_that_cannot_be_read_costs_no_other() {
    let mut env = TestEnv::household();
    env.set("COLUMNS", "160");
    env.ok(&["config", "set", "sync.products", "[\"liabilities\", \"investments\", \"trades\"]"]);
    env.ok(&["sync"]);
    let count = |args: &[&str], list: &str| {
        let rows = env.json(args)[list].as_array().unwrap().clone();
        rows.iter().filter(|row| args[1] != "liabilities" || !row["minimum"].is_null()).count()
    };
    let all = || {
        [
            count(&["report", "liabilities"], "rows"),
            count(&["report", "holdings"], "rows"),
            count(&["report", "holdings", "--trades"], "trades"),
        ]
    };
    let before = all();
    let products = [
        ("/liabilities/get", "debt", "minimum_payment_amount", 0),
        ("/investments/holdings/get", "holding", "quantity", 1),
        ("/investments/transactions/get", "trade", "quantity", 2),
    ];
    for (path, kind, field, place) in products {
        env.sandbox().fault_at(Fault::BadProductRow, path);
        let output = env.fails(3, &["sync", "--json"]);
        assert_eq!(output.error()["code"], "rows_refused", "{output}");
        let line = &output.json()["connections"][0];
        assert_eq!((&line["outcome"], &line["refused"]), (&"ok".into(), &1.into()), "{line}");
        assert_eq!(line["refused_rows"][0]["kind"], kind, "{line}");
        let reason = format!("its field `{field}` is not of the kind that Plaid promises");
        assert_eq!(line["refused_rows"][0]["reason"], reason.as_str(), "{line}");
        let mut expected = before;
        expected[place] -= 1;
        assert_eq!(all(), expected, "{path}: the others are kept");

        let shown = env.ok(&["connections", "show", "c1"]);
        assert!(shown.stdout.contains("Not kept") && shown.stdout.contains(&reason), "{shown}");
        let shown = env.json(&["connections", "show", "c1"]);
        assert_eq!(shown["refused_rows"][0]["kind"], kind, "{shown}");
        assert_eq!(env.json(&["connections"])["items"][0]["refused"], 1);
        assert_eq!(env.json(&["vault", "check"])["ok"], true);

        assert_eq!(env.json(&["sync"])["refused"], 0, "it comes in a form that can be read");
        assert_eq!(all(), before);
        assert_eq!(env.json(&["connections"])["items"][0]["refused"], 0, "and is forgotten");
    }
}

#[test]
fn what_was_not_consented_to_is_asked_for_by_a_repair() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.set("COLUMNS", "140");
    env.sandbox().fault(Fault::ConsentMissing, None);
    let linked = env.link("ins_109508");
    assert_eq!(linked["sync"]["connections"][0]["outcome"], "ok", "{linked}");
    let products = || env.json(&["connections", "show", "c1"])["products"].clone();
    let refused = products();
    assert_eq!(refused.as_array().unwrap().len(), 2);
    for product in refused.as_array().unwrap() {
        assert_eq!(product["code"], "ADDITIONAL_CONSENT_REQUIRED", "{refused}");
    }
    let shown = env.ok(&["connections", "show", "c1"]);
    assert!(shown.stdout.contains("`bursar link --repair c1` asks for it"), "{shown}");
    for path in ["/liabilities/get", "/investments/holdings/get"] {
        assert_eq!(calls(&env, path), 0, "what was not agreed to is not called");
    }
    // Signing in again at the bank itself, without being asked for more, agrees to no more.
    let token = env.token(1).0;
    let (client, url) = (env.client(), env.sandbox().base_url.clone());
    let asked = bursar::plaid::LinkRequest {
        client_name: "another",
        user_id: "u",
        language: "en",
        country_codes: &["US"],
        purpose: bursar::plaid::Purpose::Update { access_token: &token, choose_accounts: false, also_consent: &[] },
        hosted: Some(bursar::plaid::Hosted::default()),
    };
    let page = block_on(client.link_token_create(&asked)).unwrap().hosted_url.unwrap();
    fill(&url, page.strip_prefix(&url).unwrap(), &[GOOD]);
    env.ok(&["sync"]);
    assert_eq!(products()[0]["code"], "ADDITIONAL_CONSENT_REQUIRED");

    let repaired = linked_by_hand(&env, &["--repair", "c1"], false, &[GOOD]);
    assert_eq!(repaired.status, 0, "{repaired}");
    assert!(products().as_array().unwrap().iter().all(|product| product["available"] == true), "{}", products());
    for report in ["liabilities", "holdings"] {
        assert!(!env.json(&["report", report])["rows"].as_array().unwrap().is_empty(), "{report}");
    }
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn regular_payments_by_the_banks_word_come_when_they_are_asked_for() {
    const PATH: &str = "/transactions/recurring/get";
    let mut env = TestEnv::household();
    env.set("COLUMNS", "120");
    let report = || env.json(&["report", "recurring", "--bank"])["bank"].as_array().unwrap().clone();
    assert_eq!(env.json(&["report", "recurring"])["bank"], serde_json::Value::Null);
    assert!(report().is_empty() && calls(&env, PATH) == 0, "it is billed, so nobody asks by himself");
    env.ok(&["config", "set", "sync.products", "[\"recurring\"]"]);
    env.ok(&["sync"]);
    env.snapshot("recurring-bank", &env.ok(&["report", "recurring", "--bank"]));
    let whole = env.json(&["report", "recurring", "--bank"]);
    assert_eq!(whole["rows"], serde_json::json!([]), "the own history is another question");
    let streams = report();
    let of = |label: &str| streams.iter().find(|stream| stream["label"].as_str().unwrap().starts_with(label)).unwrap();
    let netflix = of("Netflix");
    assert_eq!((&netflix["frequency"], &netflix["amount"]["minor"]), (&"monthly".into(), &(-1549).into()));
    assert!(of("CONTOSO ROBOTICS")["amount"]["minor"].as_i64().unwrap() > 0, "wages are money in");
    // What the bank sees, bursar finds by itself.
    let own = env.json(&["report", "recurring", "payee:netflix"])["rows"][0].clone();
    assert_eq!(
        (&own["last"], &own["amount"], &own["account"]),
        (&netflix["last"], &netflix["amount"], &netflix["account"])
    );
    let metrics = env.json(&["metrics"]);
    let endpoint = metrics["endpoints"].as_array().unwrap().iter().find(|row| row["endpoint"] == PATH).unwrap();
    assert_eq!((&endpoint["calls"], &endpoint["billing"]), (&1.into(), &"connection".into()), "{endpoint}");

    // A plan without it is noted, and costs neither the sync nor what was known.
    env.sandbox().refuse("PRODUCT_NOT_ENABLED", PATH);
    env.ok(&["sync"]);
    let shown = env.json(&["connections", "show", "c1"]);
    let noted = shown["products"].as_array().unwrap().iter().find(|view| view["product"] == "recurring").unwrap();
    assert_eq!(noted["available"], false, "{noted}");
    assert_eq!(report(), streams);
    env.sandbox().clear_faults();
    env.sandbox().fault_at(Fault::BadProductRow, PATH);
    let refused = env.fails(3, &["sync"]);
    assert!(refused.stderr.contains("stream ") && refused.stderr.contains("was not kept"), "{refused}");
    assert_eq!(report().len(), streams.len() - 1);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.ok(&["connections", "remove", "c1", "--purge", "--yes"]);
    assert!(report().is_empty());
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}
