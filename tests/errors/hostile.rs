//! Data from the bank that would break a weaker program: refused by name, or made harmless.

use bursar::sandbox::Fault;

use super::{bank::linked, hints_can_be_run};
use crate::env::TestEnv;

/// A first sync with one row that cannot be kept exactly: named and left out, everything else is there.
fn left_out(fault: Fault, name: &str) {
    let (env, whole) = (linked(), linked());
    whole.ok(&["sync"]);
    env.sandbox().fault(fault, None);
    let output = env.fails(3, &["sync"]);
    hints_can_be_run(&env, &output);
    assert!(output.stderr.contains("was not kept"), "{output}");
    env.snapshot(&format!("errors-{name}"), &output);
    let total = |env: &TestEnv| env.json(&["transactions"])["total"].as_u64().unwrap();
    assert_eq!(total(&env) + 1, total(&whole));
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn an_amount_of_1e400() {
    left_out(Fault::BadAmount, "amount-1e400");
}

#[test]
fn an_amount_of_nineteen_digits() {
    left_out(Fault::HugeAmount, "amount-nineteen-digits");
}

#[test]
fn an_unknown_currency() {
    left_out(Fault::UnknownCurrency, "unknown-currency");
}

#[test]
fn the_thirtieth_of_february() {
    left_out(Fault::ImpossibleDate, "thirtieth-of-february");
}

/// `NaN` is not JSON, so there is no row to leave out: nothing of the answer counts, and the next sync brings it all.
#[test]
fn an_amount_that_is_no_number() {
    let env = linked();
    env.sandbox().fault(Fault::NanAmount, None);
    let output = env.fails(9, &["sync"]);
    hints_can_be_run(&env, &output);
    env.snapshot("errors-amount-nan", &output);
    assert_eq!(env.json(&["transactions"])["total"], 0, "nothing half-done is kept");
    env.ok(&["sync"]);
    assert!(env.json(&["transactions"])["total"].as_u64().unwrap() > 100);
}

/// What a terminal would obey: C0 without line break and tab, DEL, C1, and the marks that reorder text.
fn is_hostile(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn harmless(env: &TestEnv, args: &[&str]) {
    let output = env.ok(args);
    let found = output.stdout.chars().find(|c| is_hostile(*c));
    assert!(found.is_none(), "{found:?} in the output of {args:?}\n{output}");
}

#[test]
fn a_merchant_that_would_take_over_the_terminal() {
    let env = linked();
    env.sandbox().fault(Fault::EscapeSequences, None);
    env.ok(&["sync"]);
    for format in ["table", "json", "ndjson", "csv", "tsv", "markdown"] {
        harmless(&env, &["transactions", "--limit", "5000", "--format", format]);
        harmless(&env, &["report", "spending", "--by", "merchant", "--period", "2024-01..2026-12", "--format", format]);
    }
}

#[test]
fn a_cell_that_a_spreadsheet_would_run() {
    let env = linked();
    env.ok(&["sync"]);
    let first = env.json(&["transactions", "--limit", "1"])["items"][0]["id"].clone();
    env.ok(&["transactions", "note", first.as_str().unwrap(), "=cmd|'/C calc'!A0"]);
    let csv = env.ok(&["transactions", "note:calc", "--format", "csv"]);
    assert!(csv.stdout.contains("'=cmd"), "{csv}");
}
