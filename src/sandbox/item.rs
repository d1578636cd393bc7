//! One Item: a login of a made-up user at a made-up bank, with accounts, balances and a change log.
//!
//! Uses `seed` and `ledger`, `plaid::wire`, `domain::dates`. Invariant: a balance moves by exactly what is booked.

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    cursor::Stream,
    draw::{Draw, Root},
    institutions::{Bank, Manner, PRODUCTS},
    ledger::Ledger,
    refusal::Refusal,
    seed::{
        Row, USD,
        accounts::{ACCOUNTS, CHECKING, Template},
        bulk::Bulk,
        calendar::{between, days, shift},
        household::{self, Household},
        merchants,
    },
};
use crate::{
    domain::dates::{Date, Timestamp},
    plaid::wire::{
        accounts::Account,
        item::{Item as WireItem, ItemStatus, LastWebhook, ProductUpdates, UpdateType},
    },
};

/// The user whose data moves.
pub(crate) const DYNAMIC: &str = "user_transactions_dynamic";

/// Chase, one of the banks whose accounts have an id that outlives Items.
const LASTING: &str = "ins_3";

/// Days for which consent holds at a bank that signs its users in by itself.
const CONSENT_DAYS: i64 = 180;

/// What Link settles before an Item exists.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The bank.
    pub(crate) bank: &'static Bank,
    /// Who signed in.
    pub(crate) user: String,
    /// How often this user has been linked at this bank before.
    pub(crate) turn: usize,
    /// Products asked for, billed from the start.
    pub(crate) products: Vec<String>,
    /// Products the user agreed to.
    pub(crate) consented: Vec<String>,
    /// Days of history; fixed for the Item's life.
    pub(crate) days: Option<i64>,
    /// Accounts the user chose, by place.
    pub(crate) chosen: [bool; 9],
    /// Where to send webhooks.
    pub(crate) webhook: Option<String>,
}

impl Draft {
    /// The family of draws of this Item.
    pub(crate) fn root(&self, seed: u64, purpose: &str) -> Root {
        Root::new(seed, &[purpose, self.bank.id, &self.user, &self.turn.to_string()])
    }

    /// The family of draws of this login, however often it is linked: its bank has one history of it.
    fn login(&self, seed: u64, purpose: &str) -> Root {
        Root::new(seed, &[purpose, self.bank.id, &self.user, "0"])
    }

    /// The ids its accounts will have.
    pub(crate) fn account_ids(&self, seed: u64) -> Vec<String> {
        let root = self.root(seed, "account");
        (0..9).map(|place| root.member(place).id()).collect()
    }
}

/// A login at a bank.
#[derive(Debug)]
pub(crate) struct Item {
    /// Plaid's id of it.
    pub(crate) id: String,
    /// What Link settled.
    pub(crate) draft: Draft,
    /// Ids of all nine accounts, chosen or not.
    pub(crate) account_ids: Vec<String>,
    /// What is wrong with it now.
    pub(crate) error: Option<&'static str>,
    /// Its changes.
    pub(crate) ledger: Ledger,
    /// How many sync runs began.
    pub(crate) runs: u32,
    /// How often its token was rotated.
    pub(crate) rotations: u64,
    /// The last webhook that would have been sent.
    pub(crate) webhook_sent: Option<(Timestamp, String)>,
    created: Timestamp,
    updated: Timestamp,
    /// Day of the latest sign-in; the sandbox breaks an Item thirty days later.
    signed_in: Date,
    /// Last day whose life is in the log.
    lived: Date,
    balances: [i64; 9],
    household: Household,
    ids: Root,
    next_id: u64,
    filled: bool,
    lasting: Root,
}

/// What filling an Item with history depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Seed of everything.
    pub(crate) seed: u64,
    /// The sandbox's day.
    pub(crate) today: Date,
    /// The sandbox's instant.
    pub(crate) now: Timestamp,
    /// Bulk rows instead of a household.
    pub(crate) bulk: Option<u64>,
}

impl Item {
    /// The Item of a draft, with its history if transactions were asked for.
    pub(crate) fn new(draft: Draft, setting: &Setting) -> Self {
        let household = Household::new(draft.login(setting.seed, "household"));
        let mut item = Self {
            id: draft.root(setting.seed, "item").member(0).id(),
            account_ids: draft.account_ids(setting.seed),
            error: None,
            ledger: Ledger::default(),
            runs: 0,
            rotations: 0,
            webhook_sent: None,
            created: setting.now,
            updated: setting.now,
            signed_in: setting.today,
            lived: setting.today,
            balances: ACCOUNTS.map(|account| account.current),
            household,
            ids: draft.root(setting.seed, "transaction"),
            next_id: 0,
            filled: false,
            lasting: draft.login(setting.seed, "lasting"),
            draft,
        };
        if item.has_product("transactions") {
            item.fill(setting, None);
        }
        item
    }

    /// Whether the product is on the Item.
    pub(crate) fn has_product(&self, product: &str) -> bool {
        self.draft.products.iter().any(|on| on == product)
    }

