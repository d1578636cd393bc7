//! Sync under fire: whatever happens on the way, the book ends as that of a bank that behaved.
//!
//! [`CASES`] is the table of docs/plaid.md, and each of its lines is tried on the finished binary.

use std::sync::atomic::Ordering;

use super::CHANGES;
use crate::env::{TestEnv, impostor};
use bursar::sandbox::{Config, Fault};

/// What the bank or the way to it does, and what a sync makes of it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) fault: Fault,
    /// How often it strikes.
    pub(crate) times: u32,
    /// How the sync is started.
    pub(crate) with: &'static [&'static str],
    pub(crate) code: i32,
    pub(crate) outcome: &'static str,
    pub(crate) saved: &'static str,
    /// How the book is made whole once the bank behaves.
    pub(crate) mend: &'static [&'static str],
}

pub(crate) const ALWAYS: u32 = 1000;
pub(crate) const ALL: &str = "everything";
pub(crate) const NOTHING: &str = "nothing of this connection; it stays as it was";
pub(crate) const BUT_ONE: &str = "everything but that row, which is listed and remembered";
pub(crate) const PLAIN: &[&str] = &["sync"];
const FULL: &[&str] = &["sync", "--full"];

pub(crate) const fn case(fault: Fault, times: u32, code: i32, outcome: &'static str, saved: &'static str) -> Case {
    Case { fault, times, with: PLAIN, code, outcome, saved, mend: PLAIN }
}

/// A case whose row comes right with the whole history only: the bank does not send it again by itself.
const fn mended_by_full(case: Case) -> Case {
    Case { mend: FULL, ..case }
}

/// A case of several pages.
const fn of_pages(case: Case) -> Case {
    Case { with: FULL, ..case }
}

const PASSES: &str = "asked again, with a pause";
pub(crate) const STOPS: &str = "stops; the next sync asks again";
const WHOLE: &str = "the whole history is read and matched by id; edits stay, what no longer comes is taken back";
const REFUSED: &str = "the row is refused by name; `sync --full` brings it";

