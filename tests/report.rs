//! `bursar report`.

use serde_json::Value;

use crate::env::TestEnv;

const REPORTS: [&[&str]; 8] = [
    &["summary"],
    &["spending", "-p", "2026-03"],
    &["spending", "--by", "primary", "--monthly", "-p", "2026-01..2026-04"],
    &["income", "-p", "2026-03"],
    &["cashflow", "--monthly", "-p", "2026-01..2026-03"],
    &["networth"],
    &["categories", "-p", "2026-03"],
    &["merchants", "-p", "2026-03", "--top", "5"],
];

#[test]
fn every_report_at_two_widths() {
    let mut env = TestEnv::household();
    for width in ["80", "50"] {
        env.set("COLUMNS", width);
        for (number, report) in REPORTS.iter().enumerate() {
            let args = [&["report"], *report].concat();
            env.snapshot(&format!("report-{}-{number}-{width}", report[0]), &env.ok(&args));
        }
    }
    env.snapshot(
        "report-spending-csv",
        &env.ok(&["report", "spending", "--monthly", "-p", "2026-02..2026-03", "--top", "3", "--format", "csv"]),
    );
    env.snapshot("report-spending-json", &env.ok(&["report", "spending", "-p", "2026-03", "--top", "1", "--json"]));
    env.snapshot("report-summary-json", &env.ok(&["report", "--json"]));
    env.snapshot("report-spending-nothing", &env.ok(&["report", "spending", "-p", "1999"]));
    env.snapshot("report-spending-by", &env.fails(2, &["report", "spending", "--by", "colour"]));
    env.set("COLUMNS", "80");
    let worth = env.ok(&["report", "networth", "--monthly", "-p", "2026"]);
    env.snapshot("report-networth-monthly", &worth);
    assert_eq!(worth.stderr.matches("Plaid CD").count(), 1, "what is not known is said once");
    let year = env.ok(&["report", "spending", "--monthly", "--by", "total", "-p", "thisyear"]);
    assert!(year.stdout.contains("2026-04") && !year.stdout.contains("2026-05"), "the future has no columns: {year}");
}

fn minor(value: &Value) -> i64 {
    value["minor"].as_i64().unwrap()
}

#[test]
fn rows_add_up_to_their_totals_and_to_the_transactions() {
    let env = TestEnv::household();
    for report in &REPORTS[1..] {
        let answer = env.json(&[&["report"], *report].concat());
        for field in ["report", "begin", "end", "interval", "by", "rows", "totals"] {
            assert!(answer.get(field).is_some(), "{field} in {report:?}");
        }
        for row in answer["rows"].as_array().unwrap() {
            for field in ["label", "currency", "periods", "total", "share"] {
                assert!(row.get(field).is_some(), "{field} in {row}");
            }
            if report[0] != "networth" {
                let columns = row["periods"].as_array().unwrap().iter().map(|period| minor(&period["amount"]));
                assert_eq!(columns.sum::<i64>(), minor(&row["total"]), "{row}");
            }
        }
    }
    let spending = env.json(&["report", "spending", "-p", "2026-03"]);
    let expenses = env.json(&["tx", "type:expense", "-p", "2026-03"]);
    let spent: i64 = expenses["items"].as_array().unwrap().iter().map(|item| -minor(&item["amount"])).sum();
    assert_eq!(minor(&spending["totals"][0]), spent, "spending is positive, and all of it");
    let rows: i64 = spending["rows"].as_array().unwrap().iter().map(|row| minor(&row["total"])).sum();
    assert_eq!(rows, spent);

    let summary = env.json(&["report", "summary"]);
    for field in [
        "net_worth",
        "assets",
        "debts",
        "total_limit",
        "utilization",
        "credit_score",
        "accounts_count",
        "connections_count",
        "last_synced",
    ] {
        assert!(summary.get(field).is_some(), "{field} in {summary}");
    }
    assert_eq!(summary["net_worth"][0], env.json(&["accounts"])["totals"][0]["net"]);
    let worth = env.json(&["report", "networth"]);
    let net = worth["rows"].as_array().unwrap().iter().find(|row| row["label"] == "net").unwrap();
    assert_eq!(net["total"], summary["net_worth"][0]);
}
