//! Accounts that are joined within one connection, when their history comes at once, late or in parts.

use crate::{
    domain::{
        accounts::{AccountType, ProviderAccount},
        dates::Period,
        ids::{AccountId, ConnectionId, TransactionId},
        query::Query,
        transactions::{ProviderTransaction, Status},
        views::Limit,
    },
    store::{Event, Store, SyncMode, TransactionEdit, testing::*},
};

const HERE: ConnectionId = ConnectionId(1);

fn card(id: &str) -> ProviderAccount {
    let persistent_id = Some("lasting".to_owned());
    ProviderAccount { persistent_id, name: "Card".to_owned(), ..account(id, AccountType::Credit, "-50") }
}

/// The bank lists this card and no other.
fn lists(store: &mut Store, id: &str) {
    store.write(&event("sync"), |tx| tx.set_accounts(HERE, &[card(id)])).unwrap();
}

/// Three purchases of a card under the ids that begin so; the last one is pending.
fn purchases(prefix: &str) -> Vec<ProviderTransaction> {
    let row = |number: u8, day: &str, name: &str| {
        txn(&format!("{prefix}{number}"), prefix, day, &format!("-{number}.50"), name)
    };
    vec![row(1, "2026-03-01", "SHOP 1"), row(2, "2026-03-10", "SHOP 2"), pending(row(3, "2026-03-19", "SHOP 3"))]
}

fn brings(store: &mut Store, rows: Vec<ProviderTransaction>, cursor: &str) -> (u64, u64, u64) {
    let page = crate::domain::sync::Delta { accounts: Vec::new(), ..page(rows, &[]) };
    counts(&sync_as(store, HERE, SyncMode::Changes, &[page], cursor).unwrap())
}