const CASES: &[Case] = &[
    of_pages(case(Fault::Mutation, 3, 0, "the loop starts again at its first cursor", ALL)),
    of_pages(case(Fault::Mutation, ALWAYS, 9, "five new starts, then it stops", NOTHING)),
    case(Fault::MutationForever, ALWAYS, 0, WHOLE, ALL),
    case(Fault::CursorNotAssociated, 1, 0, WHOLE, ALL),
    case(Fault::NotReady, 1, 0, "nothing to read yet; the cursor stays", "what was there"),
    case(Fault::NeverEndingCursor, ALWAYS, 9, "stops after a hundred empty pages", NOTHING),
    case(Fault::RateLimit, 1, 0, "waits as long as it is told, up to 20 s, and asks again", ALL),
    case(Fault::RateLimit, ALWAYS, 9, "three times, then it stops", NOTHING),
    case(Fault::RateLimitBare, 1, 0, PASSES, ALL),
    case(Fault::RateLimitBare, ALWAYS, 9, "three times, then it stops", NOTHING),
    case(Fault::InternalError, 1, 0, PASSES, ALL),
    case(Fault::InternalError, ALWAYS, 9, "three times, then it stops", NOTHING),
    case(Fault::Maintenance, 1, 0, PASSES, ALL),
    case(Fault::Maintenance, ALWAYS, 9, "three times, then it stops", NOTHING),
    case(Fault::InstitutionDown, 1, 9, STOPS, NOTHING),
    case(Fault::LoginRequired, 1, 8, "the owner has to sign in again", NOTHING),
    case(Fault::CreditsExhausted, 1, 7, STOPS, NOTHING),
    case(Fault::InvalidKeys, 1, 4, "the keys have to be mended", NOTHING),
    case(Fault::Slow, 1, 0, "waited for, up to two minutes", ALL),
    case(Fault::Trickle, 1, 0, "waited for, up to two minutes", ALL),
    Case {
        with: &["sync", "--max-runtime", "1s"],
        ..case(Fault::Trickle, 1, 3, "with `--max-runtime`: stops when the time is up", NOTHING)
    },
    case(Fault::DropConnection, 1, 0, PASSES, ALL),
    case(Fault::DropConnection, ALWAYS, 9, "three times, then it stops", NOTHING),
    case(Fault::Truncated, 1, 0, PASSES, ALL),
    case(Fault::Truncated, ALWAYS, 9, "three times, then it stops", NOTHING),
    case(Fault::HugeBody, 1, 9, "stops reading at 32 MiB", NOTHING),
    case(Fault::Html, 1, 9, STOPS, NOTHING),
    case(Fault::WrongType, 1, 9, STOPS, NOTHING),
    case(Fault::NanAmount, 1, 9, STOPS, NOTHING),
    case(Fault::DuplicateInPage, 1, 0, "the row is kept once", ALL),
    mended_by_full(case(Fault::AddedAndRemoved, 1, 0, "the row is a tombstone", ALL)),
    mended_by_full(case(Fault::UnknownAccount, 1, 0, "the row is kept under a placeholder, with a warning", ALL)),
    mended_by_full(case(Fault::FutureDate, 1, 0, "the row is kept with the date that the bank gives", ALL)),
    mended_by_full(case(
        Fault::ChangedCurrency,
        1,
        0,
        "account and row get the new currency; nothing is converted",
        ALL,
    )),
    mended_by_full(case(Fault::EscapeSequences, 1, 0, "kept as it came, made harmless when shown", ALL)),
    case(Fault::UnknownField, 1, 0, "ignored", ALL),
    mended_by_full(case(Fault::BadAmount, 1, 3, REFUSED, BUT_ONE)),
    mended_by_full(case(Fault::HugeAmount, 1, 3, REFUSED, BUT_ONE)),
    mended_by_full(case(Fault::UnknownCurrency, 1, 3, REFUSED, BUT_ONE)),
    mended_by_full(case(Fault::ImpossibleDate, 1, 3, REFUSED, BUT_ONE)),
    mended_by_full(case(Fault::MissingField, 1, 3, REFUSED, BUT_ONE)),
    mended_by_full(case(Fault::WrongKind, 1, 3, REFUSED, BUT_ONE)),
    mended_by_full(case(Fault::AmountAsText, 1, 3, REFUSED, BUT_ONE)),
    case(Fault::ItemNotFound, 1, 3, "the connection is gone and not asked any more", NOTHING),
];

