//! A sync of SimpleFIN under fire: whatever a server does, the book ends as that of one that behaved.
//!
//! [`CASES`] is the table of docs/simplefin.md, and each of its lines is tried on the finished binary.

use std::sync::atomic::Ordering;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bursar::sandbox::Fault;
use jiff::{ToSpan as _, civil::Date};
use serde_json::json;

use super::{ACCOUNTS, all, bridge, guard_access, link, token_file};
use crate::{
    env::{TODAY, TestEnv, impostor},
    sync::fire::{ALL, ALWAYS, BUT_ONE, Case, NOTHING, PLAIN, STOPS, case, plain, table},
};

const REFUSED: &str = "the row is refused by name, and comes with the next sync that it fits";
const WAITED: &str = "waited for, up to two minutes";

const CASES: &[Case] = &[
    case(Fault::InternalError, 1, 9, STOPS, NOTHING),
    case(Fault::Maintenance, 1, 9, STOPS, NOTHING),
    case(
        Fault::RateLimit,
        1,
        9,
        "stops; a call too many is not asked again by itself, whatever `Retry-After` says",
        NOTHING,
    ),
    case(Fault::RateLimitBare, 1, 9, STOPS, NOTHING),
    case(Fault::SimplefinNotFound, 1, 9, STOPS, NOTHING),
    case(Fault::SimplefinRevoked, 1, 8, "stops; the owner gives a new access: `link simplefin --repair`", NOTHING),
    case(Fault::SimplefinPayment, 1, 7, "stops; the owner pays the server, and the next sync asks again", NOTHING),
    case(Fault::SimplefinMalformed, 1, 9, STOPS, NOTHING),
    case(Fault::MissingField, 1, 9, "stops; the field is named", NOTHING),
    case(Fault::WrongKind, 1, 9, STOPS, NOTHING),
    case(Fault::Html, 1, 9, STOPS, NOTHING),
    case(Fault::WrongType, 1, 9, STOPS, NOTHING),
    case(Fault::HugeBody, 1, 9, "stops reading at 32 MiB", NOTHING),
    case(Fault::DropConnection, 1, 9, STOPS, NOTHING),
    case(Fault::Truncated, 1, 9, STOPS, NOTHING),
    case(Fault::Slow, 1, 0, WAITED, ALL),
    case(Fault::Trickle, 1, 0, WAITED, ALL),
    Case {
        with: &["sync", "--max-runtime", "1s"],
        ..case(Fault::Trickle, 1, 3, "with `--max-runtime`: stops when the time is up", NOTHING)
    },
    case(
        Fault::SimplefinErrlist,
        1,
        3,
        "the sentence is shown, and those days are asked for until they are whole",
        "what came",
    ),
    case(Fault::SimplefinSignIn, 1, 8, "the sentence is shown; the owner signs in at the server", "what came"),
    case(Fault::SimplefinAccountGone, 1, 0, "the account keeps its history and its pending rows", "what came"),
    case(Fault::SimplefinCurrency, 1, 0, "the account and its rows are in that currency; nothing is converted", ALL),
    case(Fault::SimplefinOld, ALWAYS, 0, "version 1 is read", ALL),
    case(Fault::DuplicateInPage, 1, 0, "the row is kept once", ALL),
    case(Fault::FutureDate, 1, 0, "the row is kept with the date that the bank gives", ALL),
    case(Fault::ChangedCurrency, 1, 0, "account and rows get the new currency; nothing is converted", ALL),
    case(Fault::EscapeSequences, 1, 0, "kept as it came, made harmless when shown", ALL),
    case(Fault::UnknownField, 1, 0, "ignored", ALL),
    case(
        Fault::UnknownCurrency,
        1,
        3,
        "the account is refused by name, and its rows with it",
        "everything but that account",
    ),
    case(Fault::BadAmount, 1, 3, REFUSED, BUT_ONE),
    case(Fault::HugeAmount, 1, 3, REFUSED, BUT_ONE),
    case(Fault::NanAmount, 1, 3, REFUSED, BUT_ONE),
    case(Fault::ImpossibleDate, 1, 3, REFUSED, BUT_ONE),
];