/// Account, day, amount, status and note of all that stands.
fn stands(store: &Store) -> Vec<String> {
    let query = Query::parse("", date("2026-03-20")).unwrap();
    let rows = store.transactions(&query, Period::ALL, Limit::default()).unwrap().items;
    let note = |id| store.transaction(id).unwrap().note.unwrap_or_default();
    let rows = rows.into_iter().map(|row| {
        let status = if row.status == Status::Pending { " pending" } else { "" };
        format!("{} {} {}{status} {}", row.account, row.date, row.amount, note(row.id))
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn whole(store: &Store) {
    let check = store.check().unwrap();
    assert!(check.iter().all(|item| item.ok), "{check:?}");
}

/// A card with three purchases, on each of which its owner wrote.
fn owned() -> Store {
    let mut store = linked();
    lists(&mut store, "old");
    assert_eq!(brings(&mut store, purchases("old"), "one"), (3, 0, 0));
    for id in 1..=3 {
        let edit = TransactionEdit { note: Some(Some("mine".to_owned())), ..TransactionEdit::default() };
        store.write(&event("edit"), |tx| tx.edit_transaction(TransactionId(id), &edit)).unwrap();
    }
    lists(&mut store, "new");
    store
}

fn join(store: &mut Store) {
    let plan = store.churned(HERE).unwrap().unwrap();
    assert_eq!((plan.accounts[0].account, plan.accounts[0].takes), (AccountId(1), AccountId(2)));
    store.write(&event("connection.adopt"), |tx| tx.adopt(&plan)).unwrap();
    whole(store);
}

fn part(store: &mut Store) {
    let pairs = store.adopted(HERE, HERE).unwrap();
    store.write(&event("connection.part"), |tx| tx.release(HERE, HERE, &pairs)).unwrap();
    whole(store);
}

#[test]
fn a_history_that_comes_late_or_in_parts_doubles_nothing() {
    for parts in [[3, 0, 0], [0, 3, 0], [1, 1, 1], [0, 1, 2]] {
        let mut store = owned();
        let before = stands(&store);
        let mut rows = purchases("new").into_iter();
        let mut some = |count: usize| rows.by_ref().take(count).collect::<Vec<_>>();
        brings(&mut store, some(parts[0]), "two");
        join(&mut store);
        for (count, cursor) in [(parts[1], "three"), (parts[2], "four")] {
            assert_eq!(brings(&mut store, some(count), cursor), (0, 0, 0), "{parts:?}: nothing new");
            whole(&store);
        }
        assert_eq!(stands(&store), before, "{parts:?}");
        // The whole history again takes back nothing.
        let all = crate::domain::sync::Delta { accounts: Vec::new(), ..page(purchases("new"), &[]) };
        assert_eq!(counts(&sync_as(&mut store, HERE, SyncMode::Full, &[all], "five").unwrap()), (0, 0, 0), "{parts:?}");
        part(&mut store);
        let parted = stands(&store);
        assert_eq!(parted.iter().filter(|row| row.starts_with("a1") && row.ends_with("mine")).count(), 3, "{parted:?}");
        assert_eq!(parted.iter().filter(|row| row.starts_with("a2")).count(), 3, "{parted:?}");
        assert_eq!(store.churned(HERE).unwrap(), None, "what was parted is not offered again");
    }
}

#[test]
fn a_pending_row_that_posts_after_the_joining_keeps_its_words() {
    let mut store = owned();
    join(&mut store);
    let mut rows = purchases("new");
    let posted = ProviderTransaction { status: Status::Posted, date: date("2026-03-21"), ..rows.remove(2) };
    rows.push(posted);
    assert_eq!(brings(&mut store, rows, "two"), (0, 0, 0));
    let stood = stands(&store);
    assert_eq!(stood.len(), 3, "{stood:?}");
    assert!(stood.iter().all(|row| row.ends_with("mine") && !row.contains("pending")), "{stood:?}");
    whole(&store);
}

#[test]
fn two_purchases_alike_stay_two() {
    let mut store = owned();
    join(&mut store);
    let twice = txn("new9", "new", "2026-03-10", "-2.50", "SHOP 2");
    let mut rows = purchases("new");
    rows.push(twice);
    assert_eq!(brings(&mut store, rows, "two"), (1, 0, 0));
    assert_eq!(stands(&store).len(), 4);
    whole(&store);
}

/// A connection's only account is read on a day of March.
fn read(store: &mut Store, connection: ConnectionId, day: u32, balance: &str) {
    let at = at(&format!("2026-03-{day:02}T12:00:00Z"));
    let account = ProviderAccount { name: "Saving".to_owned(), ..account("save", AccountType::Depository, balance) };
    store.write(&Event { at, ..event("sync") }, |tx| tx.set_accounts(connection, &[account])).unwrap();
}

#[test]
fn balances_agree_whatever_days_each_connection_was_read_on() {
    // The days of a week, as bits.
    for (old, new) in (1..32_u32).step_by(2).flat_map(|old| (1..32_u32).step_by(3).map(move |new| (old, new))) {
        let mut store = linked();
        let there = connect(&mut store, "item-2");
        for day in 0..5 {
            if (old >> day) & 1 == 1 {
                read(&mut store, HERE, day + 1, &format!("1{day}"));
            }
            if (new >> day) & 1 == 1 {
                read(&mut store, there, day + 1, &format!("2{day}"));
            }
        }
        let book = |store: &Store| (store.accounts().unwrap(), store.balance_history(Period::ALL).unwrap());
        let before = book(&store);
        let plan = store.adoption(HERE, there).unwrap();
        assert_eq!(plan.accounts.len(), 1);
        for _ in 0..2 {
            store.write(&event("connection.adopt"), |tx| tx.adopt(&plan)).unwrap();
            whole(&store);
            let pairs = store.adopted(HERE, there).unwrap();
            store.write(&event("connection.part"), |tx| tx.release(HERE, there, &pairs)).unwrap();
            whole(&store);
            assert_eq!(book(&store), before, "{old:05b} {new:05b}");
        }
        store.write(&event("connection.adopt"), |tx| tx.adopt(&plan)).unwrap();
        read(&mut store, there, 9, "29");
        whole(&store);
        assert_eq!(store.accounts().unwrap()[0].balance.current, Some(usd("29")));
    }
}