    /// Puts a product on the Item that is billed from its first call on, if the user agreed.
    pub(crate) fn start(&mut self, product: &'static str) -> Result<(), Refusal> {
        if !self.has_product(product) {
            if !self.draft.consented.iter().any(|consented| consented == product) {
                return Err(Refusal::new("ADDITIONAL_CONSENT_REQUIRED"));
            }
            self.draft.products.push(product.to_owned());
        }
        Ok(())
    }

    /// The id of an account if it was chosen, and its balance in minor units, in Plaid's sign.
    pub(crate) fn chosen(&self, place: usize) -> Option<(&str, i64)> {
        let (id, balance) = (self.account_ids.get(place)?, self.balances.get(place)?);
        self.draft.chosen.get(place).is_some_and(|chosen| *chosen).then_some((id.as_str(), *balance))
    }

    /// Puts transactions on the Item, if the user agreed; `days` counts only the first time.
    pub(crate) fn start_transactions(&mut self, setting: &Setting, days: Option<i64>) -> Result<(), Refusal> {
        self.start("transactions")?;
        if !self.filled {
            self.fill(setting, days);
        }
        Ok(())
    }

    fn fill(&mut self, setting: &Setting, days: Option<i64>) {
        self.filled = true;
        let span = self.draft.days.or(days).unwrap_or(90).clamp(1, 730);
        self.draft.days = Some(span);
        if let Some(count) = setting.bulk {
            let root = self.draft.login(setting.seed, "bulk");
            self.ledger = Ledger::bulk(Bulk::new(root, setting.today, count, span.unsigned_abs()));
            return;
        }
        let today = setting.today;
        let rows = self.household.history(shift(today, -729), today);
        let (young, old): (Vec<Row>, Vec<Row>) = rows
            .into_iter()
            .filter(|row| between(row.date, today) < span)
            .partition(|row| between(row.date, today) < 30);
        let lively = self.draft.user == DYNAMIC;
        let pending = household::pending(&self.draft.login(setting.seed, "pending"), today, lively);
        self.add_all(young.into_iter().rev());
        self.add_all(pending);
        self.ledger.initial = self.ledger.len();
        self.add_all(old.into_iter().rev());
    }

    fn add_all(&mut self, rows: impl IntoIterator<Item = Row>) {
        for row in rows {
            self.add(row);
        }
    }

    fn add(&mut self, mut row: Row) {
        let mut draw = self.draw();
        row.id = draw.id();
        if !row.pending && row.merchant.website.is_some() && draw.chance(60) {
            row.pending_id.get_or_insert_with(|| draw.id());
        }
        self.ledger.add(row);
    }

    fn draw(&mut self) -> Draw {
        self.next_id += 1;
        self.ids.member(self.next_id)
    }

    /// Books a new row: it enters the log and moves the balance.
    pub(crate) fn book(&mut self, row: Row) {
        self.shift_balance(&row, row.minor);
        self.add(row);
    }

    fn shift_balance(&mut self, row: &Row, minor: i64) {
        if row.unit != USD || row.pending {
            return;
        }
        let debt = ACCOUNTS[row.account].is_debt();
        let change = if debt { minor } else { -minor };
        self.balances[row.account] = self.balances[row.account].saturating_add(change);
    }

    /// Books what is pending for at least `days`: a new row in place of each pending one.
    pub(crate) fn post(&mut self, today: Date, days: i64) {
        let due = |row: &Row| row.pending && between(row.date, today) >= days;
        let due: Vec<(usize, Row)> =
            self.ledger.rows().filter(|(_, row)| due(row)).map(|(key, row)| (key, row.clone())).collect();
        for (key, row) in due {
            self.ledger.remove(key);
            let pending_id = Some(row.id.clone());
            self.book(Row { pending: false, pending_id, authorized: Some(row.date), date: today, ..row });
        }
    }

    /// Asks the bank: for the user whose data moves, pending rows post, new ones come, an old amount grows by a dollar.
    pub(crate) fn refresh(&mut self, today: Date, now: Timestamp) {
        self.updated = now;
        if self.draft.user != DYNAMIC || !self.filled {
            return;
        }
        self.post(today, 0);
        let mut draw = self.draw();
        for _ in 0..2 {
            let row = Row::new(CHECKING, draw.between(3_00, 9_00), today, draw.pick(merchants::COFFEE));
            self.book(Row { pending: true, ..row });
        }
        let old = self.ledger.rows().filter(|(_, row)| !row.pending && row.minor > 0 && row.unit == USD);
        if let Some((key, row)) = old.min_by_key(|(_, row)| row.date).map(|(key, row)| (key, row.clone())) {
            self.ledger.modify(key, |row| row.minor += 1_00);
            self.shift_balance(&row, 1_00);
        }
    }

