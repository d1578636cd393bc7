//! Any change history, cut into any pages, replayed and interrupted at will, ends in the same book.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    domain::{
        accounts::AccountType,
        dates::Period,
        ids::{ConnectionId, TransactionId},
        query::Query,
        sync::{Delta, Removed},
        transactions::{ProviderTransaction, Status},
        views::{Limit, TransactionView},
    },
    store::{Store, StoreError, SyncMode, TransactionEdit, testing::*},
};

/// One thing that happens at the bank, or that the owner does.
#[derive(Debug, Clone)]
enum Step {
    /// A purchase is announced.
    Announce,
    /// A purchase is booked without announcement, with a back-link to nothing, or as a transfer between accounts.
    Book { transfer: bool },
    /// An announced purchase is booked under a new id, with or without a back-link.
    Post { which: prop::sample::Index, linked: bool },
    /// Facts change.
    Modify { which: prop::sample::Index },
    /// A row is taken back.
    Vanish { which: prop::sample::Index },
    /// The owner writes a note.
    Note { which: prop::sample::Index },
    /// A sync: from which older cursor it starts, in what order and pages the changes come, whether it is cut off first.
    Sync { back: usize, seed: u64, pages: usize, cut: bool, full: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let which = any::<prop::sample::Index>;
    prop_oneof![
        2 => Just(Step::Announce),
        2 => any::<bool>().prop_map(|transfer| Step::Book { transfer }),
        3 => (which(), any::<bool>()).prop_map(|(which, linked)| Step::Post { which, linked }),
        1 => which().prop_map(|which| Step::Modify { which }),
        1 => which().prop_map(|which| Step::Vanish { which }),
        2 => which().prop_map(|which| Step::Note { which }),
        4 => (0..3_usize, any::<u64>(), 1..4_usize, any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(back, seed, pages, cut, full)| Step::Sync { back, seed, pages, cut, full }),
    ]
}

/// The bank's side: what is live now, and what changed at which moment.
#[derive(Default)]
struct Bank {
    live: BTreeMap<String, ProviderTransaction>,
    /// Moment of the first and last change of each id ever seen.
    changed: BTreeMap<String, (usize, usize)>,
    moment: usize,
    /// Moment of the last sync.
    synced: usize,
    number: i64,
    /// What the owner wrote on a purchase, by its present id.
    notes: BTreeMap<String, String>,
}

impl Bank {
    fn id(&mut self) -> String {
        self.number += 1;
        format!("x{}", self.number)
    }

    fn put(&mut self, transaction: ProviderTransaction) {
        self.moment += 1;
        let id = transaction.id.0.clone();
        self.changed.entry(id.clone()).or_insert((self.moment, self.moment)).1 = self.moment;
        self.live.insert(id, transaction);
    }

    fn take(&mut self, id: &str) -> Option<ProviderTransaction> {
        self.moment += 1;
        if let Some(change) = self.changed.get_mut(id) {
            change.1 = self.moment;
        }
        self.live.remove(id)
    }

    fn purchase(&mut self) -> ProviderTransaction {
        let id = self.id();
        let day = format!("2026-03-{:02}", 1 + self.number % 9);
        let account = if self.number % 3 == 0 { "check" } else { "card" };
        // Names, not numbers: one shop would make another purchase look like an announced one with a tip.
        let shop: String = self.number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect();
        txn(&id, account, &day, &format!("-{}", 10 + self.number), &format!("SHOP {shop}"))
    }

    fn book(&mut self, transfer: bool) {
        let mut out = self.purchase();
        if transfer {
            out.account = "check".into();
            out.description = "ONLINE TRANSFER".to_owned();
            let mut into = out.clone();
            into.id = self.id().into();
            into.account = "card".into();
            into.amount = out.amount.checked_neg().unwrap();
            into.description = "PAYMENT THANK YOU".to_owned();
            self.put(into);
        }
        self.put(out);
    }

    fn pick(&self, which: prop::sample::Index, pending: bool) -> Option<String> {
        let fits = |t: &&ProviderTransaction| !pending || t.status == Status::Pending;
        let ids: Vec<_> = self.live.values().filter(fits).map(|t| t.id.0.clone()).collect();
        (!ids.is_empty()).then(|| which.get(&ids).clone())
    }

    fn post(&mut self, which: prop::sample::Index, linked: bool) {
        let Some(old) = self.pick(which, true) else { return };
        // Without a link there are only the facts to go by, as they were at the last sync.
        let linked = linked || self.news(&old);
        let Some(mut posted) = self.take(&old) else { return };
        let id = self.id();
        if let Some(note) = self.notes.remove(&old) {
            self.notes.insert(id.clone(), note);
        }
        posted.id = id.into();
        posted.status = Status::Posted;
        posted.description.push_str(" 77");
        if linked {
            posted.pending_id = Some(old.as_str().into());
            posted.amount = usd(&format!("-{}.5", 10 + self.number));
        }
        self.put(posted);
    }

    fn news(&self, id: &str) -> bool {
        self.changed.get(id).is_some_and(|(_, last)| *last > self.synced)
    }

    fn modify(&mut self, which: prop::sample::Index) {
        let Some(mut row) = self.pick(which, false).and_then(|id| self.live.get(&id).cloned()) else { return };
        if row.pending_id.is_none() && self.news(row.id.as_str()) {
            return;
        }
        self.number += 1;
        row.amount = usd(&format!("-{}", 10 + self.number));
        row.date = row.date.tomorrow().unwrap();
        self.put(row);
    }