/// Tries cases one after the other on the same book, each on a day of its own: a server lets 24 calls happen a day.
fn under_fire(from: &[Fault]) {
    let mut twins = [(), ()].map(|()| {
        let env = bridge();
        link(&env, 1);
        env.ok(&["tx", "note", "t1", "mine"]);
        env.ok(&["tx", "tag", "t2", "watched"]);
        env
    });
    let mut day: Date = TODAY.parse().unwrap();
    for case in CASES.iter().filter(|case| from.contains(&case.fault)) {
        let name = format!("{} x{}", case.fault.name(), case.times);
        day = day.checked_add(1.day()).unwrap();
        for env in &mut twins {
            env.sandbox().advance(1);
            env.set("BURSAR_TODAY", day.to_string());
        }
        let [env, undisturbed] = &twins;
        let before = plain(env);
        env.sandbox().faults_at(case.fault, ACCOUNTS, case.times);
        let output = env.run(&[case.with, &["--json"]].concat());
        assert_eq!(output.status, case.code, "{name}: {output}");
        let left = env.sandbox().waits(case.fault);
        assert!(if case.times == ALWAYS { left < Some(ALWAYS) } else { left.is_none() }, "{name} never struck");
        if case.saved == NOTHING {
            assert_eq!(plain(env), before, "{name} left something half-done");
            let state = env.json(&["connections"])["items"][0]["state"].clone();
            assert_eq!(state == "healthy", case.code == 3, "{name}: {state}");
        }
        if case.saved == BUT_ONE {
            let rows = &output.json()["connections"][0]["refused_rows"];
            assert_eq!(
                (rows.as_array().unwrap().len(), &rows[0]["kind"]),
                (1, &json!("transaction")),
                "{name}: {output}"
            );
        }
        if case.saved == "what came" {
            assert_eq!(output.json()["removed"], 0, "{name} took something away: {output}");
        }
        env.sandbox().clear_faults();
        env.ok(case.mend);
        undisturbed.ok(PLAIN);
        assert_eq!(plain(env), plain(undisturbed), "after {name}");
    }
    assert_eq!(twins[0].json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_server_in_trouble() {
    under_fire(&[
        Fault::InternalError,
        Fault::Maintenance,
        Fault::RateLimit,
        Fault::RateLimitBare,
        Fault::SimplefinNotFound,
        Fault::SimplefinRevoked,
        Fault::SimplefinPayment,
    ]);
}

#[test]
fn answers_that_are_none() {
    under_fire(&[
        Fault::SimplefinMalformed,
        Fault::MissingField,
        Fault::WrongKind,
        Fault::Html,
        Fault::WrongType,
        Fault::HugeBody,
        Fault::DropConnection,
        Fault::Truncated,
    ]);
}

#[test]
fn a_slow_way() {
    under_fire(&[Fault::Slow, Fault::Trickle]);
}

#[test]
fn answers_with_holes() {
    under_fire(&[Fault::SimplefinErrlist, Fault::SimplefinSignIn, Fault::SimplefinAccountGone, Fault::SimplefinOld]);
}

#[test]
fn rows_that_no_answer_should_have() {
    under_fire(&[
        Fault::SimplefinCurrency,
        Fault::DuplicateInPage,
        Fault::FutureDate,
        Fault::ChangedCurrency,
        Fault::EscapeSequences,
        Fault::UnknownField,
    ]);
}

#[test]
fn what_cannot_be_kept() {
    under_fire(&[Fault::UnknownCurrency, Fault::BadAmount, Fault::HugeAmount, Fault::NanAmount, Fault::ImpossibleDate]);
}

#[test]
fn the_table_in_the_documentation_is_this_one() {
    let table = table(CASES);
    let docs = include_str!("../../docs/simplefin.md");
    assert!(docs.contains(&table), "docs/simplefin.md does not hold this table as it is now:\n{table}");
    // A claim's: tests/simplefin.rs; other ids: tests/simplefin/adopt.rs.
    let elsewhere = [Fault::SimplefinClaimed, Fault::SimplefinNewIds];
    let missing = Fault::ALL.iter().filter(|fault| {
        let ours = fault.name().starts_with("simplefin-") && !elsewhere.contains(fault);
        ours && CASES.iter().all(|case| case.fault != **fault)
    });
    let missing: Vec<&str> = missing.map(|fault| fault.name()).collect();
    assert!(missing.is_empty(), "no sync was tried against {missing:?}");
}

#[test]
fn who_cannot_prove_to_be_the_server_is_sent_nothing() {
    for speaks_tls in [true, false] {
        let env = bridge();
        let (impostor, read) = impostor(speaks_tls);
        let address = impostor.trim_start_matches("https://");
        let password = "0123456789abcdef";
        env.guard(password);
        env.leave_behind(&json!({
            "provider": "simplefin", "environment": "sandbox", "item_id": "simplefin-0123", "institution": "SimpleFIN",
            "access_token": format!("https://somebody:{password}@{address}/simplefin"), "institution_id": null
        }));
        // The first command takes in what was left, the second has something to ask for.
        env.ok(&["sync"]);
        let refused = env.fails(9, &["sync", "--json"]);
        assert!(
            refused.error()["message"].as_str().unwrap().contains("the secure connection to the SimpleFIN"),
            "{refused}"
        );
        let claim = STANDARD.encode(format!("{impostor}/simplefin/claim/1-abc"));
        let file = env.secret_file("impostor", &claim);
        env.fails(9, &["link", "simplefin", "--token-file", file.to_str().unwrap(), "--yes"]);
        assert_eq!(read.load(Ordering::SeqCst), 0, "an access or a setup token went out");
        assert!(all(&env).is_empty());
        let connections = env.json(&["connections"]);
        assert_eq!(
            (&connections["total"], &connections["items"][0]["state"]),
            (&json!(1), &json!("failing")),
            "{connections}"
        );
        assert_eq!(env.json(&["metrics"])["connections"][0]["calls_today"], 0, "nothing left");
        let file = token_file(&env, 1);
        env.ok(&["link", "simplefin", "--repair", "c1", "--token-file", &file, "--yes"]);
        guard_access(&env, 1);
        env.ok(PLAIN);
        assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
    }
}

#[test]
fn a_claim_that_finds_nothing_spends_no_setup_token() {
    let env = bridge();
    let file = token_file(&env, 1);
    let claimed = |env: &TestEnv| env.run(&["link", "simplefin", "--token-file", &file, "--yes", "--no-sync"]);
    env.sandbox().fault(Fault::SimplefinNotFound, None);
    let refused = claimed(&env);
    assert!(refused.status == 9 && refused.stderr.contains("HTTP 404"), "{refused}");
    assert_eq!(env.json(&["connections"])["total"], 0);
    let linked = claimed(&env);
    assert_eq!(linked.status, 0, "{linked}");
    guard_access(&env, 1);
}

#[test]
fn a_clock_that_was_set_back_takes_no_pending_row_away() {
    let env = bridge();
    link(&env, 1);
    let pending = env.json(&["tx", "status:pending", "-p", "2020..2030"])["total"].clone();
    assert!(pending.as_u64() > Some(0));
    for day in ["2026-04-05", "2026-03-01", TODAY] {
        let synced = env.json(&["--today", day, "sync"]);
        assert_eq!((&synced["added"], &synced["removed"]), (&json!(0), &json!(0)), "{day}: {synced}");
        assert_eq!(env.json(&["tx", "status:pending", "-p", "2020..2030"])["total"], pending, "{day}");
    }
}