    /// Lives on until `today`: pending rows post, new days bring new rows, and after thirty days the login breaks.
    pub(crate) fn live(&mut self, today: Date, now: Timestamp) {
        if between(self.signed_in, today) >= 30 {
            self.error = self.error.or(Some("ITEM_LOGIN_REQUIRED"));
        }
        if self.error.is_some() {
            return;
        }
        self.updated = now;
        if self.filled {
            for date in days(shift(self.lived, 1), today) {
                self.post(date, 2);
                for row in self.household.day(date) {
                    let waits = row.merchant.website.is_some() || row.merchant.place.is_some();
                    self.book(Row { pending: waits && row.unit == USD, ..row });
                }
            }
        }
        self.lived = today;
    }

    /// The user chose accounts anew; those that come in bring their history.
    pub(crate) fn choose(&mut self, chosen: [bool; 9]) {
        for place in (0..9).filter(|&place| chosen[place] && !self.draft.chosen[place]) {
            self.ledger.announce(place);
        }
        self.draft.chosen = chosen;
    }

    /// The bank gives an account another id, and all its rows.
    pub(crate) fn churn(&mut self, place: usize, taken_back: bool) {
        self.account_ids[place] = self.draw().id();
        let (ids, next) = (&self.ids, &mut self.next_id);
        self.ledger.rename(place, taken_back, || {
            *next += 1;
            ids.member(*next).id()
        });
    }

    /// The user agrees to more products.
    pub(crate) fn consent(&mut self, products: Vec<String>) {
        self.draft.consented.retain(|product| !products.contains(product));
        self.draft.consented.extend(products);
    }

    /// The user signed in again.
    pub(crate) fn repair(&mut self, today: Date, now: Timestamp) {
        (self.error, self.signed_in) = (None, today);
        self.live(today, now);
    }

    /// The stream that its cursors belong to.
    pub(crate) fn stream(&self, seed: u64, account: Option<&str>) -> Stream {
        let mut draw = self.draft.root(seed, account.unwrap_or("all")).member(1);
        draw.below(u64::MAX).to_le_bytes()
    }

    /// The chosen accounts that `wanted` takes (place and id), as Plaid shows them.
    pub(crate) fn accounts(&self, wanted: impl Fn(usize, &str) -> bool) -> Vec<Account> {
        let places = ACCOUNTS.iter().zip(&self.account_ids).enumerate();
        let chosen = places.filter(|&(place, (_, id))| self.draft.chosen[place] && wanted(place, id));
        let describe = |(place, (account, id)): (usize, (&Template, &String))| Account {
            persistent_account_id: self.lasting_id(place),
            ..account.describe(id, self.balances[place], self.pending(place))
        };
        chosen.map(describe).collect()
    }

    /// The id of an account that outlives Items, at banks that have one.
    fn lasting_id(&self, place: usize) -> Option<String> {
        (self.draft.bank.id == LASTING).then(|| self.lasting.member(place as u64).id())
    }

    fn pending(&self, place: usize) -> i64 {
        let counts = |row: &&Row| row.pending && row.account == place && row.unit == USD;
        let pending = self.ledger.rows().map(|(_, row)| row).filter(counts).map(|row| row.minor).sum();
        if self.filled && self.ledger.bulk_rows().is_none() { pending } else { ACCOUNTS[place].current / 11 }
    }

    /// Plaid's description of it; `consent` adds what only `/item/get` says.
    pub(crate) fn describe(&self, consent: bool) -> WireItem {
        let rest = |product: &&&str| !self.has_product(product);
        WireItem {
            item_id: self.id.clone(),
            institution_id: Some(self.draft.bank.id.to_owned()),
            institution_name: Some(self.draft.bank.name.to_owned()),
            webhook: self.draft.webhook.clone(),
            auth_method: None,
            error: self.error.map(|code| Refusal::new(code).object(None)),
            available_products: PRODUCTS.iter().filter(rest).map(|&product| product.to_owned()).collect(),
            billed_products: self.draft.products.clone(),
            products: self.draft.products.clone(),
            consented_products: self.draft.consented.clone(),
            consent_expiration_time: self.consent_ends().map(|end| end.to_string()),
            update_type: UpdateType::Background,
            paired_item_id: None,
            created_at: consent.then(|| self.created.to_string()),
            consented_use_cases: consent.then(|| vec!["Track and manage your finances".to_owned()]),
            consented_data_scopes: consent.then(|| vec!["account_balance_info".to_owned(), "transactions".to_owned()]),
        }
    }

    /// A bank that signs its users in by itself asks them again after half a year.
    fn consent_ends(&self) -> Option<Timestamp> {
        let since = self.signed_in.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let end = since.checked_add(SignedDuration::from_hours(CONSENT_DAYS * 24)).ok()?;
        Some(end).filter(|_| self.draft.bank.manner == Manner::Redirect)
    }

    /// When the bank was last read, and the last webhook.
    pub(crate) fn status(&self) -> ItemStatus {
        let updates =
            || ProductUpdates { last_successful_update: Some(self.updated.to_string()), last_failed_update: None };
        ItemStatus {
            investments: self.has_product("investments").then(updates),
            transactions: self.has_product("transactions").then(updates),
            last_webhook: self
                .webhook_sent
                .as_ref()
                .map(|(at, code)| LastWebhook { sent_at: Some(at.to_string()), code_sent: code.clone() }),
        }
    }
}
