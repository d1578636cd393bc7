//! SimpleFIN's shapes become the book's terms. Its sign is bursar's already: a deposit is positive, a debt negative.
//!
//! Invariant: amounts are exact or refused by name; an account's kind, which SimpleFIN does not say, follows from its name alone.

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;
use url::Url;

use super::wire::{Account, AccountSet, Connection, Transaction};
use crate::domain::{
    accounts::{AccountType, Balances, ProviderAccount},
    categories,
    dates::{Date, Timestamp},
    money::{Currency, Money, MoneyError},
    sync::{Refusal, RowKind},
    text,
    transactions::{ProviderCategory, ProviderTransaction, Status},
};

/// Longest id in bytes.
const ID: usize = 256;
/// Longest text in bytes.
const TEXT: usize = 4096;
/// Longest sentence of a server's, in characters.
const SENTENCE: usize = 300;
/// So many of them are shown word by word.
const SENTENCES: usize = 20;

/// The day under which the book has a pending row, and now.
type When<'a> = (&'a dyn Fn(&str) -> Option<Date>, Timestamp);

/// Something that a server wants its user to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The sentence, sanitised.
    pub sentence: String,
    /// What it asks for.
    pub asks: Asks,
    /// Whether something of a bank or an account may be missing for it.
    pub missing: bool,
    /// Whether its code says that it is for the user to know, and that nothing is wrong.
    pub notice: bool,
}

/// What a sentence asks its reader to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing but to know.
    Nothing,
    /// To sign in again at a bank, by way of the server.
    SignIn,
    /// To give bursar a new access: the server does not take this one.
    NewAccess,
}

/// One answer in the book's terms.
#[derive(Debug, Default)]
pub struct Batch {
    /// Accounts with their balances.
    pub accounts: Vec<ProviderAccount>,
    /// Their transactions.
    pub transactions: Vec<ProviderTransaction>,
    /// Rows that the book cannot hold.
    pub refused: Vec<Refusal>,
    /// What the server wants to be read.
    pub said: Vec<Said>,
    /// The banks' names.
    pub banks: Vec<String>,
    /// When the bank that was not read for longest was last read, as far as the balances tell.
    pub updated_at: Option<Timestamp>,
}

/// The accounts of an answer, where their transactions do not matter.
pub fn accounts(set: AccountSet) -> Batch {
    batch(set, &|_| None, Timestamp::MAX)
}

/// Reads an answer. `known` is the day under which the book has a pending row, which keeps it: SimpleFIN gives it no date.
pub fn batch(set: AccountSet, known: &dyn Fn(&str) -> Option<Date>, now: Timestamp) -> Batch {
    let mut batch = Batch { said: said(&set), ..Batch::default() };
    let (mut seen, mut read_at) = (HashSet::new(), BTreeMap::new());
    for account in set.accounts {
        let org = account.org.as_ref();
        let connection = set.connections.iter().find(|one| Some(&one.conn_id) == account.conn_id.as_ref());
        let by_id = connection.and_then(|one| one.name.clone());
        let bank = by_id.or_else(|| org.and_then(|org| org.name.clone().or_else(|| org.domain.clone())));
        let bank = bank.map(|name| shown(&name)).filter(|name| !name.is_empty());
        let place = place(&account, connection);
        let fresh = seen.insert(account.id.clone());
        match read(&account, bank.as_deref(), &place)
            .map(|read| ProviderAccount { as_of: as_of(&account, now), ..read })
            .and_then(|read| {
                if fresh {
                    Ok(read)
                } else {
                    Err(refuse(RowKind::Account, &account.id, "another account has its `id`"))
                }
            }) {
            Ok(read) => {
                rows(&account, &read, (known, now), &mut batch);
                batch.accounts.push(read);
            }
            Err(refusal) => batch.refused.push(refusal),
        }
        if let Some(bank) = bank.filter(|bank| !batch.banks.contains(bank)) {
            batch.banks.push(bank);
        }
        // The newest of a bank's counts: an account that moves no more has an old one for ever.
        if let Some(at) = as_of(&account, now) {
            let newest = read_at.entry(bank_of(&account)).or_insert(at);
            *newest = at.max(*newest);
        }
    }
    batch.updated_at = read_at.into_values().min();
    batch
}

fn rows(account: &Account, read: &ProviderAccount, when: When<'_>, batch: &mut Batch) {
    let mut seen = HashSet::new();
    for row in &account.transactions {
        if !seen.insert(row.id.as_str()) {
            continue;
        }
        match transaction(row, read, when) {
            Ok(row) => batch.transactions.push(row),
            Err(refusal) => batch.refused.push(refusal),
        }
    }
}

