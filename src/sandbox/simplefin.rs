//! SimpleFIN's side of the sandbox: a setup token, its claim, and the accounts of the household that Plaid's side shows too.
//!
//! Uses the rest of the room and `simplefin::wire`. Invariant: amounts have SimpleFIN's sign, and the rows are those that an Item
//! of `user_good` at First Platypus Bank has on the same day and seed.

mod defects;

use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::tz::TimeZone;

use super::{
    draw::Root,
    faults::Fault,
    http::{Reply, Request},
    institutions,
    item::{Draft, Item},
    routes,
    seed::{Row, USD, accounts::ACCOUNTS, decimal},
    state::State,
};
use crate::simplefin::wire::{Account, AccountSet, Connection, Organization, Problem, Transaction};

/// The bank that both sides show.
const BANK: &str = "ins_109508";
/// The connection to that bank, as version 2 names it.
const CONNECTION: &str = "CON-1";
/// Where accounts are asked for.
const ACCOUNTS_PATH: &str = "/simplefin/accounts";
/// What a server lets happen on one day.
const CALLS: u64 = 24;
/// The server's longest window in seconds.
const WINDOW: i64 = 90 * 86_400;

/// What the sandbox knows of SimpleFIN.
#[derive(Debug, Default)]
pub(crate) struct Bridge {
    item: Option<Item>,
    /// Setup tokens that were claimed.
    claimed: Vec<u64>,
    calls: u64,
}

impl Bridge {
    /// Lives on, as an Item does, but for logins that break.
    pub(crate) fn live(&mut self, today: crate::domain::dates::Date, now: crate::domain::dates::Timestamp) {
        self.calls = 0;
        if let Some(item) = &mut self.item {
            item.live(today, now);
        }
    }
}

/// The setup token of a number: base64 of the claim's address.
pub(crate) fn setup_token(seed: u64, base_url: &str, number: u64) -> String {
    STANDARD.encode(format!("{base_url}/simplefin/claim/{number}-{}", word(seed, "claim", number)))
}

fn word(seed: u64, purpose: &str, number: u64) -> String {
    Root::new(seed, &["simplefin", purpose]).member(number).letters(32)
}

/// Answers a request below `/simplefin/`.
pub(crate) fn answer(state: &Mutex<State>, request: &Request) -> Reply {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let path = request.path.clone();
    let mut reply = match (request.method.as_str(), path.strip_prefix("/simplefin/claim/")) {
        ("POST", Some(token)) => trouble(&mut state, &path).unwrap_or_else(|| claim(&mut state, token)),
        ("GET", None) if path == ACCOUNTS_PATH => {
            trouble(&mut state, &path).unwrap_or_else(|| accounts(&mut state, request))
        }
        _ => Reply::new(404, "text/plain", "not found\n"),
    };
    reply.spoil = routes::spoil(&mut state, &path);
    reply
}

/// The answer of a server in trouble, which looks at nothing.
fn trouble(state: &mut State, path: &str) -> Option<Reply> {
    let statuses = [
        (Fault::InternalError, 500),
        (Fault::Maintenance, 503),
        (Fault::RateLimit, 429),
        (Fault::RateLimitBare, 429),
        (Fault::SimplefinNotFound, 404),
    ];
    let (fault, status) = statuses.into_iter().find(|(fault, _)| state.faults.strikes(*fault, path, None))?;
    let reply = Reply::new(status, "text/plain", "not now\n");
    Some(if fault == Fault::RateLimit { reply.header("Retry-After", "1") } else { reply })
}

