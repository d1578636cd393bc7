//! Payments that come back, read in one turn or in many.

use crate::{
    domain::{dates::Period, query::Query, transactions::ProviderTransaction},
    store::testing::{date, linked, page, steps, sync, txn},
};

#[test]
fn in_turns_the_same_comes_back_as_at_once() {
    let mut store = linked();
    let mut rows: Vec<ProviderTransaction> = Vec::new();
    for payee in 0..40 {
        for month in 1..=9 {
            // Every second payee is paid by the calendar, the others are not.
            let day = if payee % 2 == 0 { 5 } else { 1 + (month * (7 + payee)) % 27 };
            let (id, day) = (format!("t{payee}-{month}"), format!("2025-{month:02}-{day:02}"));
            rows.push(txn(&id, "check", &day, &format!("-{}.00", 10 + payee), &format!("PAYEE {}", "I".repeat(payee))));
        }
    }
    sync(&mut store, &[page(rows, &[])], "cursor");
    let (query, today) = (Query::default(), date("2025-09-20"));
    let mut read =
        |held| steps(&mut store, |book| book.recurrences_in_turns(&query, Period::ALL, today, held).unwrap());
    let (scan, at_once) = read(usize::MAX);
    assert!(at_once.len() >= 20, "{at_once:#?}");
    for held in [0, 1, 9, 10, 50, 100, 359, 360] {
        assert_eq!(read(held).1, at_once, "{held} held");
    }
    // A first turn that finds out, and then as few as there are parts of the payments, however payees are numbered.
    let (quarters, _) = read(90);
    assert!(quarters <= 8 * scan, "{quarters} steps of a quarter at a time, {scan} of all at once");
}
