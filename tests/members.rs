//! `bursar members`: copies for others, which read and change nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use serde_json::Value;

use crate::env::{Output, TestEnv, have};

/// A member's identity file below the root, and its recipient.
pub(crate) fn person(env: &TestEnv, name: &str) -> (String, String) {
    use age::secrecy::ExposeSecret as _;
    let identity = age::x25519::Identity::generate();
    let file = format!("secrets/{name}.txt");
    env.secret_file(&format!("{name}.txt"), identity.to_string().expose_secret());
    (file, identity.to_public().to_string())
}

/// Runs on a copy with a member's identity.
fn as_member(env: &TestEnv, copy: &str, identity: &str, args: &[&str]) -> Output {
    let mut command = env.command(args);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", env.path(identity));
    command.env("BURSAR_VAULT", env.path(copy));
    env.run_command(command)
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status, 0, "{output}");
    output.json()
}

#[test]
fn a_viewer_reads_everything_and_changes_nothing() {
    let env = TestEnv::household();
    env.ok(&["transactions", "note", "t1", "a note for the family"]);
    let (ana, recipient) = person(&env, "ana");
    let added = env.json(&["members", "add", "Ana", &recipient]);
    assert_eq!(added["role"], "viewer");
    env.fails(6, &["members", "add", "Ana", &recipient]);
    let copy = env.path("home/for-ana");
    let shared = env.json(&["members", "share", "Ana", copy.to_str().unwrap()]);
    assert_eq!(shared["redacted"], false);
    assert!(env.json(&["members"])["items"][0]["last_shared_at"].is_string());
    env.fails(6, &["members", "share", "Ana", copy.to_str().unwrap()]);

    let read = |args: &[&str]| json(&as_member(&env, "home/for-ana", &ana, &[args, &["--json"]].concat()));
    for args in [&["accounts"][..], &["report", "spending", "--monthly"], &["report", "networth"]] {
        assert_eq!(read(args), env.json(args), "{args:?}");
    }
    assert_eq!(read(&["transactions", "show", "t1"])["note"], "a note for the family");
    assert_eq!(read(&["status"])["role"], "viewer");
    assert_eq!(read(&["vault", "check"])["ok"], true);
    let writes: [&[&str]; 7] = [
        &["transactions", "note", "t1", "mine"],
        &["sync"],
        &["link", "--institution", "ins_109508", "--yes"],
        &["config", "plaid", "--remove"],
        &["keys", "rotate", "--all", "--yes"],
        &["members", "add", "Eve", &recipient],
        &["members", "share", "Ana", "elsewhere"],
    ];
    for args in writes {
        let refused = as_member(&env, "home/for-ana", &ana, args);
        assert_eq!(refused.status, 4, "{args:?}: {refused}");
        assert!(refused.stderr.contains("viewer's key, which only reads"), "{args:?}: {refused}");
    }
    let mut owner = env.command(&["accounts"]);
    owner.env("BURSAR_VAULT", &copy);
    assert_eq!(env.run_command(owner).status, 4, "the owner's passphrase does not open the copy");
    env.ok(&["members", "remove", "Ana", "--yes"]);
    assert_eq!(env.json(&["members"])["total"], 0);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn an_auditor_sees_amounts_and_categories_but_no_names_and_notes() {
    let env = TestEnv::household();
    env.ok(&["transactions", "note", "t1", "REDACTCANARY note"]);
    env.ok(&["transactions", "tag", "t1", "REDACTCANARY"]);
    env.ok(&["config", "set", "sync.products", "[\"liabilities\", \"investments\", \"recurring\"]"]);
    env.ok(&["sync"]);
    let (taxes, recipient) = person(&env, "taxes");
    env.ok(&["members", "add", "taxes", &recipient, "--role", "auditor"]);
    env.ok(&["members", "share", "taxes", env.path("home/audit").to_str().unwrap(), "--expires", "2199-01-01"]);
    let read = |args: &[&str]| json(&as_member(&env, "home/audit", &taxes, &[args, &["--json"]].concat()));
    assert_eq!(read(&["status"])["role"], "auditor");
    assert_eq!(read(&["vault", "check"])["ok"], true);
    let all = ["transactions", "--limit", "0"];
    let (whole, redacted) = (env.json(&all), read(&all));
    let mut numbers = BTreeMap::new();
    assert_eq!(whole["total"], redacted["total"]);
    for (one, other) in whole["items"].as_array().unwrap().iter().zip(redacted["items"].as_array().unwrap()) {
        assert_eq!(
            (&one["amount"], &one["date"], &one["category"]["id"]),
            (&other["amount"], &other["date"], &other["category"]["id"])
        );
        assert_eq!((&other["note"], &other["tags"]), (&Value::Null, &Value::Array(vec![])));
        numbers.entry(one["payee"].as_str().unwrap()).or_insert_with(|| other["payee"].as_str().unwrap());
        assert_eq!(numbers[one["payee"].as_str().unwrap()], other["payee"], "one payee is one number");
    }
    let distinct: BTreeSet<&str> = numbers.values().copied().collect();
    assert_eq!(distinct.len(), numbers.len(), "{numbers:?}");
    let by_name: Vec<u64> =
        numbers.values().map(|number| number.strip_prefix("payee ").unwrap().parse().unwrap()).collect();
    assert!(!by_name.is_sorted(), "the numbers follow the names: {numbers:?}");
    let streams = |report: &Value| {
        let mut rows = report["rows"].as_array().unwrap().clone();
        for row in &mut rows {
            row["label"] = Value::Null;
        }
        rows.sort_by_key(Value::to_string);
        rows
    };
    let recurring = ["report", "recurring", "--ended"];
    assert_eq!(streams(&read(&recurring)), streams(&env.json(&recurring)));
    let streams = read(&["report", "recurring", "--bank"])["bank"].as_array().unwrap().clone();
    assert!(!streams.is_empty() && streams.iter().all(|stream| stream["label"] == "redacted"), "{streams:?}");
    let by_category = ["report", "spending", "--monthly", "--by", "category"];
    assert_eq!(read(&by_category), env.json(&by_category));
    let raw = Raw::open(&env, "home/audit", &taxes);
    for name in whole["items"].as_array().unwrap().iter().map(|row| row["payee"].as_str().unwrap()) {
        // The schema's own words are no names.
        let of_the_schema = include_str!("../src/store/migrations/0001_book.sql").contains(name);
        assert!(of_the_schema || !raw.holds(name), "{name}");
    }
    assert!(!raw.holds("REDACTCANARY"));
    let over = as_member(&env, "home/audit", &taxes, &["accounts", "--today", "2199-01-02"]);
    assert_eq!(over.status, 4, "{over}");
}

#[test]
fn numbers_and_addresses_of_loans_are_nowhere_in_the_open_database() {
    let env = TestEnv::household();
    let (ana, recipient) = person(&env, "ana");
    env.ok(&["members", "add", "Ana", &recipient]);
    env.ok(&["members", "share", "Ana", env.path("home/for-ana").to_str().unwrap()]);
    let held = json(&as_member(&env, "home/for-ana", &ana, &["report", "holdings", "--json"]));
    assert_eq!(held, env.json(&["report", "holdings"]));
    let raw = Raw::open(&env, "home/for-ana", &ana);
    assert!(raw.holds("Platypus Total Market Fund") && raw.holds("purchase_apr"), "the answers were kept");
    for secret in ["3120194154", "4277075694", "2992 Cameron Road", "Malakoff", "123 Relaxation Road", "San Matias"] {
        assert!(!raw.holds(secret), "{secret}");
    }
    let (taxes, recipient) = person(&env, "taxes");
    env.ok(&["members", "add", "taxes", &recipient, "--role", "auditor"]);
    env.ok(&["members", "share", "taxes", env.path("home/audit").to_str().unwrap(), "--expires", "2199-01-01"]);
    assert!(!Raw::open(&env, "home/audit", &taxes).holds("Platypus Total Market Fund"));
}

/// A vault's database in the clear, page by page.
struct Raw(Vec<u8>);

impl Raw {
    fn open(env: &TestEnv, vault: &str, identity: &str) -> Self {
        let identity: age::x25519::Identity =
            fs::read_to_string(env.path(identity)).unwrap().lines().last().unwrap().parse().unwrap();
        let plain = age::decrypt(&identity, &fs::read(env.path(vault).join("bursar.keys")).unwrap()).unwrap();
        let outer: Value = serde_json::from_slice(&plain).unwrap();
        assert_eq!(outer["bank_sealed"], "", "a copy has no bank key");
        let place = env.path("tmp/plain.db");
        drop(fs::remove_file(&place));
        let db = rusqlite::Connection::open(env.path(vault).join("vault.db")).unwrap();
        db.execute_batch(&format!("PRAGMA key = \"x'{}'\"", crate::keys::raw_key(&outer))).unwrap();
        db.execute("ATTACH ?1 AS plain KEY ''", [place.to_str().unwrap()]).unwrap();
        db.query_row("SELECT sqlcipher_export('plain')", [], |_| Ok(())).unwrap();
        db.execute_batch("DETACH plain").unwrap();
        let tokens: i64 =
            db.query_row("SELECT count(*) FROM connections WHERE token IS NOT NULL", [], |row| row.get(0)).unwrap();
        assert_eq!(tokens, 0);
        let bytes = fs::read(&place).unwrap();
        fs::remove_file(&place).unwrap();
        Self(bytes)
    }

    fn holds(&self, text: &str) -> bool {
        text.len() > 3 && self.0.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

#[test]
fn age_opens_a_copy_with_the_members_identity_only() {
    if !have("age") {
        return println!("skipped: age is not installed here");
    }
    let env = TestEnv::household();
    let ((ana, recipient), (eve, _)) = (person(&env, "ana"), person(&env, "eve"));
    env.ok(&["members", "add", "Ana", &recipient]);
    env.ok(&["members", "share", "Ana", env.path("home/for-ana").to_str().unwrap()]);
    let opens = |identity: &str| {
        let keys = env.path("home/for-ana/bursar.keys");
        Command::new("age").arg("-d").arg("-i").arg(env.path(identity)).arg(keys).output().unwrap().status.success()
    };
    assert!(opens(&ana) && !opens(&eve));
    let inside = env.fails(7, &["members", "share", "Ana", env.vault().join("copy").to_str().unwrap()]);
    assert!(inside.stderr.contains("inside the vault"), "{inside}");
    env.fails(5, &["members", "share", "Nobody", "x"]);
}
