//! `bursar accounts` in every format and width.

use std::{fs, process::Stdio};

use crate::env::TestEnv;

#[test]
fn the_list_in_every_form() {
    let mut env = TestEnv::household();
    env.unset("COLUMNS");
    env.snapshot("accounts-pipe", &env.ok(&["accounts"]));
    for width in ["80", "50"] {
        env.set("COLUMNS", width);
        env.snapshot(&format!("accounts-{width}"), &env.ok(&["accounts"]));
    }
    for format in ["csv", "tsv", "markdown", "json", "ndjson"] {
        env.snapshot(&format!("accounts-{format}"), &env.ok(&["accounts", "--format", format]));
    }
    env.snapshot("accounts-fields", &env.ok(&["accounts", "--fields", "name,current,currency"]));
    env.snapshot("accounts-fields-json", &env.ok(&["accounts", "show", "a4", "--json", "--fields", "name,balance"]));
    env.snapshot("accounts-fields-unknown", &env.fails(2, &["accounts", "--fields", "name,colour"]));
    assert_eq!(env.ok(&["accounts", "list"]).stdout, env.ok(&["accounts"]).stdout);

    // A file gets the format of its name, whole and private; the screen stays empty.
    for (file, begin) in [("a.csv", "name,id"), ("a.json", "{"), ("a.md", "| Account"), ("a.ndjson", "{\"id\"")] {
        let path = env.path("home").join(file);
        let output = env.ok(&["accounts", "-o", path.to_str().unwrap()]);
        assert_eq!(output.stdout, "");
        assert!(fs::read_to_string(&path).unwrap().starts_with(begin), "{file}");
    }
    env.snapshot("accounts-output-extension", &env.fails(2, &["accounts", "-o", "accounts.xyz"]));

    // Colour only when it is wanted.
    assert!(!env.ok(&["accounts"]).stdout.contains('\u{1b}'));
    assert!(env.ok(&["accounts", "--color", "always"]).stdout.contains('\u{1b}'));
    env.set("CLICOLOR_FORCE", "1");
    assert!(env.ok(&["accounts"]).stdout.contains('\u{1b}'));
    env.set("NO_COLOR", "1");
    assert!(!env.ok(&["accounts"]).stdout.contains('\u{1b}'));
}

#[test]
fn one_account_by_id_mask_and_name() {
    let env = TestEnv::household();
    env.snapshot("accounts-show", &env.ok(&["accounts", "show", "a4"]));
    for name in ["3333", "Plaid Credit Card"] {
        assert_eq!(env.json(&["accounts", "show", name])["id"], "a4", "{name}");
    }
    env.snapshot("accounts-show-unknown", &env.fails(5, &["accounts", "show", "nobody"]));
    env.link("ins_109511");
    env.snapshot("accounts-show-ambiguous", &env.fails(5, &["accounts", "show", "3333"]));
}

#[test]
fn the_shape_of_the_answer() {
    let env = TestEnv::household();
    let answer = env.json(&["accounts"]);
    for item in answer["items"].as_array().unwrap() {
        for field in [
            "id",
            "name",
            "official_name",
            "mask",
            "type",
            "subtype",
            "connection",
            "institution",
            "status",
            "currency",
            "balance",
        ] {
            assert!(item.get(field).is_some(), "{field} in {item}");
        }
        for field in ["current", "available", "limit", "as_of"] {
            assert!(item["balance"].get(field).is_some(), "{field} in {item}");
        }
        let current = &item["balance"]["current"];
        assert!(
            current["amount"].is_string() && current["minor"].is_i64() && current["currency"] == "USD",
            "{current}"
        );
        let debt = ["credit", "loan"].contains(&item["type"].as_str().unwrap());
        assert_eq!(current["minor"].as_i64().unwrap() < 0, debt, "what is owed is negative: {item}");
    }
    let minor = |value: &serde_json::Value| value["minor"].as_i64().unwrap();
    let totals = &answer["totals"][0];
    assert_eq!(minor(&totals["assets"]) + minor(&totals["debts"]), minor(&totals["net"]));
    assert_eq!(
        minor(&totals["net"]),
        answer["items"].as_array().unwrap().iter().map(|a| minor(&a["balance"]["current"])).sum::<i64>()
    );
    assert_eq!(
        (&answer["total"], &answer["limit"], &answer["offset"]),
        (&9.into(), &serde_json::Value::Null, &0.into())
    );
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let env = TestEnv::household();
    let script = env.path("home/pipe.sh");
    fs::write(&script, "set -o pipefail\nbursar transactions | head -1\necho \"bursar: ${PIPESTATUS[0]}\"\nbursar tx --json | true\necho \"bursar: ${PIPESTATUS[0]}\"\n").unwrap();
    let mut command = env.shell(&script);
    command.stdin(Stdio::null());
    let output = env.run_command(command);
    assert_eq!(
        output.stderr.lines().filter(|line| line.contains("rror") || line.contains("panic")).count(),
        0,
        "{output}"
    );
    assert_eq!(output.stdout.matches("bursar: 0").count(), 2, "{output}");
}