/// What a book holds, whatever its row numbers.
pub(crate) fn plain(env: &TestEnv) -> String {
    let fields = "date,payee,amount,currency,account,status,note,tags";
    let transactions = env.ok(&["tx", "--format", "csv", "--fields", fields, "--limit", "100000"]);
    let accounts = env.ok(&["accounts", "--format", "csv", "--fields", "name,mask,currency,current,status"]);
    let mut lines: Vec<&str> = transactions.stdout.lines().chain(accounts.stdout.lines()).collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Two households at two banks alike, with the owner's words on one transaction of each; the second bank behaves.
fn twins() -> [TestEnv; 2] {
    [(), ()].map(|()| {
        let env = TestEnv::household();
        env.ok(&["tx", "note", "t1", "mine"]);
        env.ok(&["tx", "tag", "t2", "watched"]);
        env
    })
}

fn total(env: &TestEnv) -> u64 {
    env.json(&["tx", "--limit", "1"])["total"].as_u64().unwrap()
}

/// Faults that leave a row in the book that is not what the bank has.
const DISTORTS: [Fault; 4] = [Fault::UnknownAccount, Fault::FutureDate, Fault::ChangedCurrency, Fault::EscapeSequences];

/// Tries cases one after the other on the same book.
fn under_fire(from: &[Fault]) {
    let [env, undisturbed] = twins();
    for case in CASES.iter().filter(|case| from.contains(&case.fault)) {
        let name = format!("{} x{}", case.fault.name(), case.times);
        for env in [&env, &undisturbed] {
            env.sandbox().advance(1);
        }
        let before = plain(&env);
        env.sandbox().faults_at(case.fault, CHANGES, case.times);
        let output = env.run(&[case.with, &["--json"]].concat());
        assert_eq!(output.status, case.code, "{name}: {output}");
        let left = env.sandbox().waits(case.fault);
        assert!(if case.times == ALWAYS { left < Some(ALWAYS) } else { left.is_none() }, "{name} never struck");
        if case.saved == NOTHING {
            assert_eq!(plain(&env), before, "{name} left something half-done");
        }
        env.sandbox().clear_faults();
        if case.saved == ALL || case.saved == BUT_ONE {
            // What the run itself saved, before anything is mended.
            undisturbed.ok(PLAIN);
            let lost = u64::from(case.saved == BUT_ONE || case.fault == Fault::AddedAndRemoved);
            assert_eq!(total(&env) + lost, total(&undisturbed), "{name} saved more or less");
            let exact = lost == 0 && !DISTORTS.contains(&case.fault);
            assert!(!exact || plain(&env) == plain(&undisturbed), "{name} saved something else");
        }
        if case.fault == Fault::ItemNotFound {
            assert_eq!(env.json(&["connections"])["items"][0]["state"], "gone");
            return;
        }
        env.ok(case.mend);
        undisturbed.ok(PLAIN);
        assert_eq!(plain(&env), plain(&undisturbed), "after {name}");
    }
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_stream_that_moves() {
    under_fire(&[Fault::MutationForever, Fault::CursorNotAssociated, Fault::NotReady, Fault::NeverEndingCursor]);
}

#[test]
fn a_storm_of_changes() {
    under_fire(&[Fault::Mutation]);
}

#[test]
fn limits() {
    under_fire(&[Fault::RateLimit, Fault::RateLimitBare, Fault::CreditsExhausted]);
}

#[test]
fn a_provider_in_trouble() {
    under_fire(&[Fault::InternalError, Fault::Maintenance, Fault::InstitutionDown]);
}

#[test]
fn a_way_that_breaks() {
    under_fire(&[Fault::DropConnection, Fault::Truncated]);
}

#[test]
fn a_slow_way() {
    under_fire(&[Fault::Slow, Fault::Trickle, Fault::HugeBody]);
}

#[test]
fn answers_that_are_none() {
    under_fire(&[Fault::Html, Fault::WrongType, Fault::NanAmount, Fault::LoginRequired, Fault::InvalidKeys]);
}

#[test]
fn rows_that_no_page_should_have() {
    under_fire(&[
        Fault::DuplicateInPage,
        Fault::AddedAndRemoved,
        Fault::UnknownAccount,
        Fault::FutureDate,
        Fault::ChangedCurrency,
        Fault::EscapeSequences,
    ]);
}

#[test]
fn rows_that_cannot_be_kept() {
    under_fire(&[
        Fault::UnknownField,
        Fault::BadAmount,
        Fault::HugeAmount,
        Fault::UnknownCurrency,
        Fault::ImpossibleDate,
        Fault::MissingField,
        Fault::WrongKind,
        Fault::AmountAsText,
    ]);
}

#[test]
fn a_connection_that_is_gone() {
    under_fire(&[Fault::ItemNotFound]);
}

#[test]
fn what_no_longer_comes_is_taken_back_and_keeps_its_edits() {
    let env = TestEnv::household();
    let newest = env.json(&["tx", "status:posted", "--limit", "1000"])["items"].clone();
    let total = env.json(&["tx"])["total"].as_u64().unwrap();
    for row in newest.as_array().unwrap() {
        env.ok(&["tx", "note", row["id"].as_str().unwrap(), "kept"]);
        if newest.as_array().unwrap().len() > 20 && row == &newest[3] {
            break;
        }
    }
    env.sandbox().take_back();
    env.sandbox().fault(Fault::MutationForever, None);
    let run = env.json(&["sync"]);
    assert_eq!((&run["added"], &run["modified"], &run["removed"]), (&0.into(), &0.into(), &1.into()), "{run}");
    assert_eq!(env.json(&["tx"])["total"], total - 1);
    env.sandbox().give_back();
    let run = env.json(&["sync"]);
    assert_eq!((&run["added"], &run["removed"]), (&1.into(), &0.into()), "{run}");
    assert_eq!(env.json(&["tx"])["total"], total);
    assert_eq!(env.json(&["tx", "note:kept"])["total"], 4, "the owner's words came back with the row");
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_history_that_is_not_ready_for_minutes_is_no_error_and_no_progress() {
    let mut env = TestEnv::new();
    env.bank_with(|config: &mut Config| config.progress.not_ready = 4);
    env.init();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    for _ in 0..4 {
        assert_eq!(env.json(&["sync"])["added"], 0);
        assert_eq!(env.json(&["connections"])["items"][0]["state"], "syncing");
    }
    assert!(env.json(&["sync"])["added"].as_u64().unwrap() > 100);
    assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
}

/// The table of a page of documentation.
pub(crate) fn table(cases: &[Case]) -> String {
    use std::fmt::Write as _;
    let mut table = "<!-- faults -->\n| `sandbox fault` | how often | what a sync does | exit | what is saved |\n|---|---|---|---:|---|\n".to_owned();
    for Case { fault, times, code, outcome, saved, .. } in cases {
        let times = if *times == ALWAYS { "always".to_owned() } else { times.to_string() };
        let _ = writeln!(table, "| `{}` | {times} | {outcome} | {code} | {saved} |", fault.name());
    }
    table.push_str("<!-- end -->\n");
    table
}

#[test]
fn the_table_in_the_documentation_is_this_one() {
    let table = table(CASES);
    let docs = include_str!("../../docs/plaid.md");
    assert!(docs.contains(&table), "docs/plaid.md does not hold this table as it is now:\n{table}");
    // These are none of the change stream's: tests/link.rs, tests/connections/, tests/products.rs, tests/simplefin/.
    let others = [
        Fault::RedirectRefused,
        Fault::AccountChurn,
        Fault::AccountChurnRemoved,
        Fault::BadProductRow,
        Fault::ConsentMissing,
        Fault::ItemError,
    ];
    let elsewhere = |fault: Fault| others.contains(&fault) || fault.name().starts_with("simplefin-");
    let missing = |fault: &&Fault| !elsewhere(**fault) && CASES.iter().all(|case| case.fault != **fault);
    let missing: Vec<&str> = Fault::ALL.iter().filter(missing).map(|fault| fault.name()).collect();
    assert!(missing.is_empty(), "no sync was tried against {missing:?}");
}

#[test]
fn who_cannot_prove_to_be_the_bank_is_sent_nothing() {
    let mut env = TestEnv::household();
    let (before, address) = (plain(&env), env.sandbox().base_url.clone());
    for speaks_tls in [true, false] {
        let (impostor, read) = impostor(speaks_tls);
        env.set("BURSAR_PLAID_BASE_URL", &impostor);
        let output = env.fails(9, &["sync", "--json"]);
        let error = output.error()["message"].as_str().unwrap().to_owned();
        assert!(error.contains("the secure connection to Plaid") || error.contains("certificate"), "{error}");
        assert_eq!(read.load(Ordering::SeqCst), 0, "keys or a token went out");
        assert_eq!(plain(&env), before);
    }
    env.set("BURSAR_PLAID_BASE_URL", &address);
    env.ok(PLAIN);
    assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
}
