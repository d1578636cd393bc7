//! Everything the sandbox knows: Items, tokens, link tokens, faults, limits, and its clock.
//!
//! Uses the rest of the room, `domain::dates`. Invariant: a token leads to at most one Item and never comes back to life.

use std::{collections::HashMap, time::Instant};

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    Config,
    draw::{Draw, Root},
    faults::{Fault, Faults},
    item::{Draft, Item, Setting},
    limits::Limits,
    link::Links,
    refusal::Refusal,
    seed::accounts::CARD,
    simplefin::Bridge,
};
use crate::domain::dates::{Date, Timestamp};

/// Minutes for which a public token can be exchanged.
const PUBLIC_TOKEN_MINUTES: i64 = 30;

#[derive(Debug)]
struct PublicToken {
    draft: Draft,
    expires: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum AccessToken {
    Live(usize),
    Rotated,
    Removed,
}

/// The sandbox's memory; one lock guards it all.
#[derive(Debug)]
pub(crate) struct State {
    /// As started.
    pub(crate) config: Config,
    /// Link tokens and their sessions.
    pub(crate) links: Links,
    /// What is set to go wrong.
    pub(crate) faults: Faults,
    /// Calls of the last minute.
    pub(crate) limits: Limits,
    /// SimpleFIN's side.
    pub(crate) bridge: Bridge,
    /// Where this server is reached.
    pub(crate) base_url: String,
    items: Vec<Item>,
    access: HashMap<String, AccessToken>,
    public: HashMap<String, PublicToken>,
    turns: HashMap<(&'static str, String), usize>,
    started: Instant,
    advanced: i64,
    /// Seconds by which the date of an answer is wrong.
    pub(crate) clock_off: i64,
    requests: u64,
}

impl State {
    /// An empty sandbox.
    pub(crate) fn new(config: Config, base_url: String) -> Self {
        Self {
            links: Links::default(),
            faults: Faults::default(),
            limits: Limits::default(),
            bridge: Bridge::default(),
            base_url,
            items: Vec::new(),
            access: HashMap::new(),
            public: HashMap::new(),
            turns: HashMap::new(),
            started: Instant::now(),
            advanced: 0,
            clock_off: 0,
            requests: 0,
            config,
        }
    }

    /// The sandbox's instant: the configured one, plus what has passed, plus what was advanced.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.started.elapsed()).unwrap_or_default();
        let advanced = SignedDuration::from_hours(self.advanced.saturating_mul(24));
        let since = |passed| self.config.now.checked_add(passed).and_then(|now| now.checked_add(advanced));
        since(passed).unwrap_or(self.config.now)
    }

    /// The sandbox's day; it moves only when it is advanced, so that data stay reproducible.
    pub(crate) fn today(&self) -> Date {
        let started = self.config.now.to_zoned(TimeZone::UTC).date();
        super::seed::calendar::shift(started, self.advanced)
    }

    /// Lets days pass for every Item.
    pub(crate) fn advance(&mut self, days: i64) {
        self.advanced = self.advanced.saturating_add(days.clamp(0, 3650));
        let (today, now) = (self.today(), self.now());
        for item in &mut self.items {
            item.live(today, now);
        }
        self.bridge.live(today, now);
    }

    /// Lets every user sign in again.
    pub(crate) fn sign_in(&mut self) {
        let (today, now) = (self.today(), self.now());
        for item in &mut self.items {
            item.repair(today, now);
        }
    }

    /// Lets every bank take back its newest posted row, or bring all of those again.
    pub(crate) fn take_back(&mut self, again: bool) {
        for item in &mut self.items {
            if again { item.ledger.give_back() } else { item.ledger.take_back() }
        }
    }

    /// What new data depends on.
    pub(crate) fn setting(&self) -> Setting {
        let Config { seed, transactions, .. } = self.config;
        Setting { seed, today: self.today(), now: self.now(), bulk: transactions }
    }

    fn draw(&mut self) -> Draw {
        self.requests += 1;
        Root::new(self.config.seed, &["request"]).member(self.requests)
    }

    /// A new request id.
    pub(crate) fn request_id(&mut self) -> String {
        self.draw().letters(15)
    }

    /// A new UUID.
    pub(crate) fn uuid(&mut self) -> String {
        self.draw().uuid()
    }

    /// How often this user was linked at this bank before; counts this time.
    pub(crate) fn turn(&mut self, bank: &'static str, user: &str) -> usize {
        let turn = self.turns.entry((bank, user.to_owned())).or_default();
        *turn += 1;
        *turn - 1
    }