#[test]
fn an_empty_vault_has_an_empty_list_and_a_next_step() {
    let env = TestEnv::new();
    env.init();
    env.snapshot("accounts-empty", &env.ok(&["accounts"]));
    env.snapshot("connections-empty", &env.ok(&["connections"]));
    env.snapshot("sync-empty", &env.ok(&["sync"]));
    assert_eq!(env.json(&["accounts"])["items"], serde_json::json!([]));
    assert_eq!(env.ok(&["accounts", "--quiet"]).stderr, "");
}

#[test]
fn a_closed_account_leaves_lists_and_totals_and_keeps_its_history() {
    let env = TestEnv::household();
    let listed = |args: &[&str]| -> Vec<String> {
        let items = env.json(args)["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let worth = || env.json(&["report", "networth"])["totals"][0]["minor"].as_i64().unwrap();
    let spent = || env.json(&["report", "spending", "-p", "2026"])["totals"].clone();
    let (before, spent_before, rows) = (worth(), spent(), env.json(&["tx", "acct:a4"])["total"].clone());
    let card = env.json(&["accounts", "show", "a4"])["balance"]["current"]["minor"].as_i64().unwrap();
    assert!(card < 0 && rows.as_u64().unwrap() > 0);

    assert_eq!(env.json(&["accounts", "hide", "a4"])["status"], "hidden");
    assert!(!listed(&["accounts"]).contains(&"a4".to_owned()) && worth() == before, "a hidden account counts");
    assert_eq!(env.json(&["accounts", "close", "3333"])["status"], "closed");
    env.ok(&["sync"]);
    assert!(!listed(&["accounts"]).contains(&"a4".to_owned()), "a sync does not open it");
    assert!(listed(&["accounts", "--all"]).contains(&"a4".to_owned()));
    let table = env.ok(&["accounts", "--all"]).stdout;
    let says = |of: &str, what: &str| table.lines().any(|line| line.contains(of) && line.contains(what));
    assert!(says("Account ", "Status") && says("3333", "closed") && says("0000", "open"), "{table}");
    assert!(!env.ok(&["accounts"]).stdout.contains("Status"), "all of them are open");
    assert_eq!(worth(), before - card);
    assert_eq!((env.json(&["tx", "acct:a4"])["total"].clone(), spent()), (rows, spent_before));
    assert!(env.json(&["report", "liabilities"])["rows"].as_array().unwrap().iter().all(|row| row["account"] != "a4"));
    let entries = env.json(&["audit"])["items"].as_array().unwrap().clone();
    assert!(entries.iter().any(|entry| entry["action"] == "accounts.close" && entry["resource"] == "a4"));

    assert_eq!(env.json(&["accounts", "close", "a4", "--undo"])["status"], "hidden");
    assert_eq!(env.json(&["accounts", "hide", "a4", "--undo"])["status"], "open");
    assert_eq!(worth(), before);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.fails(5, &["accounts", "close", "nobody"]);
}

#[test]
fn a_dry_run_changes_no_account() {
    let env = TestEnv::household();
    let before = env.json(&["accounts", "--all"]);
    for args in [
        &["accounts", "hide", "a4"][..],
        &["accounts", "close", "a4"],
        &["accounts", "edit", "a4", "--name", "Mine"],
        &["accounts", "edit", "a4", "--type", "loan"],
    ] {
        let planned = env.ok(&[args, &["--dry-run"]].concat());
        assert!(
            planned.stdout.is_empty() && planned.stderr.contains("would change Plaid Credit Card (a4)"),
            "{planned}"
        );
        assert_eq!(env.json(&["accounts", "--all"]), before, "{args:?}");
    }
    env.fails(5, &["accounts", "hide", "nobody", "--dry-run"]);
}
