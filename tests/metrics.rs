//! What calls cost and how they went: counted, shown, asked about before, refused beyond.

use std::collections::{BTreeMap, BTreeSet};

use bursar::sandbox::Fault;
use serde_json::Value;

use crate::env::TestEnv;

fn endpoint<'a>(metrics: &'a Value, path: &str) -> &'a Value {
    let rows = metrics["endpoints"].as_array().unwrap();
    rows.iter().find(|row| row["endpoint"] == path).unwrap_or_else(|| panic!("no row of {path} in {metrics}"))
}

fn actions(env: &TestEnv, action: &str) -> usize {
    let entries = env.json(&["audit", "list", "--limit", "200"]);
    entries["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == action).count()
}

#[test]
fn calls_are_counted_with_times_and_outcomes() {
    let env = TestEnv::household();
    let metrics = env.json(&["metrics"]);
    for path in ["/sandbox/public_token/create", "/item/public_token/exchange", "/transactions/sync", "/accounts/get"] {
        let row = endpoint(&metrics, path);
        assert!(row["calls"].as_u64().unwrap() > 0 && row["p50_ms"].as_u64() <= row["p95_ms"].as_u64(), "{row}");
        assert!(row["p50_ms"].is_u64(), "{row}");
    }
    assert_eq!(endpoint(&metrics, "/liabilities/get")["billing"], "connection");
    assert_eq!((&metrics["success_rate"], &metrics["billable"]), (&Value::from(1), &Value::from(0)), "{metrics}");
    let before = endpoint(&metrics, "/accounts/get")["calls"].as_u64().unwrap();
    env.sandbox().fault(Fault::InstitutionDown, None);
    env.run(&["sync"]);
    let after = env.json(&["metrics"]);
    let row = endpoint(&after, "/accounts/get");
    assert!(row["calls"].as_u64().unwrap() > before, "{row}");
    let error = after["errors"].as_array().unwrap().iter().find(|error| error["outcome"] == "INSTITUTION_DOWN");
    assert!(error.is_some_and(|error| error["calls"].as_u64() > Some(0)), "{after}");
    assert!(after["succeeded"].as_u64() < after["calls"].as_u64());
    let connection = &after["connections"][0];
    assert!(connection["calls_today"].as_u64() > Some(4) && connection["id"] == "c1", "{connection}");
    let none = env.json(&["metrics", "--since", "2026-04-16"]);
    assert_eq!((&none["calls"], &none["success_rate"]), (&Value::from(0), &Value::Null));
    let table = env.ok(&["metrics"]);
    assert!(
        table.stdout.contains("/accounts/get")
            && table.stderr.contains("errors: INSTITUTION_DOWN")
            && table.stderr.contains("sync.max_per_day"),
        "{table}"
    );
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn calls_that_change_nothing_else_are_counted_too() {
    let env = TestEnv::household();
    env.ok(&["connections", "rotate", "c1"]);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    let metrics = env.json(&["metrics"]);
    for path in ["/item/access_token/invalidate", "/item/remove"] {
        assert_eq!(endpoint(&metrics, path)["calls"], 1, "{metrics}");
    }
}

type Sample = (String, BTreeMap<String, String>, f64);

/// A line of the text format, version 0.0.4: name, labels, value.
fn sample(line: &str) -> Result<Sample, String> {
    let wrong = |what: &str| format!("{what}: {line:?}");
    let name: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(wrong("no name"));
    }
    let mut rest = &line[name.len()..];
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"").ok_or_else(|| wrong("a label without value"))?;
            if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(wrong("no label"));
            }
            let (mut value, mut characters, mut end) = (String::new(), after.char_indices(), None);
            while let Some((at, c)) = characters.next() {
                match c {
                    '"' => {
                        end = Some(at + 1);
                        break;
                    }
                    '\\' => match characters.next() {
                        Some((_, 'n')) => value.push('\n'),
                        Some((_, c @ ('\\' | '"'))) => value.push(c),
                        _ => return Err(wrong("an unknown escape")),
                    },
                    c => value.push(c),
                }
            }
            rest = &after[end.ok_or_else(|| wrong("a label without end"))?..];
            if labels.insert(label.to_owned(), value).is_some() {
                return Err(wrong("a label twice"));
            }
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').ok_or_else(|| wrong("labels without end"))?;
    }
    let value = rest.strip_prefix(' ').ok_or_else(|| wrong("no space before the value"))?;
    Ok((name, labels, value.parse().map_err(|_| wrong("no number"))?))
}