    /// A public token for the draft.
    pub(crate) fn publish(&mut self, mut draft: Draft, path: &str) -> String {
        if self.faults.strikes(Fault::ConsentMissing, path, None) {
            draft.consented.retain(|product| product == "transactions");
        }
        let token = format!("public-sandbox-{}", draft.root(self.config.seed, "public").member(0).uuid());
        let expires = self.now() + SignedDuration::from_mins(PUBLIC_TOKEN_MINUTES);
        self.public.insert(token.clone(), PublicToken { draft, expires });
        token
    }

    /// Exchanges a public token, once: access token and Item id.
    pub(crate) fn exchange(&mut self, token: &str) -> Result<(String, String), Refusal> {
        check_shape("public", token, "INVALID_PUBLIC_TOKEN")?;
        let known = self.public.remove(token).filter(|public| public.expires > self.now());
        let draft = known.ok_or_else(|| Refusal::new("INVALID_PUBLIC_TOKEN"))?.draft;
        let item = Item::new(draft, &self.setting());
        let id = item.id.clone();
        self.items.push(item);
        Ok((self.grant(self.items.len() - 1), id))
    }

    fn grant(&mut self, place: usize) -> String {
        let item = &self.items[place];
        let uuid = item.draft.root(self.config.seed, "access").member(item.rotations).uuid();
        let token = format!("access-sandbox-{uuid}");
        self.access.insert(token.clone(), AccessToken::Live(place));
        token
    }

    fn place(&self, token: &str) -> Result<usize, Refusal> {
        check_shape("access", token, "INVALID_ACCESS_TOKEN")?;
        match self.access.get(token) {
            Some(AccessToken::Live(place)) => Ok(*place),
            Some(AccessToken::Removed) => Err(Refusal::new("ITEM_NOT_FOUND")),
            Some(AccessToken::Rotated) | None => Err(Refusal::new("INVALID_ACCESS_TOKEN")),
        }
    }

    /// The Item of a token, broken or not.
    pub(crate) fn item(&mut self, token: &str, path: &str) -> Result<&mut Item, Refusal> {
        let place = self.place(token)?;
        let id = self.items[place].id.clone();
        if self.faults.strikes(Fault::ItemNotFound, path, Some(&id)) {
            return Err(Refusal::new("ITEM_NOT_FOUND"));
        }
        if self.config.rate_limits
            && let Some(limit) = self.limits.exceeded(path, &id)
        {
            return Err(Refusal::new(limit));
        }
        Ok(&mut self.items[place])
    }

    /// The Item of a token, if its bank answers and its login works.
    pub(crate) fn healthy_item(&mut self, token: &str, path: &str) -> Result<&mut Item, Refusal> {
        let item = self.item(token, path)?;
        let (id, error) = (item.id.clone(), item.error);
        for (fault, code) in
            [(Fault::LoginRequired, "ITEM_LOGIN_REQUIRED"), (Fault::InstitutionDown, "INSTITUTION_DOWN")]
        {
            if self.faults.strikes(fault, path, Some(&id)) {
                return Err(Refusal::new(code));
            }
        }
        if let Some(code) = error {
            return Err(Refusal::new(code));
        }
        let place = self.place(token)?;
        for (fault, taken_back) in [(Fault::AccountChurn, false), (Fault::AccountChurnRemoved, true)] {
            if path == "/accounts/get" && self.faults.strikes(fault, path, Some(&id)) {
                self.items[place].churn(CARD, taken_back);
            }
        }
        Ok(&mut self.items[place])
    }

    /// The Item of an id, for orders from outside Plaid's own endpoints.
    pub(crate) fn item_by_id(&mut self, id: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    /// Ends an Item; its token is known as removed from now on.
    pub(crate) fn remove(&mut self, token: &str) {
        self.access.insert(token.to_owned(), AccessToken::Removed);
    }

    /// Gives an Item another token; the old one is dead at once.
    pub(crate) fn rotate(&mut self, token: &str) -> Result<String, Refusal> {
        let place = self.place(token)?;
        self.items[place].rotations += 1;
        self.access.insert(token.to_owned(), AccessToken::Rotated);
        Ok(self.grant(place))
    }
}

/// Refuses a token that is none, or that is of another environment.
fn check_shape(kind: &str, token: &str, code: &str) -> Result<(), Refusal> {
    let rest = token.strip_prefix(kind).and_then(|rest| rest.strip_prefix('-'));
    let Some((environment, _)) = rest.and_then(|rest| rest.split_once('-')) else {
        return Err(Refusal::new(code).saying(format!(
            "provided {kind} token is in an invalid format. expected format: {kind}-<environment>-<identifier>"
        )));
    };
    if environment == "sandbox" {
        return Ok(());
    }
    Err(Refusal::new(code).saying(format!(
        "provided {kind} token is for the wrong Plaid environment. expected \"sandbox\", got \"{environment}\""
    )))
}
