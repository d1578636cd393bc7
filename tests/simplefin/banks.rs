//! What a server of the test's own says of its banks: how old their data is, what its user is to know, accounts that come and go.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bursar::domain::dates::Timestamp;
use serde_json::{Value, json};

use super::{TestEnv, bridge, guard_access, line};

/// What the server answers next.
type Answer = Arc<Mutex<Value>>;

/// Serves an answer that the test may change, until the test ends.
fn serve(answer: Value) -> (String, Answer) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (answer, shown) = (Arc::new(Mutex::new(answer)), address.to_string());
    let said = Arc::clone(&answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head: Vec<String> =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let claim = head.first().is_some_and(|line| line.starts_with("POST"));
            let access = format!("http://user:{}@{address}/simplefin", "p".repeat(32));
            let body = if claim { access } else { said.lock().unwrap().to_string() };
            let kind = if claim { "text/plain" } else { "application/json" };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    (STANDARD.encode(format!("http://{shown}/claim/1")), answer)
}

fn seconds(day: &str) -> i64 {
    day.parse::<Timestamp>().map_or(0, Timestamp::as_second)
}

fn account(id: &str, bank: &str, read_at: &str) -> Value {
    json!({"id": id, "conn_id": bank, "name": format!("Savings {id}"), "currency": "USD", "balance": "12.50",
           "balance-date": seconds(read_at), "transactions": []})
}

fn banks(accounts: &[Value]) -> Value {
    let bank = |id: &str, name: &str| json!({"conn_id": id, "name": name, "org_url": format!("https://{id}.example")});
    json!({"errlist": [], "connections": [bank("good", "Good Bank"), bank("dead", "Dead Bank")], "accounts": accounts})
}

/// A vault that is linked to such a server.
fn linked(answer: Value) -> (TestEnv, Answer) {
    let env = bridge();
    let (token, answer) = serve(answer);
    let file = env.secret_file("setup-token", &token).to_str().unwrap().to_owned();
    env.ok(&["link", "simplefin", "--token-file", &file, "--yes"]);
    guard_access(&env, 1);
    (env, answer)
}

fn first(env: &TestEnv) -> Value {
    env.json(&["connections"])["items"][0].clone()
}

const NEW: &str = "2026-04-15T01:00:00Z";
const OLD: &str = "2026-01-02T00:00:00Z";