fn read(account: &Account, bank: Option<&str>, place: &str) -> Result<ProviderAccount, Refusal> {
    let refuse = |reason: &str| refuse(RowKind::Account, &account.id, reason);
    if !is_id(&account.id) {
        return Err(refuse("its `id` is empty or too long"));
    }
    let currency = currency(&account.currency).ok_or_else(|| refuse("its `currency` is not one that bursar knows"))?;
    let mut notes = Vec::new();
    let mut money = |name: &str, text: &str| {
        let read = Money::parse(text.trim(), currency);
        if read.is_err() {
            notes.push(format!("`{name}` cannot be held exactly in {currency} and was left out"));
        }
        read.ok()
    };
    let current = money("balance", &account.balance);
    let kind = kind(&account.name, !account.holdings.is_empty());
    let available = account.available.as_deref().filter(|_| !kind.is_debt());
    let balances =
        Balances { current, available: available.and_then(|text| money("available-balance", text)), limit: None };
    let (name, mask) = split_mask(&account.name);
    Ok(ProviderAccount {
        id: account.id.as_str().into(),
        persistent_id: Some(keep(&format!("simplefin:{place}:{}", account.id))),
        name: if name.is_empty() { account.id.clone() } else { name },
        official_name: bank.map(|bank| format!("{bank} {}", keep(&account.name))),
        mask,
        kind,
        subtype: None,
        currency,
        balances,
        as_of: None,
        notes,
    })
}

/// Which bank an account is at.
fn bank_of(account: &Account) -> String {
    let org =
        account.org.as_ref().and_then(|org| org.id.clone().or_else(|| org.domain.clone()).or_else(|| org.name.clone()));
    account.conn_id.clone().or(org).unwrap_or_default()
}

/// When its balance was read at the bank; never a time to come.
fn as_of(account: &Account, now: Timestamp) -> Option<Timestamp> {
    instant(account.balance_date).filter(|_| account.balance_date > 0).map(|at| at.min(now))
}

/// Where an account is kept: the bank's domain, which both versions of the protocol know, else an id of the server's.
fn place(account: &Account, connection: Option<&Connection>) -> String {
    let org = account.org.as_ref();
    let host = connection.and_then(|one| Url::parse(one.org_url.as_deref()?).ok()?.host_str().map(str::to_owned));
    let domain = host.or_else(|| org.and_then(|org| org.domain.clone().or_else(|| org.id.clone())));
    domain.or_else(|| account.conn_id.clone()).unwrap_or_default()
}

fn transaction(
    row: &Transaction,
    account: &ProviderAccount,
    (known, now): When<'_>,
) -> Result<ProviderTransaction, Refusal> {
    // Ids of transactions are unique within their account only.
    let id = format!("{}/{}", account.id, row.id);
    let refuse = |reason: &str| refuse(RowKind::Transaction, &id, reason);
    if !is_id(&row.id) {
        return Err(refuse("its `id` is empty or too long"));
    }
    let currency = account.currency;
    let amount = Money::parse(row.amount.trim(), currency).map_err(|error| {
        refuse(&match error {
            MoneyError::TooManyDecimals { exponent, .. } => {
                format!("its `amount` has more decimals than {currency} allows ({exponent})")
            }
            MoneyError::NotANumber(_) => "its `amount` is not a number".to_owned(),
            _ => format!("its `amount` of {currency} is larger than bursar can hold exactly"),
        })
    })?;
    let posted = instant(row.posted).filter(|_| row.posted > 0);
    if row.posted > 0 && posted.is_none() {
        return Err(refuse("its `posted` is not a day"));
    }
    let pending = row.pending || posted.is_none();
    let transacted = row.transacted_at.filter(|at| *at > 0).and_then(instant);
    let date = match (pending, posted, transacted) {
        (false, Some(posted), _) | (true, Some(posted), None) => day(posted),
        (_, _, Some(transacted)) => day(transacted),
        (_, None, None) => known(&id).unwrap_or_else(|| day(now)),
    };
    let category = row.extra.as_ref().and_then(|extra| extra.get("category")).and_then(|word| word.as_str());
    let memo = row.memo.as_deref().map(keep).filter(|memo| !memo.trim().is_empty() && *memo != row.description);
    let payee = row.payee.as_deref().map(keep).filter(|payee| !payee.trim().is_empty());
    let words = keep(&row.description);
    let description =
        if words.trim().is_empty() { payee.clone().or_else(|| memo.clone()).unwrap_or_default() } else { words };
    Ok(ProviderTransaction {
        id: id.into(),
        account: account.id.clone(),
        pending_id: None,
        date,
        authorized_date: transacted.map(day),
        datetime: None,
        authorized_datetime: None,
        amount,
        status: if pending { Status::Pending } else { Status::Posted },
        description,
        original_description: None,
        merchant: payee,
        merchant_entity_id: None,
        website: None,
        payment_channel: None,
        check_number: None,
        category: category.and_then(known_category),
        counterparties: Vec::new(),
        location: None,
        details: memo.into_iter().map(|memo| ("memo".to_owned(), memo)).collect(),
    })
}

/// A category that a server adds, where it is one of the taxonomy that bursar knows.
fn known_category(word: &str) -> Option<ProviderCategory> {
    let found = categories::get(word)?;
    Some(ProviderCategory {
        detailed: found.id.to_owned(),
        primary: found.primary.id.to_owned(),
        confidence: None,
        version: None,
    })
}

