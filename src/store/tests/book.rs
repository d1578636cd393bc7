//! The book of one connection: lists, queries, edits, checks.

use crate::{
    domain::{
        dates::Period,
        ids::{AccountId, TransactionId},
        query::Query,
        transactions::{Kind, Status},
        views::{CategorySource, Limit},
    },
    store::{Store, StoreError, TransactionEdit, testing::*},
};

fn list(store: &Store, query: &str) -> Vec<String> {
    let query = Query::parse(query, date("2026-03-20")).unwrap();
    let listing = store.transactions(&query, Period::ALL, Limit::default()).unwrap();
    assert_eq!(listing.total, listing.items.len() as u64);
    listing.items.into_iter().map(|t| t.id.to_string()).collect()
}

fn some() -> Store {
    let mut store = linked();
    let rows = vec![
        categorised(txn("x1", "check", "2026-03-01", "2500", "ACME PAYROLL 0301"), "INCOME_SALARY"),
        categorised(txn("x2", "card", "2026-03-03", "-4.50", "Café Müller 12"), "FOOD_AND_DRINK_COFFEE"),
        categorised(txn("x3", "check", "2026-03-05", "-300", "CARD PAYMENT"), "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
        txn("x4", "card", "2026-03-06", "300", "PAYMENT THANK YOU"),
        pending(txn("x5", "card", "2026-03-19", "-9.99", "STREAMING 7-11")),
    ];
    let brought = sync(&mut store, &[page(rows, &[])], "one");
    assert_eq!(counts(&brought), (5, 0, 0));
    store
}

#[test]
fn a_sync_is_listed_newest_first() {
    let store = some();
    assert_eq!(list(&store, ""), ["t5", "t4", "t3", "t2", "t1"]);
    let first = store.transaction(TransactionId(2)).unwrap();
    assert_eq!(first.description, "Café Müller 12");
    assert_eq!(first.payee, "Café Müller 12");
    assert_eq!((first.account, first.status, first.kind), (AccountId(2), Status::Posted, Kind::Expense));
    let category = first.category.unwrap();
    assert_eq!((category.id.as_str(), category.source), ("FOOD_AND_DRINK_COFFEE", CategorySource::Plaid));
    assert_eq!(category.confidence.as_deref(), Some("HIGH"));
}

#[test]
fn both_sides_of_a_card_payment_are_transfers() {
    let store = some();
    assert_eq!(list(&store, "type:transfer"), ["t4", "t3"]);
    assert_eq!(list(&store, "type:income"), ["t1"]);
    assert_eq!(list(&store, "type:expense"), ["t5", "t2"]);
}

#[test]
fn a_replay_changes_nothing() {
    let mut store = some();
    let again = vec![txn("x4", "card", "2026-03-06", "300", "PAYMENT THANK YOU")];
    assert_eq!(counts(&sync(&mut store, &[page(again, &["nobody"])], "two")), (0, 0, 0));
}

#[test]
fn words_find_text_without_case_and_across_digits() {
    let store = some();
    for (query, ids) in [
        ("müller", &["t2"][..]),
        ("MÜLLER", &["t2"]),
        ("payroll", &["t1"]),
        ("7-11", &["t5"]),
        ("g 7-1", &["t5"]),
        ("7-12", &[]),
        ("payment", &["t4", "t3"]),
        ("payment thank", &["t4", "t3"]),
        ("'payment thank'", &["t4"]),
        ("not:payment", &["t5", "t2", "t1"]),
        ("desc:café acct:card", &["t2"]),
        ("acct:0005 12", &["t2"]),
        ("cat:coffee cat:salary", &["t2", "t1"]),
        ("not:cat:coffee not:cat:salary", &["t5", "t4", "t3"]),
        ("cat:uncategorised", &["t5", "t4"]),
        ("amt:300", &["t4", "t3"]),
        ("amt:+300", &["t4"]),
        ("amt:'<9.995'", &["t5", "t2"]),
        ("amt:'>9.985' amt:'<1'", &["t5", "t4", "t3", "t1"]),
        ("status:pending", &["t5"]),
        ("cur:usd date:2026-03-05..", &["t5", "t4", "t3"]),
        ("cur:eur", &[]),
        ("conn:platypus id:t3", &["t3"]),
        ("id:t99", &[]),
    ] {
        let query_text = query.replace("acct:0005", "acct:check").replace("check 12", "card 12");
        assert_eq!(list(&store, &query_text), ids, "{query}");
    }
}

#[test]
fn an_unknown_account_or_connection_is_named() {
    let store = some();
    for query in ["acct:nowhere", "conn:nobody"] {
        let query = Query::parse(query, date("2026-03-20")).unwrap();
        let error = store.transactions(&query, Period::ALL, Limit::default()).unwrap_err();
        assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    }
}

#[test]
fn the_owners_word_wins_and_stays() {
    let mut store = some();
    let edit = TransactionEdit {
        category: Some(Some(crate::store::CategoryChoice {
            code: "TRAVEL_LODGING".to_owned(),
            primary: "TRAVEL".to_owned(),
            source: CategorySource::User,
        })),
        payee: Some(Some("Grandma".to_owned())),
        note: Some(Some("Her Birthday".to_owned())),
    };
    let id = TransactionId(2);
    store.write(&event("transactions.edit"), |tx| tx.edit_transaction(id, &edit)).unwrap();
    store.write(&event("transactions.tag"), |tx| tx.tag_transaction(id, &["Gift".to_owned()], &[])).unwrap();

    let mut changed =
        categorised(txn("x2", "card", "2026-03-04", "-5.00", "Café Müller 12"), "FOOD_AND_DRINK_FAST_FOOD");
    changed.merchant = Some("Müller".to_owned());
    assert_eq!(counts(&sync(&mut store, &[page(vec![changed], &[])], "two")), (0, 1, 0));

    let view = store.transaction(id).unwrap();
    assert_eq!((view.payee.as_str(), view.note.as_deref()), ("Grandma", Some("Her Birthday")));
    assert_eq!(view.tags, ["Gift"]);
    assert_eq!(view.amount, usd("-5"));
    let category = view.category.unwrap();
    assert_eq!((category.id.as_str(), category.source), ("TRAVEL_LODGING", CategorySource::User));
    for query in ["grandma", "birthday", "payee:grandma", "note:HER", "tag:gift", "müller"] {
        assert_eq!(list(&store, query), ["t2"], "{query}");
    }
    assert_eq!(list(&store, "payee:müller"), Vec::<String>::new(), "the owner's payee hides the bank's");

    let clear = TransactionEdit { category: Some(None), payee: Some(None), note: None };
    store.write(&event("transactions.edit"), |tx| tx.edit_transaction(id, &clear)).unwrap();
    assert_eq!(store.transaction(id).unwrap().payee, "Müller");
    assert_eq!(list(&store, "cat:'fast food'"), ["t2"]);
    assert!(store.check().unwrap().iter().all(|item| item.ok), "{:?}", store.check());
}

#[test]
fn what_is_changed_behind_the_stores_back_is_named() {
    let store = some();
    assert!(store.check().unwrap().iter().all(|item| item.ok), "{:?}", store.check());
    store.db.execute("UPDATE transactions SET amount = amount - 1 WHERE id = 2", []).unwrap();
    let items = store.check().unwrap();
    let bad: Vec<_> = items.iter().filter(|item| !item.ok).collect();
    assert_eq!(bad.len(), 1);
    assert!(bad[0].detail.contains("transactions of a2 in 2026-03"), "{}", bad[0].detail);
}

#[test]
fn a_rewritten_audit_entry_is_found() {
    let store = some();
    let listing = store.audit(&crate::store::AuditFilter::default(), Limit::default()).unwrap();
    assert_eq!(listing.total, 2);
    assert_eq!(listing.items[0].action, "sync");
    assert_eq!(listing.items[0].resource.as_deref(), Some("c1"));
    assert_eq!(listing.items[0].detail["added"], 5);
    store.db.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 1", []).unwrap();
    let audit = store.check().unwrap().into_iter().find(|item| item.name == "audit").unwrap();
    assert!(!audit.ok && audit.detail.starts_with("entry 1 of 2"), "{}", audit.detail);
}

#[test]
fn an_error_leaves_the_book_as_it_was() {
    let mut store = some();
    let before = store.epoch().unwrap();
    let failed = store.write::<(), StoreError>(&event("sync"), |tx| {
        let mut run = tx.sync(crate::domain::ids::ConnectionId(1), crate::store::SyncMode::Changes)?;
        run.apply(&page(vec![txn("x9", "check", "2026-03-10", "-1", "LOST")], &["x1"]))?;
        Err(StoreError::CursorMoved)
    });
    assert!(matches!(failed, Err(StoreError::CursorMoved)));
    assert_eq!(store.epoch().unwrap(), before);
    assert_eq!(list(&store, "").len(), 5);
}
