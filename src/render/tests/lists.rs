//! Accounts, transactions, connections, sync.

use super::{
    book::{accounts, dollars, transactions},
    *,
};
use crate::domain::{
    ids::ConnectionId,
    standing::ConnectionState,
    views::{Accounts, ConnectionView, Listing, OutcomeKind, SyncLine, SyncOutcome, TransactionView},
};

#[test]
fn accounts_of_several_currencies_say_which() {
    insta::assert_snapshot!(print(&accounts(), &screen(110)));
}

#[test]
fn accounts_of_one_currency_name_it_once() {
    insta::assert_snapshot!(print(&dollars(), &screen(120)));
}

#[test]
fn accounts_stay_readable_on_narrow_screens() {
    insta::assert_snapshot!(print(&accounts(), &screen(60)));
    insta::assert_snapshot!(print(&accounts(), &screen(40)));
}

#[test]
fn transactions_fit_and_nothing_of_theirs_is_obeyed() {
    for width in [40, 60, 80, 200] {
        let text = print(&transactions(), &screen(width));
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}");
        insta::assert_snapshot!(format!("transactions_{width}"), text);
    }
}

#[test]
fn a_pipe_gets_every_column_whole_and_no_lines() {
    insta::assert_snapshot!(print(&transactions(), &file(Format::Table)));
}

#[test]
fn nothing_to_show_is_said_and_not_printed() {
    assert_eq!(
        print(&Accounts::new(Vec::new()).unwrap(), &screen(80)),
        "(there are no accounts; link a bank or add one)\n"
    );
    let none = Listing::<TransactionView>::all(Vec::new());
    assert_eq!(print(&none, &screen(80)), "(no transactions match)\n");
    assert!(print(&none, &file(Format::Csv)).starts_with("id,date,payee,"));
    assert_eq!(print(&none, &file(Format::Ndjson)), "");
}

#[test]
fn connections_and_what_a_sync_brought() {
    let connection = ConnectionView {
        provider: "plaid".to_owned(),
        id: ConnectionId(1),
        name: "First Platypus Bank".to_owned(),
        institution: Some("First Platypus Bank".to_owned()),
        state: ConnectionState::NeedsSignIn,
        action: Some("bursar link --repair c1".to_owned()),
        last_success_at: Some("2026-03-14T06:00:00Z".parse().unwrap()),
        bank_updated_at: None,
        consent_expires_at: None,
        error: Some("the login details of this item have changed".to_owned()),
        last_error: None,
        refused: 0,
        failed_products: Vec::new(),
    };
    insta::assert_snapshot!(print(&Listing::all(vec![connection]), &screen(100)));
    let line = |id, outcome, added, error: Option<&str>| SyncLine {
        id: ConnectionId(id),
        name: format!("Bank {id}"),
        outcome,
        added,
        modified: 0,
        removed: 2,
        refused: 0,
        refused_rows: Vec::new(),
        failed_products: Vec::new(),
        accounts_gone: Vec::new(),
        accounts_back: Vec::new(),
        bank_updated_at: Some("2026-03-15T05:30:00Z".parse().unwrap()),
        error: error.map(str::to_owned),
    };
    let lines = vec![line(1, OutcomeKind::Ok, 1500, None), line(2, OutcomeKind::Failed, 0, Some("the bank is down"))];
    insta::assert_snapshot!(print(&SyncOutcome::new(lines), &screen(100)));
}
