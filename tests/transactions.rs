//! `bursar transactions`: search, look, note, tag, edit.

use serde_json::{Value, json};

use crate::env::TestEnv;

#[test]
fn the_list_in_every_form() {
    let mut env = TestEnv::household();
    for width in ["80", "50"] {
        env.set("COLUMNS", width);
        env.snapshot(&format!("transactions-{width}"), &env.ok(&["transactions", "-p", "2026-04"]));
    }
    for format in ["csv", "tsv", "markdown", "json", "ndjson"] {
        let args = ["tx", "--limit", "2", "--format", format];
        env.snapshot(&format!("transactions-{format}"), &env.ok(&args));
    }
    env.snapshot("transactions-limit", &env.ok(&["tx", "--limit", "2", "--offset", "1"]));
    env.snapshot("transactions-none", &env.ok(&["tx", "nobody sells this"]));
    env.snapshot("transactions-fields", &env.ok(&["tx", "-p", "2026-04-14", "--fields", "date,payee,amount"]));
    env.snapshot("transactions-show", &env.ok(&["tx", "show", "t1"]));

    // For a person fifty, for a program all.
    let all = env.json(&["tx"]);
    assert_eq!(all["items"].as_array().unwrap().len() as u64, all["total"].as_u64().unwrap());
    assert!(all["limit"].is_null());
    assert_eq!(env.ok(&["tx"]).stdout.lines().count(), 51);
    assert_eq!(env.ok(&["tx", "--format", "csv"]).stdout.lines().count() as u64, all["total"].as_u64().unwrap() + 1);
    let page = env.json(&["tx", "--limit", "3", "--offset", "2"]);
    assert_eq!((&page["limit"], &page["offset"], &page["total"]), (&3.into(), &2.into(), &all["total"]));
    assert_eq!(page["items"], json!(all["items"].as_array().unwrap()[2..5]));
    for item in all["items"].as_array().unwrap() {
        for field in [
            "id",
            "date",
            "authorized_date",
            "account",
            "amount",
            "payee",
            "description",
            "category",
            "status",
            "type",
            "note",
            "tags",
            "source",
        ] {
            assert!(item.get(field).is_some(), "{field} in {item}");
        }
        assert!(["expense", "income", "transfer"].contains(&item["type"].as_str().unwrap()), "{item}");
        assert!(["posted", "pending"].contains(&item["status"].as_str().unwrap()), "{item}");
    }
}

fn all(answer: &Value, holds: impl Fn(&Value) -> bool) {
    let items = answer["items"].as_array().unwrap();
    assert!(!items.is_empty(), "nothing found");
    assert!(items.iter().all(holds), "{answer}");
}

#[test]
fn query_words_and_periods_select() {
    let env = TestEnv::household();
    let tx = |words: &[&str]| env.json(&[&["tx"], words].concat());
    let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().to_lowercase();
    all(&tx(&["coffee"]), |item| {
        text(item, "payee").contains("coffee") || text(item, "description").contains("coffee")
    });
    all(&tx(&["cat:food", "-p", "lastmonth"]), |item| {
        text(&item["category"], "id").contains("food") && text(item, "date").starts_with("2026-03")
    });
    all(&tx(&["amt:>1000"]), |item| item["amount"]["amount"].as_str().unwrap().parse::<f64>().unwrap().abs() > 1000.0);
    all(&tx(&["type:income"]), |item| item["type"] == "income");
    all(&tx(&["acct:3333"]), |item| item["account"] == "a4");
    all(&tx(&["status:pending"]), |item| item["status"] == "pending");
    all(&tx(&["-b", "2026-04-01", "-e", "2026-04-10"]), |item| {
        ("2026-04-01".."2026-04-10").contains(&item["date"].as_str().unwrap())
    });
    let (coffee, rest) = (tx(&["coffee"])["total"].as_u64(), tx(&["not:coffee"])["total"].as_u64());
    assert_eq!(coffee.unwrap() + rest.unwrap(), tx(&[])["total"].as_u64().unwrap());
    assert_eq!(tx(&["id:t5"])["items"][0]["id"], "t5");
    env.snapshot("transactions-bad-query", &env.fails(2, &["tx", "amt:>lots"]));
    env.snapshot("transactions-bad-period", &env.fails(2, &["tx", "-p", "lastmoth"]));
}

#[test]
fn notes_tags_and_edits_are_the_owners() {
    let env = TestEnv::household();
    env.snapshot("transactions-note", &env.ok(&["tx", "note", "t1", "for the flat"]));
    assert_eq!(env.json(&["tx", "tag", "t1", "home", "shared"])["tags"], json!(["home", "shared"]));
    assert_eq!(env.json(&["tx", "tag", "t1", "home", "--remove"])["tags"], json!(["shared"]));
    let bank = env.json(&["tx", "show", "t1"]);
    let edited = env.json(&["tx", "edit", "t1", "--category", "groceries", "--payee", "Corner shop"]);
    assert_eq!((&edited["payee"], &edited["category"]["source"]), (&"Corner shop".into(), &"user".into()));
    assert_eq!(edited["category"]["id"], "FOOD_AND_DRINK_GROCERIES");
    assert_eq!(env.json(&["tx", "for the flat"])["total"], 1);
    assert_eq!(env.json(&["tx", "tag:shared"])["total"], 1);
    env.ok(&["sync"]);
    assert_eq!(env.json(&["tx", "show", "t1"]), edited, "a sync keeps what the owner wrote");
    let given_back = env.json(&["tx", "edit", "t1", "--category", "", "--payee", ""]);
    assert_eq!((&given_back["payee"], &given_back["category"]), (&bank["payee"], &bank["category"]));
    let before = env.json(&["tx", "show", "t1"]);
    for args in [&["note", "t1", "other"][..], &["tag", "t1", "more"], &["edit", "t1", "--payee", "Mine"]] {
        let planned = env.ok(&[&["tx"], args, &["--dry-run"]].concat());
        assert!(planned.stdout.is_empty() && planned.stderr.contains("would change t1 ("), "{planned}");
        assert_eq!(env.json(&["tx", "show", "t1"]), before, "{args:?}");
    }
    env.fails(5, &["tx", "note", "t999999", "x", "--dry-run"]);
    assert!(env.json(&["tx", "note", "t1", ""])["note"].is_null());
    env.snapshot("transactions-edit-nothing", &env.fails(2, &["tx", "edit", "t1"]));
    env.snapshot("transactions-unknown", &env.fails(5, &["tx", "note", "t999999", "x"]));
    env.snapshot("transactions-no-id", &env.fails(5, &["tx", "show", "coffee"]));
    env.fails(5, &["tx", "edit", "t1", "--category", "loan"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}