fn claim(state: &mut State, token: &str) -> Reply {
    let seed = state.config.seed;
    let number = token.split_once('-').and_then(|(number, _)| number.parse().ok()).unwrap_or(u64::MAX);
    let right = token == format!("{number}-{}", word(seed, "claim", number));
    let struck = state.faults.strikes(Fault::SimplefinClaimed, "/simplefin/claim", None);
    if !right || struck || state.bridge.claimed.contains(&number) {
        return Reply::new(403, "text/plain", "Forbidden\n");
    }
    state.bridge.claimed.push(number);
    let host = state.base_url.trim_start_matches("http://");
    let (user, password) = (word(seed, "user", number), word(seed, "password", number));
    Reply::new(200, "text/plain", format!("http://{user}:{password}@{host}/simplefin"))
}

fn accounts(state: &mut State, request: &Request) -> Reply {
    let seed = state.config.seed;
    let path = request.path.as_str();
    let known = state.bridge.claimed.iter().any(|&number| {
        let pair = format!("{}:{}", word(seed, "user", number), word(seed, "password", number));
        request.header("authorization") == Some(&format!("Basic {}", STANDARD.encode(pair)))
    });
    if !known || state.faults.strikes(Fault::SimplefinRevoked, path, None) {
        return Reply::new(403, "text/plain", "Forbidden\n");
    }
    if state.faults.strikes(Fault::SimplefinPayment, path, None) {
        return Reply::new(402, "text/plain", "Payment Required\n");
    }
    if state.faults.strikes(Fault::SimplefinMalformed, path, None) {
        return Reply::json(200, br#"{"errors":[],"accounts":[{"id":7}]}"#.to_vec());
    }
    state.bridge.calls += 1;
    let set = match show(state, &request.fields()) {
        Ok(set) => set,
        Err(words) => return Reply::new(400, "text/plain", words),
    };
    // What has no rows is left alone, and the fault waits for an answer that has some.
    let full = set.accounts.iter().any(|account| !account.transactions.is_empty());
    let mut strikes = |fault: &Fault| full && state.faults.strikes(*fault, path, None);
    let struck: Vec<Fault> = defects::OF_AN_ANSWER.iter().copied().filter(|fault| strikes(fault)).collect();
    if struck.is_empty() {
        return Reply::json(200, serde_json::to_vec(&set).unwrap_or_default());
    }
    let mut answer = serde_json::to_value(&set).unwrap_or_default();
    for fault in struck {
        defects::into_answer(&mut answer, fault);
    }
    Reply::json(200, answer.to_string().into_bytes())
}

fn show(state: &mut State, fields: &[(String, String)]) -> Result<AccountSet, &'static str> {
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let instant =
        |name: &str| field(name).map(|text| text.parse::<i64>().map_err(|_| "a date is no number\n")).transpose();
    let (start, end) = (instant("start-date")?, instant("end-date")?);
    if let (Some(start), Some(end)) = (start, end)
        && end - start > WINDOW
    {
        return Err("a window has at most 90 days\n");
    }
    let bare = field("balances-only") == Some("1");
    // Who does not ask for version 2 gets version 1, and so does everybody while the fault says that there is nothing newer.
    let old = state.faults.strikes(Fault::SimplefinOld, ACCOUNTS_PATH, None);
    let newer = field("version") == Some("2") && !old;
    let (setting, now) = (state.setting(), state.now());
    if state.bridge.item.is_none() {
        let bank = institutions::find(BANK).ok_or("there is no such bank\n")?;
        state.bridge.item = Some(Item::new(
            Draft {
                bank,
                user: "user_good".to_owned(),
                turn: 0,
                products: vec!["transactions".to_owned()],
                consented: vec!["transactions".to_owned()],
                days: Some(730),
                chosen: [true; 9],
                webhook: None,
            },
            &setting,
        ));
    }
    let strikes = [Fault::SimplefinErrlist, Fault::SimplefinSignIn, Fault::SimplefinCurrency]
        .map(|fault| state.faults.strikes(fault, ACCOUNTS_PATH, None));
    let renamed = state.faults.strikes(Fault::SimplefinNewIds, ACCOUNTS_PATH, None);
    let Some(item) = &state.bridge.item else { return Err("there is no such bank\n") };
    let wanted = |row: &Row| {
        let at = posted(row);
        row.unit == USD && start.is_none_or(|start| at >= start) && end.is_none_or(|end| at < end)
    };
    let org = || Organization {
        domain: Some("platypus.example".to_owned()),
        name: Some(item.draft.bank.name.to_owned()),
        id: None,
        sfin_url: Some("https://bridge.example/simplefin".to_owned()),
    };
    let accounts = ACCOUNTS.iter().enumerate().filter_map(|(place, account)| {
        let (id, balance) = item.chosen(place)?;
        let rows = item.ledger.rows().map(|(_, row)| row).filter(|row| row.account == place && !bare && wanted(row));
        let minor = if account.is_debt() { -balance } else { balance };
        Some(Account {
            org: (!newer).then(org),
            conn_id: newer.then(|| CONNECTION.to_owned()),
            id: format!("ACT-{id}"),
            name: format!("{} ({})", account.name, account.mask),
            currency: "USD".to_owned(),
            balance: decimal(minor, 2),
            available: None,
            balance_date: now.as_second(),
            transactions: rows.map(transaction).collect(),
            holdings: Vec::new(),
        })
    });
    let mut set = AccountSet { accounts: accounts.collect(), ..AccountSet::default() };
    if newer {
        set.connections.push(Connection {
            conn_id: CONNECTION.to_owned(),
            name: Some(item.draft.bank.name.to_owned()),
            org_id: Some("INST-1".to_owned()),
            org_url: Some("https://platypus.example".to_owned()),
            sfin_url: Some("https://bridge.example/simplefin".to_owned()),
        });
    }
    if renamed {
        rename(&mut set.accounts);
    }
    spoil(&mut set, strikes, state.bridge.calls);
    if !newer {
        let said = std::mem::take(&mut set.errlist);
        set.errors.extend(said.into_iter().map(|problem| problem.msg));
    }
    Ok(set)
}

