//! `bursar report recurring`, held against what the sandbox's households really do by the calendar.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::env::TestEnv;

/// What each household of the sandbox pays and earns by the calendar, whatever its seed: its labels. Everything else it
/// does (groceries, coffee, restaurants, errands, trips, refunds, fees of cash machines) it does on drawn days.
const LABELS: &[(&str, &str, usize)] = &[
    ("ACH CREDIT NORTHWIND STUDIO INVOICE", "quarterly", 1),
    ("Apple", "monthly", 1),
    ("Austin Energy", "monthly", 1),
    ("Austin Water", "quarterly", 1),
    ("Bluebonnet Mutual", "monthly", 1),
    ("CHECK", "bimonthly", 1),
    ("Contoso Robotics", "semimonthly", 1),
    ("INTEREST ACCRUED", "monthly", 1),
    ("INTRST PYMNT", "monthly", 2),
    ("IRS TREAS TAX REF", "yearly", 1),
    ("LAMAR COURT APARTMENTS RENT", "monthly", 1),
    ("Lady Bird Fitness", "monthly", 1),
    ("Longhorn Fiber", "monthly", 1),
    ("Mint Mobile", "monthly", 1),
    ("Netflix", "monthly", 1),
    ("OVERDRAFT ITEM FEE", "yearly", 1),
    ("PLAID MORTGAGE PAYMENT", "monthly", 1),
    ("PURCHASE INTEREST CHARGE", "four_monthly", 1),
    ("Spotify", "monthly", 1),
    ("The New York Times", "monthly", 1),
];

fn streams(report: &Value) -> BTreeSet<(String, String, usize)> {
    let mut seen = BTreeSet::new();
    for row in report["rows"].as_array().unwrap() {
        let (label, cadence) = (row["label"].as_str().unwrap(), row["cadence"].as_str().unwrap());
        let number = (1..99).find(|n| !seen.contains(&(label.to_owned(), cadence.to_owned(), *n))).unwrap();
        seen.insert((label.to_owned(), cadence.to_owned(), number));
    }
    seen
}

#[test]
fn finds_what_the_households_do_by_the_calendar_and_nothing_else() {
    let labels: BTreeSet<_> = LABELS
        .iter()
        .flat_map(|(label, cadence, times)| (1..=*times).map(|n| ((*label).to_owned(), (*cadence).to_owned(), n)))
        .collect();
    let (mut right, mut found, mut there) = (0, 0, 0);
    for seed in [1, 2, 3] {
        let mut env = TestEnv::new();
        env.bank_with(|config| config.seed = seed);
        env.init();
        env.link("ins_109508");
        let streams = streams(&env.json(&["report", "recurring"]));
        let missing: Vec<_> = labels.difference(&streams).collect();
        let wrong: Vec<_> = streams.difference(&labels).collect();
        right += labels.intersection(&streams).count();
        found += streams.len();
        there += labels.len();
        assert!(right * 100 >= found * 95, "precision {right} of {found}; seed {seed} invents {wrong:?}");
        assert!(right * 100 >= there * 95, "recall {right} of {there}; seed {seed} misses {missing:?}");
    }
}

#[test]
fn says_how_often_how_much_and_when_next() {
    let mut env = TestEnv::household();
    env.set("COLUMNS", "100");
    env.snapshot("recurring", &env.ok(&["report", "recurring"]));
    env.set("COLUMNS", "60");
    let narrow = env.ok(&["report", "recurring"]);
    assert!(narrow.stderr.contains("too narrow: ") && narrow.stderr.contains("A year"), "{narrow}");
    assert!(!narrow.stdout.contains("Spent a year"), "a sum of a column that is not shown: {narrow}");
    env.set("COLUMNS", "100");
    let csv = ["report", "recurring", "type:income", "--format", "csv"];
    env.snapshot("recurring-csv", &env.ok(&csv));
    let report = env.json(&["report", "recurring", "payee:netflix"]);
    env.snapshot("recurring-json", &env.ok(&["report", "recurring", "payee:netflix", "--json"]));
    assert_eq!(report["rows"][0]["yearly"]["minor"], 12 * report["rows"][0]["amount"]["minor"].as_i64().unwrap());
    assert_eq!(report["yearly_spent"][0], report["rows"][0]["yearly"]);
}

/// Days go by, a sync reads the bank, and of a payee nothing more came: what did is somebody else's.
pub(crate) fn days_without(env: &mut TestEnv, payee: &str, days: u32, today: &str) {
    for part in [days / 2, days - days / 2] {
        env.sandbox().advance(part);
        env.sandbox().sign_in();
    }
    env.set("BURSAR_TODAY", today);
    env.ok(&["sync"]);
    let came = env.json(&["transactions", &format!("payee:{payee}"), "-p", "2026-04-16.."]);
    for item in came["items"].as_array().unwrap() {
        env.ok(&["transactions", "edit", item["id"].as_str().unwrap(), "--payee", "Somebody else"]);
    }
}

#[test]
fn what_does_not_come_is_missed_and_then_left_out() {
    let mut env = TestEnv::household();
    let report = ["report", "recurring", "payee:netflix"];
    let unread = env.ok(&[&["--today", "2026-11-20"], &report[..]].concat());
    assert!(unread.stdout.contains("active"), "a bank that was not read has not told yet: {unread}");
    days_without(&mut env, "netflix", 35, "2026-05-20");
    let missed = env.ok(&report);
    assert!(missed.stdout.contains("missed"), "{missed}");
    assert!(missed.stderr.contains("Netflix was due on 2026-05-02 and has not come"), "{missed}");
    days_without(&mut env, "netflix", 31, "2026-06-20");
    let over = env.ok(&report);
    assert!(!over.stdout.contains("Netflix") && over.stderr.contains("nothing comes back"), "{over}");
    let ended = env.json(&[&report[..], &["--ended"]].concat());
    assert_eq!((&ended["rows"][0]["status"], &ended["rows"][0]["next"]), (&"ended".into(), &Value::Null));
    assert_eq!(ended["yearly_spent"], Value::Array(Vec::new()), "what has ended costs nothing");
}

#[test]
fn a_past_period_says_of_nothing_that_it_stayed_away() {
    let env = TestEnv::household();
    let key = |row: &Value| (row["label"].clone(), row["account"].clone(), row["last"].clone());
    let all = env.json(&["report", "recurring"]);
    let all: Vec<_> = all["rows"].as_array().unwrap().iter().map(|row| (key(row), row.clone())).collect();
    for args in [&["-p", "2025"][..], &["-p", "2025", "--ended"], &["date:2025"], &["-p", "2025-11"]] {
        let report = env.json(&[&["report", "recurring"], args].concat());
        let rows = report["rows"].as_array().unwrap();
        assert!(rows.len() > 10, "{report}");
        for row in rows {
            let (_, today) = all.iter().find(|(of_all, _)| *of_all == key(row)).unwrap_or_else(|| panic!("{row}"));
            for field in ["status", "next", "amount", "yearly"] {
                assert_eq!(row[field], today[field], "{row}");
            }
            assert!(row["first"].as_str().unwrap().starts_with("2025"), "{row}");
        }
    }
    let netflix = env.json(&["report", "recurring", "payee:netflix", "-p", "2025"])["rows"][0].clone();
    assert_eq!((&netflix["count"], &netflix["total"]["minor"]), (&12.into(), &(-12 * 1549).into()), "{netflix}");
    let before = env.json(&["report", "recurring", "payee:netflix", "-p", "2020"]);
    assert_eq!(before["rows"], Value::Array(Vec::new()));
}
