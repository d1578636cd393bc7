//! Which transactions are news: by their date, and those that came late.

use crate::{
    domain::{
        ids::ConnectionId,
        sync::{Delta, History},
    },
    store::{Event, Store, SyncMode, news::NEWS, testing::*},
};

fn on(day: &str) -> Event {
    Event { at: at(&format!("{day}T12:00:00Z")), action: "sync".to_owned(), resource: None }
}

fn sync_on(store: &mut Store, day: &str, mode: SyncMode, page: Delta) {
    sync_at(store, &on(day), (ConnectionId(1), mode), &[page], day).unwrap();
}

fn row(id: &str, day: &str) -> crate::domain::transactions::ProviderTransaction {
    txn(id, "check", day, "-700.00", id)
}

/// The descriptions of what is news on a day.
fn news(store: &Store, day: &str) -> Vec<String> {
    let is_large = |amount: crate::domain::money::Money| amount.minor <= -50_000;
    let mut news: Vec<String> =
        store.news(on(day).at, date(day), is_large).unwrap().into_iter().map(|view| view.description).collect();
    news.sort();
    news
}

/// A connection whose history came on the first of March.
fn known() -> Store {
    let mut store = linked();
    sync_on(
        &mut store,
        "2026-03-01",
        SyncMode::Changes,
        page(vec![row("old", "2025-06-01"), row("new", "2026-02-27")], &[]),
    );
    store
}

#[test]
fn a_history_is_no_news_and_what_comes_late_is_for_a_week() {
    let mut store = known();
    assert_eq!(news(&store, "2026-03-01"), ["new"]);
    let mut late = page(vec![row("late", "2026-03-03"), row("soon", "2026-03-19")], &[]);
    late.added.push(txn("small", "check", "2026-03-02", "-1.00", "small"));
    sync_on(&mut store, "2026-03-20", SyncMode::Changes, late);
    for (day, expected) in
        [("2026-03-20", &["late", "soon"][..]), ("2026-03-26", &["late", "soon"]), ("2026-03-27", &[])]
    {
        assert_eq!(news(&store, day), expected, "{day}");
    }
    sync_on(&mut store, "2026-03-29", SyncMode::Changes, page(Vec::new(), &[]));
    let left: i64 = store.db.query_row("SELECT count(*) FROM late_arrivals", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "old notes go");
    assert!(store.check().unwrap().iter().all(|check| check.ok));
}

#[test]
fn what_is_read_as_a_history_is_no_news_whenever_it_comes() {
    // All of it again, which brings a row that was not there.
    let mut store = known();
    let again = page(vec![row("old", "2025-06-01"), row("new", "2026-02-27"), row("found", "2025-07-01")], &[]);
    sync_on(&mut store, "2026-03-20", SyncMode::Full, again);
    assert!(news(&store, "2026-03-20").is_empty());
    // The second part of a first history, weeks later.
    let mut store = linked();
    let first = Delta { history: History::Initial, ..page(vec![row("new", "2026-02-27")], &[]) };
    sync_on(&mut store, "2026-03-01", SyncMode::Changes, first);
    sync_on(&mut store, "2026-03-20", SyncMode::Changes, page(vec![row("old", "2025-06-01")], &[]));
    assert!(news(&store, "2026-03-20").is_empty());
    sync_on(&mut store, "2026-03-21", SyncMode::Changes, page(vec![row("late", "2026-03-02")], &[]));
    assert_eq!(news(&store, "2026-03-21"), ["late"], "from then on what comes late is told");
    // An account that was added.
    let mut store = known();
    let mut added = page(vec![txn("other", "added", "2025-06-01", "-700.00", "other")], &[]);
    added.accounts.push(account("added", crate::domain::accounts::AccountType::Depository, "1"));
    sync_on(&mut store, "2026-03-20", SyncMode::Changes, added);
    assert!(news(&store, "2026-03-20").is_empty());
    // A bank that gives an account new ids.
    let many = |count: usize| page((0..count).map(|number| row(&format!("n{number}"), "2025-06-01")).collect(), &[]);
    for (count, told) in [(1000, 1000), (1001, 0)] {
        let mut store = known();
        sync_on(&mut store, "2026-03-20", SyncMode::Changes, many(count));
        assert_eq!(news(&store, "2026-03-20").len(), told);
    }
}

#[test]
fn late_ones_go_with_their_connection_and_when_the_bank_takes_them_back() {
    let mut store = known();
    sync_on(
        &mut store,
        "2026-03-20",
        SyncMode::Changes,
        page(vec![row("late", "2026-03-03"), row("kept", "2026-03-03")], &[]),
    );
    sync_on(&mut store, "2026-03-21", SyncMode::Changes, page(Vec::new(), &["late"]));
    assert_eq!(news(&store, "2026-03-21"), ["kept"]);
    store.write(&event("purge"), |tx| tx.purge_connection(ConnectionId(1))).unwrap();
    assert!(news(&store, "2026-03-21").is_empty());
    assert!(store.check().unwrap().iter().all(|check| check.ok));
}

#[test]
fn news_are_read_from_indexes() {
    let store = known();
    let mut statement = store.db.prepare(&format!("EXPLAIN QUERY PLAN {NEWS}")).unwrap();
    let plan: Vec<String> = statement.query_map((1, 1), |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("USING COVERING INDEX transactions_by_date (date>?)"), "{plan}");
    assert!(plan.contains("SEARCH t USING INTEGER PRIMARY KEY") && !plan.contains("SCAN t"), "{plan}");
    let of = |sql: &str| -> String {
        let mut statement = store.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        statement.query_row([1], |row| row.get(3)).unwrap()
    };
    let runs = of(crate::store::alerts::LAST_RUNS);
    assert!(runs.contains("USING COVERING INDEX sync_runs_ended (connection=?)"), "{runs}");
    let entry = of(crate::store::uses::LAST_ENTRY);
    assert!(entry.contains("USING INDEX audit_action (action=?)"), "{entry}");
}
