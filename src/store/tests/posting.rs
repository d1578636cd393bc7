//! From pending to posted, in every order in which a bank may say it.

use crate::{
    domain::{
        dates::Period,
        ids::{ConnectionId, TransactionId},
        query::Query,
        sync::{Delta, History},
        views::Limit,
    },
    store::{Store, SyncMode, TransactionEdit, testing::*},
};

fn noted(store: &mut Store, id: i64) {
    let edit = TransactionEdit { note: Some(Some("mine".to_owned())), ..TransactionEdit::default() };
    store.write(&event("transactions.note"), |tx| tx.edit_transaction(TransactionId(id), &edit)).unwrap();
}

/// Id, amount and note of every row, newest first.
fn rows(store: &Store) -> Vec<(String, String, Option<String>)> {
    assert!(store.check().unwrap().iter().all(|item| item.ok), "{:?}", store.check());
    let listing = store.transactions(&Query::default(), Period::ALL, Limit::default()).unwrap();
    listing.items.into_iter().map(|t| (t.id.to_string(), t.amount.decimal(), t.note)).collect()
}

fn announced() -> Store {
    let mut store = linked();
    sync(&mut store, &[page(vec![pending(txn("p", "card", "2026-03-10", "-20", "BISTRO 44"))], &[])], "one");
    noted(&mut store, 1);
    store
}

fn row(amount: &str) -> Vec<(String, String, Option<String>)> {
    vec![("t1".to_owned(), amount.to_owned(), Some("mine".to_owned()))]
}

#[test]
fn a_back_link_keeps_id_and_edits_in_either_order() {
    let posted = || replacing(txn("q", "card", "2026-03-12", "-23", "BISTRO"), "p");
    let orders = [
        vec![page(vec![posted()], &["p"])],
        vec![page(vec![posted()], &[]), page(vec![], &["p"])],
        vec![page(vec![], &["p"]), page(vec![posted()], &[])],
    ];
    for pages in orders {
        let mut store = announced();
        assert_eq!(counts(&sync(&mut store, &pages, "two")), (0, 1, 0));
        assert_eq!(rows(&store), row("-23.00"));
        assert_eq!(counts(&sync(&mut store, &pages, "three")), (0, 0, 0), "a replay");
        let all = page(vec![pending(txn("p", "card", "2026-03-10", "-20", "BISTRO 44"))], &[]);
        assert_eq!(counts(&sync(&mut store, &[all, pages[0].clone()], "four")), (0, 0, 0), "an older replay");
        assert_eq!(rows(&store), row("-23.00"));
    }
}

#[test]
fn a_back_link_counts_across_runs() {
    let mut store = announced();
    assert_eq!(counts(&sync(&mut store, &[page(vec![], &["p"])], "two")), (0, 0, 1));
    assert!(rows(&store).is_empty());
    let posted = replacing(txn("q", "card", "2026-03-12", "-23", "BISTRO"), "p");
    assert_eq!(counts(&sync(&mut store, &[page(vec![posted], &[])], "three")), (1, 0, 0));
    assert_eq!(rows(&store), row("-23.00"));
}

#[test]
fn without_a_link_account_amount_and_name_decide() {
    let orders = [
        vec![page(vec![txn("q", "card", "2026-03-13", "-20", "Bistro 9")], &["p"])],
        vec![page(vec![], &["p"]), page(vec![txn("q", "card", "2026-03-13", "-20", "Bistro 9")], &[])],
    ];
    for pages in orders {
        let mut store = announced();
        assert_eq!(counts(&sync(&mut store, &pages, "two")), (0, 1, 0));
        assert_eq!(rows(&store), row("-20.00"));
        assert_eq!(counts(&sync(&mut store, &pages, "three")), (0, 0, 0), "a replay");
    }
}

#[test]
fn another_amount_name_or_account_is_another_purchase() {
    for other in [
        txn("q", "card", "2026-03-13", "-19", "BISTRO"),
        txn("q", "card", "2026-03-13", "-28", "BISTRO"),
        txn("q", "card", "2026-03-18", "-23", "BISTRO"),
        txn("q", "card", "2026-03-13", "-20", "BAR"),
        txn("q", "check", "2026-03-13", "-20", "BISTRO"),
        txn("q", "card", "2026-03-25", "-20", "BISTRO"),
    ] {
        let mut store = announced();
        assert_eq!(counts(&sync(&mut store, &[page(vec![other.clone()], &["p"])], "two")), (1, 0, 1));
        let left = rows(&store);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].2, None, "{other:?}");
    }
}