#[test]
fn a_bank_that_is_read_no_more_makes_its_connection_stale() {
    let (env, answer) =
        linked(banks(&[account("1", "good", NEW), account("2", "dead", OLD), account("3", "good", OLD)]));
    let connection = first(&env);
    assert_eq!((&connection["state"], &connection["bank_updated_at"]), (&json!("stale"), &json!(OLD)), "{connection}");
    let as_of = |env: &TestEnv| -> Vec<Value> {
        let accounts = env.json(&["accounts"]);
        accounts["items"].as_array().unwrap().iter().map(|account| account["balance"]["as_of"].clone()).collect()
    };
    assert_eq!(as_of(&env), [NEW, OLD, OLD], "each balance is of the day that its bank had it");
    assert_eq!(env.json(&["status"])["bank_updated_at"], OLD);
    assert_eq!(env.json(&["report", "summary"])["bank_updated_at"], OLD);
    for shown in [env.ok(&["status"]), env.ok(&["report", "summary"])] {
        assert!(shown.stdout.contains("Banks' data of") && shown.stdout.contains("2026-01-02"), "{shown}");
    }
    let doctor = env.run(&["doctor"]);
    assert!(doctor.stdout.contains("stale") && !doctor.stdout.contains("all up to date"), "{doctor}");
    let worth = |day: &str| {
        let report = env.json(&["report", "networth", "-p", &format!("{day}..{day}"), "--by", "account"]);
        report["rows"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((worth("2026-01-01"), worth("2026-01-02")), (0, 2), "the history has it on that day");

    *answer.lock().unwrap() = banks(&[account("1", "good", NEW), account("2", "dead", "2026-04-13T02:00:00Z")]);
    env.ok(&["sync"]);
    assert_eq!(first(&env)["state"], "healthy");
    let doctor = env.run(&["doctor"]);
    assert!(doctor.stdout.contains("the oldest bank's data is of 2026-04-13"), "{doctor}");

    // Nothing of a day to come is believed, and who says nothing changes nothing.
    *answer.lock().unwrap() = banks(&[account("1", "good", ""), account("2", "dead", "")]);
    assert_eq!(line(&env.json(&["sync"]))["bank_updated_at"], "2026-04-13T02:00:00Z");
    *answer.lock().unwrap() = banks(&[account("1", "good", "2030-01-01T00:00:00Z"), account("2", "dead", NEW)]);
    assert_eq!(line(&env.json(&["sync"]))["bank_updated_at"], NEW);
    assert!(as_of(&env).iter().all(|at| at.as_str().unwrap().starts_with("2026-04-15")), "{:?}", as_of(&env));
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn what_is_only_to_be_known_is_shown_and_nothing_is_wrong() {
    let quiet = banks(&[account("1", "good", NEW)]);
    let with = |code: &str| {
        let mut said = quiet.clone();
        said["errlist"] = json!([{"code": code, "msg": "Our terms change in May"}]);
        said
    };
    let (env, answer) = linked(with("gen.notice"));
    for _ in 0..2 {
        let said = env.ok(&["sync", "--json"]);
        assert!(said.stderr.contains("Our terms change in May"), "{said}");
        assert_eq!(line(&said.json())["outcome"], "ok");
        let connection = first(&env);
        assert_eq!((&connection["state"], &connection["action"]), (&json!("healthy"), &Value::Null), "{connection}");
        assert_eq!(connection["error"], "Our terms change in May");
    }
    for (said, code) in [(with("con.api"), 3), (with("new.thing"), 3), (with("con.auth"), 8)] {
        *answer.lock().unwrap() = said;
        env.fails(code, &["sync"]);
    }
    let mut old = quiet.clone();
    old["errors"] = json!(["Our terms change in May"]);
    *answer.lock().unwrap() = old;
    env.fails(3, &["sync"]);
    *answer.lock().unwrap() = quiet;
    env.ok(&["sync"]);
    assert_eq!(first(&env)["error"], Value::Null);
}

#[test]
fn an_account_that_its_bank_names_no_more_is_said_once() {
    let both = banks(&[account("1", "good", NEW), account("2", "good", NEW)]);
    let (env, answer) = linked(both.clone());
    let synced = env.ok(&["sync", "--json"]);
    assert_eq!((&line(&synced.json())["accounts_gone"], synced.stderr.contains("Savings")), (&json!([]), false));
    *answer.lock().unwrap() = banks(&[account("1", "good", NEW)]);
    let sentence = "the bank does not name Savings 2 any more: it counts as closed, and its history stays";
    let synced = env.ok(&["sync", "--json"]);
    assert!(synced.stderr.contains(sentence), "{synced}");
    assert_eq!(line(&synced.json())["accounts_gone"], json!([{"id": "a2", "name": "Savings 2"}]));
    let log = env.json(&["sync", "log", "--limit", "1"]);
    assert_eq!(log["items"][0]["notes"], json!([sentence]), "{log}");
    let shown = env.json(&["connections", "show", "c1"])["contents"].clone();
    assert_eq!((&shown["accounts"], &shown["accounts_gone"]), (&json!(1), &json!(1)), "{shown}");
    assert!(env.ok(&["connections", "show", "c1"]).stdout.contains("No longer named"));
    assert!(!env.ok(&["sync"]).stderr.contains("Savings 2"), "it is said once");

    *answer.lock().unwrap() = both.clone();
    let synced = env.ok(&["sync", "--json"]);
    assert!(synced.stderr.contains("the bank names Savings 2 again: it counts once more"), "{synced}");
    assert_eq!(line(&synced.json())["accounts_back"][0]["id"], "a2");
    assert_eq!(env.json(&["connections", "show", "c1"])["contents"]["accounts"], 2);

    // What its owner closed stays closed, whatever the bank says.
    env.ok(&["accounts", "close", "a2"]);
    for said in [banks(&[account("1", "good", NEW)]), both] {
        *answer.lock().unwrap() = said;
        assert!(!env.ok(&["sync"]).stderr.contains("Savings 2"));
    }
}
