//! Connections, accounts, balances, sums, link sessions, consents, credentials, the log of syncs.

use crate::{
    domain::{
        accounts::AccountType,
        dates::{Interval, Period},
        ids::{AccountId, ConnectionId, InstitutionId, TransactionId},
        money::{Currency, Money},
        query::Query,
        standing::{ConnectionState, Remedy},
        sync::{Health, ItemError},
        transactions::{Counterparty, Kind, Location, Status},
        views::{AccountStatus, Grouping, Limit, Sum, SumRequest},
    },
    store::{AccountEdit, IntentState, NewIntent, Store, StoreError, SyncMode, testing::*},
};

fn write(store: &mut Store, change: impl FnOnce(&mut crate::store::Tx<'_>) -> crate::store::Result<()>) {
    store.write(&event("test"), change).unwrap();
}

#[test]
fn accounts_follow_the_bank_and_keep_the_owners_words() {
    let mut store = linked();
    sync(&mut store, &[page(vec![], &[])], "one");
    let edit = AccountEdit { name: Some("Daily".to_owned()), hidden: Some(true), ..AccountEdit::default() };
    write(&mut store, |tx| tx.edit_account(AccountId(1), &edit));
    let renamed = account("check", AccountType::Depository, "70");
    write(&mut store, |tx| tx.set_accounts(ConnectionId(1), &[renamed]).map(|_| ()));

    let accounts = store.accounts().unwrap();
    assert_eq!((accounts[0].name.as_str(), accounts[0].status), ("Daily", AccountStatus::Hidden));
    assert_eq!(accounts[0].balance.current, Some(usd("70")));
    assert_eq!(accounts[0].institution.as_deref(), Some("First Platypus Bank"));
    assert_eq!(accounts[1].status, AccountStatus::Closed, "it vanished");
    let history = store.balance_history(Period::ALL).unwrap();
    assert_eq!(history.len(), 2, "one balance an account and day");
    assert_eq!((history[0].date, history[0].balance), (date("2026-03-20"), usd("70")));

    assert_eq!(store.find_account("daily").unwrap().id, AccountId(1));
    assert_eq!(store.find_account("a2").unwrap().id, AccountId(2));
    assert_eq!(store.find_account("004").unwrap().id, AccountId(2), "by mask");
    assert!(matches!(store.find_account("nobody"), Err(StoreError::NotFound { noun: "account", .. })));
    let clear = AccountEdit { name: Some(String::new()), ..AccountEdit::default() };
    write(&mut store, |tx| tx.edit_account(AccountId(1), &clear));
    let Err(StoreError::Ambiguous { candidates, .. }) = store.find_account("account c") else { panic!() };
    assert_eq!(candidates, ["a1 Account check", "a2 Account card"]);
    assert!(store.check().unwrap().iter().all(|item| item.ok), "{:?}", store.check());
}

#[test]
fn an_owners_word_on_an_account_decides_what_its_transactions_are() {
    let mut store = linked();
    let rows =
        vec![txn("back", "check", "2026-03-10", "25", "SHOP REFUND"), txn("out", "check", "2026-03-11", "-10", "SHOP")];
    sync(&mut store, &[page(rows.clone(), &[])], "one");
    let kinds = |store: &Store| [1, 2].map(|id| store.transaction(TransactionId(id)).unwrap().kind);
    assert_eq!(kinds(&store), [Kind::Income, Kind::Expense]);
    let say = |kind| AccountEdit { kind: Some(kind), ..AccountEdit::default() };
    write(&mut store, |tx| tx.edit_account(AccountId(1), &say(Some(AccountType::Credit))));
    assert_eq!(kinds(&store), [Kind::Expense, Kind::Expense], "money into a card is a refund");
    sync(&mut store, &[page(rows, &[])], "two");
    assert_eq!(kinds(&store), [Kind::Expense, Kind::Expense]);
    assert_eq!(store.account(AccountId(1)).unwrap().kind, AccountType::Credit);
    write(&mut store, |tx| tx.edit_account(AccountId(1), &say(None)));
    assert_eq!(kinds(&store), [Kind::Income, Kind::Expense]);
    assert!(store.check().unwrap().iter().all(|item| item.ok), "{:?}", store.check());
}

#[test]
fn connections_show_what_mends_them() {
    let mut store = linked();
    let error = ItemError {
        code: "ITEM_LOGIN_REQUIRED".to_owned(),
        message: "sign in again".to_owned(),
        request_id: Some("r1".to_owned()),
    };
    let health = Health { error: Some(error), ..Health::default() };
    let began = at("2026-03-20T11:00:00Z");
    write(&mut store, |tx| tx.sync_failed(ConnectionId(1), began, Remedy::SignIn, &health));
    let view = store.find_connection("platypus").unwrap();
    assert_eq!(view.state, ConnectionState::NeedsSignIn);
    assert_eq!(view.action.as_deref(), Some("bursar link --repair c1"));
    assert_eq!(view.error.as_deref(), Some("sign in again"));

    // What never got as far as the connection says nothing of it.
    for remedy in [Remedy::Wait, Remedy::Keys, Remedy::Plan] {
        let error = ItemError { code: "network".to_owned(), message: "down".to_owned(), request_id: None };
        let down = Health { error: Some(error), ..Health::default() };
        write(&mut store, |tx| tx.sync_failed(ConnectionId(1), began, remedy, &down));
        assert_eq!(store.find_connection("c1").unwrap(), view, "{remedy:?}");
    }
    assert_eq!(store.failures_in_a_row().unwrap(), [(ConnectionId(1), 3)], "but it is in the log");

    sync(&mut store, &[page(vec![], &[])], "one");
    let view = store.find_connection("c1").unwrap();
    assert_eq!((view.state, view.error, view.last_success_at), (ConnectionState::Healthy, None, Some(event("").at)));
    let log = store.sync_log(None, Limit::default()).unwrap();
    let outcomes: Vec<_> = log.items.iter().map(|run| (run.outcome.as_str(), run.request_id.as_deref())).collect();
    assert_eq!(outcomes.first(), Some(&("ok", None)));
    assert_eq!(outcomes.last(), Some(&("reauth", Some("r1"))));

    let ends = |end: Option<&str>, consent_is_read| Health {
        consent_expires_at: end.map(at),
        consent_is_read,
        ..Health::default()
    };
    let end = |store: &Store| store.find_connection("c1").unwrap().consent_expires_at.map(|at| at.to_string());
    for (health, expected) in [
        (ends(Some("2026-06-01T00:00:00Z"), true), Some("2026-06-01T00:00:00Z")),
        (ends(None, false), Some("2026-06-01T00:00:00Z")),
        (ends(None, true), None),
    ] {
        write(&mut store, |tx| tx.set_health(ConnectionId(1), Remedy::Nothing, &health));
        assert_eq!(end(&store).as_deref(), expected, "{health:?}");
    }

    let bank = InstitutionId("ins_1".to_owned());
    write(&mut store, |tx| tx.set_institution(ConnectionId(1), &bank, "Platypus"));
    assert_eq!(store.known_accounts().unwrap().len(), 2);
    write(&mut store, |tx| tx.rename_connection(ConnectionId(1), Some("Mine")));
    write(&mut store, |tx| tx.set_token(ConnectionId(1), b"other"));
    assert_eq!(store.connection(ConnectionId(1)).unwrap().token.as_deref(), Some(&b"other"[..]));
    write(&mut store, |tx| tx.remove_connection(ConnectionId(1)));
    assert_eq!(store.find_connection("mine").unwrap().state, ConnectionState::Removed);
    assert_eq!(store.connection(ConnectionId(1)).unwrap().token, None);
    let gone = sync_as(&mut store, ConnectionId(1), SyncMode::Changes, &[], "two");
    assert!(matches!(gone, Err(StoreError::NotFound { noun: "connection", .. })));
    assert!(store.known_accounts().unwrap().is_empty());
}

#[test]
fn a_connection_is_added_once() {
    let mut store = linked();
    let again = store.write(&event("link"), |tx| {
        tx.add_connection(&crate::store::NewConnection {
            provider: "plaid",
            environment: "sandbox",
            item_id: &"item-1".into(),
            institution_id: None,
            institution: None,
            token: b"",
        })
    });
    assert!(matches!(again, Err(StoreError::Exists { noun: "connection", .. })));
}

fn sums(store: &Store, words: &str, interval: Option<Interval>, grouping: Grouping) -> Vec<Sum> {
    let query = Query::parse(words, date("2026-03-20")).unwrap();
    store.sums(&SumRequest { query, period: Period::ALL, interval, grouping }).unwrap()
}

fn shown(sums: &[Sum]) -> Vec<String> {
    sums.iter()
        .map(|s| {
            let begin = s.begin.map(|d| d.to_string()).unwrap_or_default();
            format!("{begin} {} {:?} {} x{}", s.group.label, s.kind, s.amount, s.count)
        })
        .collect()
}

#[test]
fn sums_keep_buckets_groups_kinds_and_currencies_apart() {
    let mut store = linked();
    let mut euro = txn("e", "card", "2026-02-28", "-1", "BAR");
    euro.amount = Money::parse("-7.50", Currency::iso("EUR").unwrap()).unwrap();
    let rows = vec![
        categorised(txn("a", "card", "2026-02-01", "-10", "SHOP 1"), "FOOD_AND_DRINK_GROCERIES"),
        categorised(txn("b", "card", "2026-02-15", "-5", "SHOP 2"), "FOOD_AND_DRINK_GROCERIES"),
        categorised(txn("c", "card", "2026-03-01", "2", "SHOP 3"), "FOOD_AND_DRINK_COFFEE"),
        categorised(txn("d", "check", "2026-03-02", "100", "PAY"), "INCOME_SALARY"),
        euro,
    ];
    sync(&mut store, &[page(rows, &[])], "one");
    assert_eq!(
        shown(&sums(&store, "", Some(Interval::Monthly), Grouping::Primary)),
        [
            "2026-02-01  Expense -7.50 EUR x1",
            "2026-02-01 Food and drink Expense -15.00 USD x2",
            "2026-03-01 Food and drink Expense 2.00 USD x1",
            "2026-03-01 Income Income 100.00 USD x1",
        ]
    );
    assert_eq!(
        shown(&sums(&store, "type:expense cur:usd", None, Grouping::Institution)),
        [" First Platypus Bank Expense -13.00 USD x3"]
    );
    assert_eq!(shown(&sums(&store, "shop", None, Grouping::Account)), [" Account card Expense -13.00 USD x3"]);
    assert_eq!(
        shown(&sums(&store, "acct:card", None, Grouping::Payee)),
        [" BAR Expense -7.50 EUR x1", " SHOP Expense -13.00 USD x3"]
    );
    assert_eq!(
        shown(&sums(&store, "", Some(Interval::Yearly), Grouping::Connection)).len(),
        3,
        "two currencies of expense, one income"
    );
    let flows = store.flows(date("2026-03-01")).unwrap();
    assert_eq!(flows.daily.len(), 2);
    assert_eq!(flows.since, [(AccountId(1), date("2026-03-02")), (AccountId(2), date("2026-02-01"))]);
}

#[test]
fn a_sum_beyond_64_bits_is_an_error_and_not_a_number() {
    let mut store = linked();
    let most = usd("92233720368547758.07");
    let mut rows = vec![txn("a", "check", "2026-03-01", "1", "A"), txn("b", "check", "2026-03-01", "1", "B")];
    for row in &mut rows {
        row.amount = most;
    }
    sync(&mut store, &[page(rows, &[])], "one");
    let request =
        SumRequest { query: Query::default(), period: Period::ALL, interval: None, grouping: Grouping::Total };
    assert!(matches!(store.sums(&request), Err(StoreError::Overflow(_))));
}

#[test]
fn everything_the_provider_said_comes_back() {
    let mut store = linked();
    let mut row = categorised(txn("a", "card", "2026-03-01", "-10", "SHOP 0042 *X"), "FOOD_AND_DRINK_GROCERIES");
    row.pending_id = Some("before".into());
    row.authorized_date = Some(date("2026-02-27"));
    row.datetime = Some(at("2026-03-01T10:11:12.345Z"));
    row.authorized_datetime = Some(at("2026-02-27T00:00:00Z"));
    row.original_description = Some("shop0042 raw".to_owned());
    row.merchant = Some("Shop".to_owned());
    row.merchant_entity_id = Some("m1".to_owned());
    row.website = Some("shop.example".to_owned());
    row.payment_channel = Some("in store".to_owned());
    row.check_number = Some("7".to_owned());
    row.counterparties = vec![Counterparty {
        name: "Shop".to_owned(),
        kind: "merchant".to_owned(),
        entity_id: None,
        website: None,
        confidence: Some("HIGH".to_owned()),
    }];
    row.location = Some(Location { city: Some("Köln".to_owned()), ..Location::default() });
    row.details = vec![("reference_number".to_owned(), "R".to_owned())];
    let plain = pending(txn("b", "check", "2026-03-01", "-10", ""));
    sync(&mut store, &[page(vec![row.clone(), plain.clone()], &[])], "one");
    assert_eq!(store.transaction_facts(TransactionId(1)).unwrap(), row);
    assert_eq!(store.transaction_facts(TransactionId(2)).unwrap(), plain);
    let view = store.transaction(TransactionId(2)).unwrap();
    assert_eq!((view.status, view.kind, view.payee.as_str()), (Status::Pending, Kind::Expense, ""));
}

#[test]
fn link_sessions_survive_until_they_are_done() {
    let mut store = store();
    let new = NewIntent {
        environment: "sandbox",
        mode: "hosted",
        connection: None,
        sealed: Some(b"token"),
        expires_at: at("2026-03-20T18:00:00Z"),
        detail: Some("{}"),
    };
    let id = store.write(&event("link"), |tx| tx.add_intent(&new)).unwrap();
    let open = |store: &Store, now| store.open_intents(at(now)).unwrap().len();
    assert_eq!(open(&store, "2026-03-20T17:59:00Z"), 1);
    assert_eq!(open(&store, "2026-03-20T18:01:00Z"), 0, "six hours are over");
    write(&mut store, |tx| tx.advance_intent(id, IntentState::Exchanging, Some(b"public")));
    assert_eq!(open(&store, "2026-03-21T18:01:00Z"), 1, "an exchange is never forgotten");
    let kept = store.intent(id).unwrap().unwrap();
    assert_eq!((kept.state, kept.sealed.as_deref()), (IntentState::Exchanging, Some(&b"public"[..])));
    write(&mut store, |tx| tx.advance_intent(id, IntentState::Done, None));
    assert_eq!(store.intent(id).unwrap().unwrap().sealed, None);
    assert_eq!(open(&store, "2026-03-20T17:59:00Z"), 0);
}

#[test]
fn an_exchange_counts_as_a_connection_until_one_stands_for_it_or_it_was_refused() {
    let mut store = linked();
    let made = |store: &Store| store.connections_made("plaid", "sandbox").unwrap();
    let before = made(&store);
    let begun =
        |store: &mut Store, of: &str| store.write(&event("link"), |tx| tx.begin_exchange("sandbox", of)).unwrap();
    let [kept, ended, refused] = ["one", "two", "three"].map(|of| begun(&mut store, of).id);
    assert_eq!(made(&store), before + 3, "a killed process may have made them");
    write(&mut store, |tx| tx.end_exchange(kept, Some(ConnectionId(1))));
    write(&mut store, |tx| tx.end_exchange(ended, None));
    write(&mut store, |tx| tx.advance_intent(refused, IntentState::Abandoned, None));
    assert_eq!(made(&store), before + 1);
    assert_eq!(store.connections_made("plaid", "production").unwrap(), 0);
    write(&mut store, |tx| tx.end_exchange(99, Some(ConnectionId(1))));
    assert_eq!(
        made(&store),
        before + 1,
        "a copy of the book that is older than the exchange takes the token in all the same"
    );
}

#[test]
fn an_exchange_that_is_tried_again_counts_once() {
    let mut store = linked();
    let made = |store: &Store| store.connections_made("plaid", "sandbox").unwrap();
    let before = made(&store);
    let begun =
        |store: &mut Store, of: &str| store.write(&event("link"), |tx| tx.begin_exchange("sandbox", of)).unwrap();
    // Two connections of one flow, whose answers were lost.
    let [one, two] = ["one", "two"].map(|of| begun(&mut store, of));
    assert!(!one.again && !two.again && one.id != two.id);
    let again = begun(&mut store, "one");
    assert_eq!((again.id, again.again, made(&store)), (one.id, true, before + 2));
    write(&mut store, |tx| tx.end_exchange(one.id, Some(ConnectionId(1))));
    assert_eq!(made(&store), before + 1, "the one that came in stands in the book");
    assert_eq!(["one", "two"].map(|of| store.exchanged("sandbox", of).unwrap()), [Some(ConnectionId(1)), None]);
    write(&mut store, |tx| tx.end_exchange(two.id, None));
    assert_eq!(made(&store), before + 1, "the other is there, and cannot be reached");
    assert!(!begun(&mut store, "two").again, "what has ended is not taken up");
    let elsewhere = store.write(&event("link"), |tx| tx.begin_exchange("production", "two")).unwrap();
    assert!(!elsewhere.again, "another environment has other connections");
}

#[test]
fn consents_and_credentials_are_kept() {
    let mut store = linked();
    let id = store.write(&event("consent"), |tx| tx.give_consent(Some(ConnectionId(1)), "v1", "transactions")).unwrap();
    write(&mut store, |tx| tx.withdraw_consent(id));
    assert!(store.consents().unwrap()[0].withdrawn_at.is_some());
    write(&mut store, |tx| tx.set_credentials("sandbox", b"one"));
    write(&mut store, |tx| tx.set_credentials("sandbox", b"two"));
    assert_eq!(store.credentials("sandbox").unwrap().as_deref(), Some(&b"two"[..]));
    assert_eq!(store.credential_environments().unwrap(), ["sandbox"]);
    assert!(store.write(&event("config"), |tx| tx.forget_credentials("sandbox")).unwrap());
    assert_eq!(store.credentials("sandbox").unwrap(), None);
}