#[test]
fn a_tip_costs_nobody_a_note() {
    let tipped = || txn("q", "card", "2026-03-12", "-23", "BISTRO");
    let mut store = announced();
    assert_eq!(counts(&sync(&mut store, &[page(vec![tipped()], &["p"])], "two")), (0, 1, 0));
    assert_eq!(rows(&store), row("-23.00"));
    let mut store = announced();
    sync(&mut store, &[page(vec![tipped()], &[])], "two");
    sync(&mut store, &[page(vec![], &["p"])], "three");
    assert_eq!(rows(&store), [("t2".to_owned(), "-23.00".to_owned(), Some("mine".to_owned()))]);
}

#[test]
fn a_pending_row_after_the_posted_one_that_names_it_is_not_a_second_purchase() {
    let late = || pending(txn("p", "card", "2026-03-10", "-20", "BISTRO 44"));
    let posted = || replacing(txn("q", "card", "2026-03-12", "-20", "BISTRO"), "p");
    let mut store = linked();
    assert_eq!(counts(&sync(&mut store, &[page(vec![posted(), late()], &[])], "one")), (1, 0, 0));
    assert_eq!(counts(&sync(&mut store, &[page(vec![late()], &[])], "two")), (0, 0, 0));
    assert_eq!(rows(&store).len(), 1);
}

#[test]
fn a_full_run_of_a_history_that_has_only_begun_takes_back_nothing() {
    for (history, left) in [(History::NotReady, 3), (History::Initial, 3), (History::Complete, 1)] {
        let mut store = linked();
        let rows_of =
            |count: i8| (1..=count).map(|day| txn(&format!("x{day}"), "card", &format!("2026-03-0{day}"), "-5", "A"));
        sync(&mut store, &[page(rows_of(3).collect(), &[])], "one");
        let begun = Delta { history, ..page(rows_of(1).collect(), &[]) };
        sync_as(&mut store, ConnectionId(1), SyncMode::Full, &[begun], "two").unwrap();
        assert_eq!(rows(&store).len(), left, "{history:?}");
    }
}

#[test]
fn a_posted_row_that_came_first_takes_the_edits_of_the_pending_one() {
    let mut store = announced();
    assert_eq!(
        counts(&sync(&mut store, &[page(vec![txn("q", "card", "2026-03-13", "-20", "BISTRO")], &[])], "two")),
        (1, 0, 0)
    );
    assert_eq!(counts(&sync(&mut store, &[page(vec![], &["p"])], "three")), (0, 0, 1));
    assert_eq!(rows(&store), [("t2".to_owned(), "-20.00".to_owned(), Some("mine".to_owned()))]);
}

#[test]
fn a_row_that_comes_back_has_its_edits() {
    let mut store = announced();
    sync(&mut store, &[page(vec![], &["p"])], "two");
    let back = pending(txn("p", "card", "2026-03-10", "-20", "BISTRO 44"));
    assert_eq!(counts(&sync(&mut store, &[page(vec![back], &[])], "three")), (1, 0, 0));
    assert_eq!(rows(&store), row("-20.00"));
}

#[test]
fn a_full_run_takes_back_what_no_longer_comes() {
    let mut store = announced();
    let others = vec![txn("a", "check", "2026-03-01", "-1", "A"), txn("b", "check", "2026-03-02", "-2", "B")];
    sync(&mut store, &[page(others.clone(), &[])], "two");
    let again = page(vec![others[1].clone(), txn("c", "check", "2026-03-03", "-3", "C")], &[]);
    let brought = sync_as(&mut store, ConnectionId(1), SyncMode::Full, &[again], "three").unwrap();
    assert_eq!(counts(&brought), (1, 0, 2));
    assert_eq!(rows(&store).into_iter().map(|row| row.1).collect::<Vec<_>>(), ["-3.00", "-2.00"]);
}

#[test]
fn an_unknown_account_is_kept_under_a_placeholder() {
    let mut store = linked();
    let brought = sync(&mut store, &[page(vec![txn("x", "elsewhere", "2026-03-01", "-1", "A")], &[])], "one");
    assert_eq!((brought.added, brought.notes.len()), (1, 1));
    assert_eq!(rows(&store).len(), 1);
    assert_eq!(store.accounts().unwrap()[2].name, "Unknown account");
}

#[test]
fn an_empty_cursor_is_no_progress() {
    let mut store = linked();
    sync(&mut store, &[page(vec![], &[])], "");
    assert_eq!(store.connection(ConnectionId(1)).unwrap().cursor, None);
    sync(&mut store, &[page(vec![], &[])], "one");
    sync(&mut store, &[page(vec![], &[])], "");
    assert_eq!(store.connection(ConnectionId(1)).unwrap().cursor.as_deref(), Some("one"));
}