/// An ISO code, or the last part of the address of a currency of one's own.
fn currency(text: &str) -> Option<Currency> {
    match text.split_once("://") {
        None => Currency::iso(text).ok(),
        Some((_, rest)) => {
            let last = rest.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/').next()?;
            let code: String = last.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
            Currency::unofficial(&code.to_ascii_uppercase()).ok()
        }
    }
}

/// Words of names, and what an account of that name is; the first that fits decides.
const KINDS: &[(&[&str], AccountType)] = &[
    (&["mortgage", "loan", "heloc"], AccountType::Loan),
    (&["credit", "card", "visa", "mastercard", "amex"], AccountType::Credit),
    (&["ira", "401k", "403b", "brokerage", "investment", "investments", "roth", "portfolio"], AccountType::Investment),
    (&["checking", "saving", "savings", "cd", "market", "cash", "current", "deposit"], AccountType::Depository),
];

fn kind(name: &str, holdings: bool) -> AccountType {
    let words = text::normalize_name(name);
    let has = |wanted: &&[&str]| words.split(' ').any(|word| wanted.contains(&word));
    // "Debit card" is not a debt.
    let found = KINDS.iter().find(|(wanted, kind)| {
        has(wanted) && !(*kind == AccountType::Credit && words.split(' ').any(|word| word == "debit"))
    });
    match found {
        _ if holdings => AccountType::Investment,
        Some((_, kind)) => *kind,
        None => AccountType::Depository,
    }
}

/// A name like `Checking (0000)` or `Checking - 0000`, taken apart.
fn split_mask(name: &str) -> (String, Option<String>) {
    let name = keep(name.trim());
    let bare = name.trim_end_matches(')');
    let split = bare.rfind(['(', '-', '#', 'x', '*']).filter(|at| *at > 0).map(|at| bare.split_at(at));
    match split {
        Some((front, back)) if (3..=5).contains(&back.len()) && back[1..].bytes().all(|byte| byte.is_ascii_digit()) => {
            let front = front.trim_end_matches(['(', '-', '#', 'x', '*', ' ', '.']);
            (front.to_owned(), Some(back[1..].to_owned()))
        }
        _ => (name, None),
    }
}

/// Everything that a server wants its user to read, each sentence once.
fn said(set: &AccountSet) -> Vec<Said> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    let coded = set.errlist.iter().map(|problem| (problem.code.as_str(), problem.msg.as_str()));
    for (code, words) in coded.chain(set.errors.iter().map(|words| ("", words.as_str()))) {
        let (code, words) = (shown(code), shown(words));
        let (asks, missing) = meaning(&code, &words.to_lowercase());
        let notice = code.starts_with("gen.") && asks == Asks::Nothing;
        let sentence = if words.is_empty() { code } else { words };
        if !sentence.is_empty() && seen.insert(sentence.clone()) {
            all.push(Said { sentence, asks, missing, notice });
        }
    }
    let rest = all.split_off(all.len().min(SENTENCES));
    all.extend(in_short(&rest));
    all
}

/// What is not shown word by word is counted, and asks for what it asks for.
fn in_short(rest: &[Said]) -> Option<Said> {
    let asked = |asks: &Asks| rest.iter().any(|one| one.asks == *asks);
    let asks = [Asks::NewAccess, Asks::SignIn].into_iter().find(asked).unwrap_or(Asks::Nothing);
    let sentence = format!("and {} more that the server says", rest.len());
    let (missing, notice) = (rest.iter().any(|one| one.missing), rest.iter().all(|one| one.notice));
    (!rest.is_empty()).then_some(Said { sentence, asks, missing, notice })
}

/// What a code of version 2 means, whose prefix counts where its second part is not known; a sentence of version 1 has only its
/// words.
fn meaning(code: &str, words: &str) -> (Asks, bool) {
    let (prefix, rest) = code.split_once('.').unwrap_or((code, ""));
    let asks = ["reauth", "authenticat", "need attention", "needs attention", "sign in", "log in"];
    match (prefix, rest) {
        ("gen", "auth") => (Asks::NewAccess, true),
        ("con", "auth") => (Asks::SignIn, true),
        ("con" | "act", _) => (Asks::Nothing, true),
        ("gen", _) => (Asks::Nothing, false),
        _ if asks.iter().any(|word| words.contains(word)) => (Asks::SignIn, true),
        _ => (Asks::Nothing, false),
    }
}

/// A text of a server's as it may be shown: without control characters, without anything that looks like a credential.
fn shown(words: &str) -> String {
    let clean = text::sanitize(words);
    let parts =
        clean.split_whitespace().map(|word| if word.contains("://") && word.contains('@') { "[…]" } else { word });
    parts.collect::<Vec<_>>().join(" ").chars().take(SENTENCE).collect()
}

fn refuse(kind: RowKind, id: &str, reason: &str) -> Refusal {
    let id = id.chars().filter(char::is_ascii_graphic).take(64).collect();
    Refusal { kind, id, reason: reason.to_owned() }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID && !text.chars().any(char::is_control)
}

fn keep(words: &str) -> String {
    let mut end = words.len().min(TEXT);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    words[..end].replace('\0', "")
}

fn instant(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests;