    /// What came since a moment, shuffled and cut into pages.
    fn pages(&self, since: usize, seed: u64, pages: usize) -> Vec<Delta> {
        let mix = |id: &str| crate::store::encode::hash(seed.cast_signed(), id);
        let mut ids: Vec<_> = self.changed.iter().filter(|(_, (_, last))| *last > since).collect();
        ids.sort_by_key(|(id, _)| mix(id));
        let size = ids.len().div_ceil(pages).max(1);
        let mut all: Vec<_> = ids
            .chunks(size)
            .map(|part| {
                let mut delta = page(Vec::new(), &[]);
                for (id, (first, _)) in part {
                    match self.live.get(*id) {
                        Some(row) if *first > since => delta.added.push(row.clone()),
                        Some(row) => delta.modified.push(row.clone()),
                        None => delta.removed.push(Removed { id: id.as_str().into(), account: None }),
                    }
                }
                delta
            })
            .collect();
        if all.is_empty() {
            all.push(page(Vec::new(), &[]));
        }
        all
    }
}

/// A row as the owner sees it, without its local id.
type Seen = (String, String, String, String, String, String, Option<String>);

fn seen(view: &TransactionView) -> Seen {
    let TransactionView { date, account_name, amount, description, status, kind, note, .. } = view;
    let (status, kind) = (format!("{status:?}"), format!("{kind:?}"));
    (date.to_string(), account_name.clone(), amount.decimal(), description.clone(), status, kind, note.clone())
}

fn book(store: &Store) -> Vec<Seen> {
    let listing = store.transactions(&Query::default(), Period::ALL, Limit::default()).unwrap();
    assert_eq!(listing.total, listing.items.len() as u64);
    let mut rows: Vec<_> = listing.items.iter().map(seen).collect();
    rows.sort();
    rows
}

fn local_id(store: &Store, provider_id: &str) -> Option<TransactionId> {
    let sql = "SELECT id FROM transactions WHERE provider_id = ?1 AND state < 2";
    store.db.query_row(sql, [provider_id], |row| row.get(0)).ok().map(TransactionId)
}

fn note(store: &mut Store, id: TransactionId, text: &str) {
    let edit = TransactionEdit { note: Some(Some(text.to_owned())), ..TransactionEdit::default() };
    store.write(&event("transactions.note"), |tx| tx.edit_transaction(id, &edit)).unwrap();
}

fn play(steps: &[Step]) -> (Store, Bank) {
    let mut store = linked();
    let mut bank = Bank::default();
    let last = Step::Sync { back: 0, seed: 1, pages: 2, cut: false, full: false };
    for step in steps.iter().chain([&last]) {
        match step {
            Step::Announce => {
                let row = bank.purchase();
                bank.put(pending(row));
            }
            Step::Book { transfer } => bank.book(*transfer),
            Step::Post { which, linked } => bank.post(*which, *linked),
            Step::Modify { which } => bank.modify(*which),
            Step::Vanish { which } => {
                if let Some(id) = bank.pick(*which, false) {
                    bank.take(&id);
                    bank.notes.remove(&id);
                }
            }
            Step::Note { which } => {
                let Some(id) = bank.pick(*which, false) else { continue };
                if let Some(local) = local_id(&store, &id) {
                    let text = format!("note {}", bank.moment);
                    note(&mut store, local, &text);
                    bank.notes.insert(id, text);
                }
            }
            Step::Sync { back, seed, pages, cut, full } => {
                let since = if *full { 0 } else { bank.synced - back.min(&bank.synced) };
                let mut deltas = bank.pages(since, *seed, *pages);
                if *full {
                    for delta in &mut deltas {
                        delta.removed.clear();
                    }
                }
                if *cut {
                    let failed = store.write::<(), StoreError>(&event("sync"), |tx| {
                        let mut run = tx.sync(ConnectionId(1), SyncMode::Changes)?;
                        run.apply(&deltas[0])?;
                        Err(StoreError::CursorMoved)
                    });
                    assert!(failed.is_err());
                }
                let mode = if *full { SyncMode::Full } else { SyncMode::Changes };
                sync_as(&mut store, ConnectionId(1), mode, &deltas, &bank.moment.to_string()).unwrap();
                let again = sync(&mut store, &deltas, &bank.moment.to_string());
                assert_eq!(counts(&again), (0, 0, 0), "a replay counts nothing");
                bank.synced = bank.moment;
            }
        }
    }
    (store, bank)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_way_leads_to_the_same_book(steps in prop::collection::vec(step(), 1..28)) {
        let (store, bank) = play(&steps);

        let mut straight = linked();
        let whole = Delta { added: bank.live.values().cloned().collect(), ..page(Vec::new(), &[]) };
        sync(&mut straight, &[whole], "all");
        for (id, text) in &bank.notes {
            let local = local_id(&straight, id).unwrap();
            note(&mut straight, local, text);
        }

        prop_assert_eq!(book(&store), book(&straight));
        for item in store.check().unwrap() {
            prop_assert!(item.ok, "{item:?}");
        }
        prop_assert_eq!(store.accounts().unwrap()[0].kind, AccountType::Depository);
    }
}
