//! What it costs to ask what holds, and when a sync looks.

use super::*;
use crate::{
    domain::{dates::Date, ids::TransactionId, standing::Remedy, sync::Health},
    store::{
        TransactionEdit,
        testing::{at, date, event, linked, page, steps, sync, txn},
    },
};

const NOW: &str = "2026-03-20T12:00:00Z";

fn today() -> Date {
    date("2026-03-20")
}

/// A book of so many syncs, each with old transactions, one taken back and a failure after it; the last days are the same.
fn grown(syncs: usize) -> Store {
    let mut store = linked();
    store.write(&event("init"), |tx| tx.set_environment("sandbox")).unwrap();
    for number in 0..syncs {
        let (year, month) = (2020 + number % 5, 1 + number % 12);
        let row = |at: usize| {
            let day = format!("{year}-{month:02}-{:02}", 1 + at);
            txn(&format!("old-{number}-{at}"), "check", &day, "-5000.00", &format!("SHOP {}", at % 7))
        };
        let gone = format!("old-{}-1", number.saturating_sub(1));
        sync(&mut store, &[page((0..20).map(row).collect(), &[&gone])], &format!("cursor-{number}"));
        let failed = |tx: &mut crate::store::Tx<'_>| {
            tx.sync_failed(crate::domain::ids::ConnectionId(1), at(NOW), Remedy::Nothing, &Health::default())
        };
        store.write(&event("sync"), failed).unwrap();
    }
    let fresh = ["2026-03-15", "2026-03-18"].map(|day| txn(&format!("new-{day}"), "card", day, "-900.00", "TV"));
    sync(&mut store, &[page(fresh.to_vec(), &[])], "last");
    look(&mut store, at(NOW), today()).unwrap();
    store
}

fn bounds() -> Bounds {
    Bounds {
        large_transaction: Some("500".parse().unwrap()),
        low_balance: Some("500".parse().unwrap()),
        ..Bounds::default()
    }
}

/// Everything that `status` reads of the book.
fn status(book: &Store) -> Vec<Alert> {
    book.connections_at(at(NOW)).unwrap();
    book.environment().unwrap();
    book.last_entry_at(crate::ops::review::SIGNED_OFF).unwrap();
    now((book, &[]), &bounds(), at(NOW), today()).unwrap()
}

#[test]
fn what_holds_is_read_at_the_same_cost_whatever_the_history() {
    let (mut small, mut large) = (grown(5), grown(150));
    let ((few, found), (many, same)) = (steps(&mut small, status), steps(&mut large, status));
    let said = |alerts: &[Alert]| alerts.iter().map(|alert| alert.message.clone()).collect::<Vec<_>>();
    assert_eq!(said(&found), said(&same));
    assert!(found.len() > 2, "{found:#?}");
    assert!(few > 0 && many <= few + few / 10, "{few} steps of 100 transactions, {many} of 3000");
    let scan = |book: &Store| book.recurrences(&Query::default(), Period::ALL, today()).unwrap().len();
    assert!(steps(&mut large, scan).0 > 10 * many, "the measure sees no scan");
}

#[test]
fn a_sync_looks_again_when_a_transaction_or_the_day_is_another() {
    let mut store = grown(2);
    let changes = |store: &mut Store, day: &str| {
        let before = store.epoch().unwrap();
        look(store, at(NOW), date(day)).unwrap();
        store.epoch().unwrap() - before
    };
    assert_eq!(changes(&mut store, "2026-03-20"), 0, "nothing is another");
    assert_eq!(changes(&mut store, "2026-03-21"), 1, "another day");
    assert_eq!(changes(&mut store, "2026-03-21"), 0);
    let payee = TransactionEdit { payee: Some(Some("Mine".to_owned())), ..TransactionEdit::default() };
    store.write(&event("edit"), |tx| tx.edit_transaction(TransactionId(1), &payee)).unwrap();
    assert_eq!(changes(&mut store, "2026-03-21"), 1, "another payee");
    sync(&mut store, &[page(vec![txn("more", "card", "2026-03-19", "-1.00", "TEA")], &[])], "more");
    assert_eq!(changes(&mut store, "2026-03-21"), 1, "one transaction more");
    assert!(store.check().unwrap().iter().all(|check| check.ok));
}