/// Every sample, after a check of the page: families stand together under their help and type, and no sample comes twice.
fn parse(page: &str) -> Result<Vec<Sample>, String> {
    if !page.ends_with('\n') {
        return Err("the last line has no end".to_owned());
    }
    let (mut families, mut current, mut samples) = (BTreeSet::new(), None::<(String, String)>, Vec::new());
    let mut seen = BTreeSet::new();
    let mut help = None;
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, _) = rest.split_once(' ').ok_or("a help without words")?;
            help = Some(name.to_owned());
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or("a type without kind")?;
            if help.as_deref() != Some(name) || !families.insert(name.to_owned()) {
                return Err(format!("{name} has no help, or comes twice"));
            }
            if !["counter", "gauge", "summary"].contains(&kind) {
                return Err(format!("{name} is a {kind}"));
            }
            current = Some((name.to_owned(), kind.to_owned()));
        } else {
            let (name, labels, value) = sample(line)?;
            let (family, kind) = current.as_ref().ok_or("a sample before any type")?;
            let parts: &[&str] = if kind == "summary" { &["", "_sum", "_count"] } else { &[""] };
            if !parts.iter().any(|part| name == format!("{family}{part}")) {
                return Err(format!("{name} stands under {family}"));
            }
            if !seen.insert((name.clone(), labels.clone())) {
                return Err(format!("{line:?} comes twice"));
            }
            samples.push((name, labels, value));
        }
    }
    Ok(samples)
}

