//! How SQLite reads: every report is one walk along a covering index.

use rusqlite::params_from_iter;

use crate::{
    domain::{
        dates::{Interval, Period},
        query::Query,
        views::{Grouping, SumRequest},
    },
    store::{Store, balances, filter::Clause, pairing, testing::*, transactions},
};

fn plan(store: &Store, clause: &Clause) -> String {
    let mut statement = store.db.prepare(&format!("EXPLAIN QUERY PLAN {}", clause.sql)).unwrap();
    let marks = statement.parameter_count();
    let params = clause.params.iter().cloned().chain([1.into(), 1.into()]).take(marks);
    let rows = statement.query_map(params_from_iter(params), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

fn query(text: &str) -> Query {
    Query::parse(text, date("2026-03-20")).unwrap()
}

fn some() -> Store {
    let mut store = linked();
    let row = categorised(txn("x", "card", "2026-03-03", "-4.50", "CAFE"), "FOOD_AND_DRINK_COFFEE");
    sync(&mut store, &[page(vec![row], &[])], "one");
    store
}

const WHOLE: &str = "USING COVERING INDEX transactions_by_date";

#[test]
fn reports_stay_within_a_covering_index() {
    let store = some();
    let queries =
        ["", "type:expense", "cat:food", "acct:check", "status:posted", "amt:'>50'", "cur:usd", "not:type:transfer"];
    for grouping in Grouping::ALL {
        for text in queries {
            for period in [Period::ALL, Period::parse("2026", date("2026-03-20")).unwrap()] {
                let request = SumRequest { query: query(text), period, interval: Some(Interval::Monthly), grouping };
                let plan = plan(&store, &store.sums_sql(&request).unwrap());
                assert!(plan.contains(WHOLE) && plan.lines().count() == 1, "{grouping:?} {text}: {plan}");
            }
        }
    }
}

#[test]
fn the_history_of_payees_stays_within_one_in_order() {
    let store = some();
    for text in ["", "type:expense", "acct:check"] {
        for period in [Period::ALL, Period::parse("2026", date("2026-03-20")).unwrap()] {
            let plan = plan(&store, &store.series_sql(&query(text), period, &(0..9)).unwrap());
            assert!(plan.contains(WHOLE) && !plan.contains("TEMP B-TREE"), "{text}: {plan}");
        }
    }
}

#[test]
fn balances_and_transfers_stay_within_one_too() {
    let store = some();
    let of = |sql: &str| plan(&store, &Clause { sql: sql.to_owned(), params: Vec::new() });
    let flows = of(balances::FLOWS);
    assert!(flows.contains("USING COVERING INDEX transactions_by_account"), "{flows}");
    assert!(!flows.contains("TEMP B-TREE"), "{flows}");
    let transfers = of(pairing::SCAN);
    assert!(transfers.contains(WHOLE) && !transfers.contains("TEMP B-TREE"), "{transfers}");
}

#[test]
fn lists_begin_at_an_index() {
    let store = some();
    let ids =
        |text: &str, period: Period| plan(&store, &transactions::ids_sql(&store.filter(&query(text), period).unwrap()));
    let month = Period::parse("2026-03", date("2026-03-20")).unwrap();
    let newest = ids("", Period::ALL);
    assert!(newest.contains(WHOLE) && !newest.contains("TEMP B-TREE FOR ORDER BY"), "{newest}");
    let register = ids("acct:check", month);
    assert!(
        register.contains("COVERING INDEX transactions_by_account (account=? AND date>? AND date<?)"),
        "{register}"
    );
    let words = ids("cafe", Period::ALL);
    assert!(words.contains("USING COVERING INDEX transactions_by_phrase (phrase=?)"), "{words}");
    assert!(!words.contains("SCAN t"), "{words}");
}