/// Gives every account and every row another id.
fn rename(accounts: &mut [Account]) {
    for account in accounts {
        account.id.insert_str(0, "NEW-");
        account.transactions.iter_mut().for_each(|row| row.id.insert_str(0, "NEW-"));
    }
}

/// What the faults and the day's count do to an answer.
fn spoil(set: &mut AccountSet, [errlist, sign_in, currency]: [bool; 3], calls: u64) {
    let problem = |code: &str, msg: &str| {
        let (code, msg) = (code.to_owned(), msg.to_owned());
        Problem { code, msg, conn_id: None, account_id: None }
    };
    if errlist {
        set.accounts.remove(0);
        set.errlist.push(problem("con.api", "First Platypus Bank is slow \u{1b}[31mtoday"));
    }
    if sign_in {
        set.errlist.push(problem("con.auth", "Connection to First Platypus Bank may need attention"));
    }
    if calls > CALLS {
        set.errlist.push(problem("gen.api", "You have made too many requests today; your token will be disabled"));
    }
    if let Some(account) = set.accounts.first_mut().filter(|_| currency) {
        "https://rewards.example/currencies/miles".clone_into(&mut account.currency);
    }
}

/// Noon of the row's day: far from every border of a time zone.
fn posted(row: &Row) -> i64 {
    row.date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(0, |noon| noon.timestamp().as_second())
}

fn transaction(row: &Row) -> Transaction {
    let merchant = row.merchant;
    let text = row.text.as_deref().unwrap_or(merchant.text);
    Transaction {
        id: format!("TRN-{}", row.id),
        posted: if row.pending { 0 } else { posted(row) },
        amount: decimal(-row.minor, row.unit.exponent),
        description: merchant.name.filter(|_| row.text.is_none()).unwrap_or(text).to_owned(),
        payee: merchant.payee().map(str::to_owned),
        memo: None,
        transacted_at: row.pending.then(|| posted(row)),
        pending: row.pending,
        extra: Some(serde_json::json!({ "category": format!("{}_{}", merchant.primary, merchant.detail) })),
    }
}