#[test]
fn the_check_of_the_text_format_can_fail() {
    let good = "# HELP a b\n# TYPE a counter\na{x=\"\\\"\\\\\\n\"} 1\n";
    assert_eq!(parse(good).unwrap()[0].1["x"], "\"\\\n");
    for bad in [
        "a 1\n",
        "# HELP a b\n# TYPE a counter\na{x=\"1\"} 1",
        "# HELP a b\n# TYPE a counter\nb 1\n",
        "# HELP a b\n# TYPE a counter\na one\n",
        "# HELP a b\n# TYPE a counter\na 1\na 2\n",
        "# HELP a b\n# TYPE a counter\na{x=\"1} 1\n",
        "# HELP a b\n# TYPE a counter\na{x=\"\\q\"} 1\n",
        "# TYPE a counter\na 1\n",
    ] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn prometheus_reads_the_same_numbers() {
    let mut env = TestEnv::household();
    env.ok(&["config", "set", "plaid.max_items", "7"]);
    env.sandbox().fault(Fault::InstitutionDown, None);
    env.run(&["sync"]);
    let json = env.json(&["metrics"]);
    let page = env.ok(&["metrics", "--prometheus"]).stdout;
    let samples = parse(&page).unwrap();
    let sum = |name: &str| samples.iter().filter(|sample| sample.0 == name).map(|sample| sample.2).sum::<f64>();
    let calls = json["calls"].as_f64().unwrap();
    assert!((sum("bursar_calls_total") - calls).abs() < 0.5, "{page}");
    assert!((sum("bursar_call_duration_seconds_count") - calls).abs() < 0.5, "{page}");
    assert!((sum("bursar_items_limit") - 7.0).abs() < 0.5 && (sum("bursar_items_made") - 1.0).abs() < 0.5, "{page}");
    assert!(samples.iter().any(|sample| sample.1.get("quantile").is_some_and(|quantile| quantile == "0.95")));
    assert!(samples.iter().any(|sample| sample.1.get("outcome").is_some_and(|code| code == "INSTITUTION_DOWN")));
    env.ok(&["metrics", "--prometheus", "-o", "bursar.prom"]);
    assert_eq!(std::fs::read_to_string(env.path("home/bursar.prom")).unwrap(), page);
    env.set("BURSAR_OFFLINE", "1");
    env.ok(&["metrics"]);
}

#[test]
fn live_balances_are_asked_about_counted_and_limited() {
    let env = TestEnv::household();
    env.ok(&["config", "set", "plaid.max_billable_per_day", "2"]);
    let asked = env.fails(2, &["accounts", "--realtime", "--json"]);
    assert!(asked.stderr.contains("--yes") && asked.stderr.contains("may bill"), "{asked}");
    assert_eq!(env.fails(9, &["accounts", "--realtime", "--yes", "--offline", "--json"]).error()["code"], "offline");
    env.ok(&["accounts", "--realtime", "--dry-run"]);
    assert_eq!(env.json(&["metrics"])["billable"], 0);
    let first = env.ok(&["accounts", "--realtime=c1", "--yes", "--json"]);
    assert!(!first.json()["items"].as_array().unwrap().is_empty() && !first.stderr.contains("last call"), "{first}");
    let last = env.ok(&["accounts", "--realtime", "--yes"]);
    assert!(last.stderr.contains("the last call today"), "{last}");
    let refused = env.fails(7, &["accounts", "--realtime", "--yes", "--json"]);
    assert_eq!(refused.error()["code"], "billable_limit", "{refused}");
    assert_eq!(env.fails(7, &["sync", "--refresh", "--yes", "--json"]).error()["code"], "billable_limit");
    let metrics = env.json(&["metrics"]);
    assert_eq!((&metrics["billable"], &metrics["limits"]["billable_today"]), (&Value::from(2), &Value::from(2)));
    assert_eq!(endpoint(&metrics, "/accounts/balance/get")["calls"], 2, "what is refused is not sent");
    assert_eq!(actions(&env, "balances.realtime"), 2);
    env.ok(&["config", "set", "plaid.max_billable_per_day", "0"]);
    env.ok(&["accounts", "--realtime", "--yes"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn live_balances_that_do_not_come_leave_the_book_as_it_was() {
    let env = TestEnv::household();
    let before = env.json(&["accounts"]);
    env.ok(&["sandbox", "reset-login", "c1"]);
    let failed = env.fails(8, &["accounts", "--realtime", "--yes", "--json"]);
    assert_eq!(failed.json(), before, "the accounts are shown all the same");
    assert!(failed.stderr.contains("ITEM_LOGIN_REQUIRED"), "{failed}");
    let metrics = env.json(&["metrics"]);
    assert_eq!(metrics["billable"], 0, "a refusal is not billed");
    assert_eq!(actions(&env, "balances.realtime"), 1, "but audited");
    assert_eq!(env.json(&["connections"])["items"][0]["state"], "needs_sign_in", "and remembered");
}

#[test]
fn a_connection_that_is_found_gone_by_the_way_is_gone_at_once() {
    for (typed, path) in [
        (["accounts", "--realtime", "--yes", "--json"], "/accounts/balance/get"),
        (["sync", "--refresh", "--yes", "--json"], "/transactions/refresh"),
    ] {
        let env = TestEnv::household();
        env.sandbox().refuse("ITEM_NOT_FOUND", path);
        let said = env.run(&typed);
        assert!(said.status != 0 && said.stderr.contains("ITEM_NOT_FOUND"), "{said}");
        let stands = &env.json(&["connections"])["items"][0];
        assert_eq!(stands["state"], "gone", "{typed:?}: {stands}");
        assert_eq!(stands["action"], "bursar connections remove c1");
    }
}

#[test]
fn a_refresh_brings_what_the_bank_has_new() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--user", "user_transactions_dynamic", "--yes"]);
    let asked = env.fails(2, &["sync", "--refresh", "--json"]);
    assert_eq!(asked.stderr.matches("needs_answer").count(), 1, "{asked}");
    env.fails(9, &["sync", "--refresh", "--yes", "--offline"]);
    assert_eq!(env.json(&["sync"])["added"], 0);
    let fresh = env.json(&["sync", "--refresh", "--yes", "--max-wait", "1s"]);
    assert!(fresh["added"].as_u64() > Some(0), "{fresh}");
    let metrics = env.json(&["metrics"]);
    assert_eq!(
        (&endpoint(&metrics, "/transactions/refresh")["billable"], actions(&env, "transactions.refresh")),
        (&Value::from(1), 1)
    );
    env.fails(2, &["sync", "--max-wait", "1s"]);
    env.ok(&["sandbox", "reset-login", "c1"]);
    env.fails(8, &["sync", "--refresh", "--yes", "--max-wait", "0s"]);
}

#[test]
fn where_no_balance_is_fresh_enough_the_last_one_is_shown() {
    let env = TestEnv::household();
    env.sandbox().refuse("LAST_UPDATED_DATETIME_OUT_OF_RANGE", "/accounts/balance/get");
    let shown = env.ok(&["accounts", "--realtime", "--yes"]);
    assert!(shown.stderr.contains("First Platypus Bank: the bank has no balance as fresh as was asked for"), "{shown}");
    assert_eq!(env.json(&["metrics"])["limits"]["billable_today"], 0, "a refused call costs nothing");
    let plain = env.ok(&["accounts", "--realtime", "--yes"]);
    assert!(!plain.stderr.contains("as fresh"), "{plain}");
}
