//! Looks for what should be told in what the book knows.

use super::{Alert, AlertKind, Bounds, Regular};
use crate::domain::{
    accounts::AccountType,
    dates::Date,
    ids::ConnectionId,
    money::Money,
    standing::{self, ConnectionState},
    views::{AccountStatus, AccountView, ConnectionView, LiabilityView, TransactionView},
};

/// A key of the vault that ends within days, or has ended lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEnd {
    /// Its id.
    pub id: String,
    /// Its owner's name for it.
    pub label: String,
    /// The day.
    pub day: Date,
    /// Whether it has ended, by the clock of keys, which no setting turns back.
    pub ended: bool,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The keys of the vault whose end is news.
    pub keys: &'a [KeyEnd],
    /// The connections as they stand now.
    pub connections: &'a [ConnectionView],
    /// How many syncs in a row failed, by connection.
    pub failures: &'a [(ConnectionId, u64)],
    /// The accounts.
    pub accounts: &'a [AccountView],
    /// The terms of debts.
    pub liabilities: &'a [LiabilityView],
    /// The transactions that are news.
    pub news: &'a [TransactionView],
    /// What the last look through the history found.
    pub regular: &'a [Regular],
    /// The day.
    pub today: Date,
}

/// The accounts that somebody reads: those of a removed connection are as they were on its last day, and nothing of them holds now.
pub fn still_read(accounts: &[AccountView], connections: &[ConnectionView]) -> Vec<AccountView> {
    let removed = |id| connections.iter().any(|one| one.id == id && one.state == ConnectionState::Removed);
    accounts.iter().filter(|account| !account.connection.is_some_and(removed)).cloned().collect()
}

/// Everything that holds now, the most urgent kind first.
pub fn find(known: &Known<'_>, bounds: &Bounds) -> Vec<Alert> {
    let accounts = still_read(known.accounts, known.connections);
    let is_read = |id| accounts.iter().any(|one| one.id == id) || known.accounts.iter().all(|one| one.id != id);
    let regular = known.regular.iter().filter(|one| is_read(one.account) && one.is_news(known.today, bounds));
    let known = &Known { accounts: &accounts, ..*known };
    let mut alerts: Vec<Alert> = known
        .connections
        .iter()
        .filter(|connection| connection.state != ConnectionState::Removed)
        .fold(Vec::new(), |mut found, connection| {
            found.extend(of_connection(connection));
            found.extend(failing(connection, known, bounds));
            found
        });
    alerts.extend(known.keys.iter().map(ending));
    alerts.extend(known.liabilities.iter().filter_map(|debt| due(debt, known, bounds)));
    alerts.extend(known.accounts.iter().filter_map(|account| low(account, bounds)));
    alerts.extend(known.news.iter().filter_map(|transaction| large(transaction, bounds)));
    alerts.extend(regular.map(Regular::alert));
    alerts.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    alerts.dedup_by(|a, b| a.key == b.key);
    alerts
}

/// An alert with nothing in it but what each has.
pub(super) fn alert(kind: AlertKind, key: &str, subject: &str, message: String) -> Alert {
    Alert {
        kind,
        key: format!("{}:{key}", kind.as_str()),
        message,
        subject: subject.to_owned(),
        connection: None,
        account: None,
        transaction: None,
        amount: None,
        before: None,
        date: None,
        action: None,
    }
}

fn of_connection(connection: &ConnectionView) -> Option<Alert> {
    let name = &connection.name;
    let day = |at: Option<_>| at.map_or_else(|| "an unknown day".to_owned(), |at| standing::day(at).to_string());
    let (kind, message) = match connection.state {
        ConnectionState::NeedsSignIn => (AlertKind::Reauth, format!("{name} needs you to sign in again")),
        ConnectionState::Gone => (AlertKind::Reauth, format!("{name} does not exist at the provider any more")),
        ConnectionState::ConsentEnding => {
            (AlertKind::ConsentEnding, format!("the consent for {name} ends on {}", day(connection.consent_expires_at)))
        }
        ConnectionState::Stale => {
            let bank = connection.bank_updated_at.or(connection.last_success_at);
            (AlertKind::Stale, format!("the data of {name} is of {}", day(bank)))
        }
        _ => return None,
    };
    let mut found = alert(kind, &connection.id.to_string(), name, message);
    found.connection = Some(connection.id);
    found.action.clone_from(&connection.action);
    found.date = connection.consent_expires_at.filter(|_| kind == AlertKind::ConsentEnding).map(standing::day);
    Some(found)
}

fn ending(key: &KeyEnd) -> Alert {
    let KeyEnd { label, day, ended, .. } = key;
    let message = if *ended {
        format!("the key {label:?} ended on {day} and opens nothing any more")
    } else {
        format!("the key {label:?} ends on {day}; what uses it does not open the vault from then on")
    };
    let mut found = alert(AlertKind::KeyEnding, &format!("{}:{}", key.id, key.day), &key.label, message);
    found.date = Some(key.day);
    found.action = Some(format!("bursar keys expire {} 365d", key.id));
    found
}

/// That so many runs in a row ended before any bank was asked, and why the last one did.
pub fn unreached(times: u64, vault: &str, reason: &str, action: Option<String>) -> Alert {
    let message = format!("the last {times} syncs of {vault} ended before any bank was asked: {reason}");
    Alert { action, ..alert(AlertKind::SyncFailing, "vault", vault, message) }
}

fn failing(connection: &ConnectionView, known: &Known<'_>, bounds: &Bounds) -> Option<Alert> {
    let (_, times) = known.failures.iter().find(|(id, _)| *id == connection.id)?;
    if bounds.failures == 0 || *times < bounds.failures {
        return None;
    }
    // The number is not in the sentence's key: one row of failures is told once, however long it gets.
    let message = format!("the last {times} syncs of {} failed", connection.name);
    let mut found = alert(AlertKind::SyncFailing, &connection.id.to_string(), &connection.name, message);
    found.connection = Some(connection.id);
    found.action.clone_from(&connection.action);
    Some(found)
}

fn due(debt: &LiabilityView, known: &Known<'_>, bounds: &Bounds) -> Option<Alert> {
    let account = known.accounts.iter().find(|account| account.id == debt.account)?;
    let day = debt.terms.due?;
    let days = (day - known.today).get_days();
    let late = debt.terms.is_overdue(standing::day(debt.as_of), known.today);
    if account.status == AccountStatus::Closed || !(late || (0..=bounds.due_days).contains(&days)) {
        return None;
    }
    let amount = debt.terms.minimum.map_or_else(|| "a payment".to_owned(), Money::grouped);
    let (key, words) = if late { ("late", "is overdue, was due") } else { ("due", "is due") };
    let message = format!("{amount} to {} {words} on {day}", account.name);
    let mut found = alert(AlertKind::PaymentDue, &format!("{}:{key}:{day}", account.id), &account.name, message);
    (found.account, found.amount, found.date) = (Some(account.id), debt.terms.minimum, Some(day));
    Some(found)
}

fn low(account: &AccountView, bounds: &Bounds) -> Option<Alert> {
    if account.kind != AccountType::Depository || account.status == AccountStatus::Closed {
        return None;
    }
    let balance = account.balance.available.or(account.balance.current)?;
    let bound = bounds.low_balance.as_ref()?.of(balance.currency)?;
    if balance.minor >= bound.minor {
        return None;
    }
    let message = format!("{} holds {}, less than {}", account.name, balance.grouped(), bound.grouped());
    let mut found = alert(AlertKind::LowBalance, &account.id.to_string(), &account.name, message);
    (found.account, found.connection, found.amount) = (Some(account.id), account.connection, Some(balance));
    Some(found)
}

fn large(transaction: &TransactionView, bounds: &Bounds) -> Option<Alert> {
    let amount = transaction.amount;
    if !bounds.is_large(amount) {
        return None;
    }
    let message = format!("{}, {} on {}", amount.grouped(), transaction.payee, transaction.date);
    let mut found = alert(AlertKind::LargeTransaction, &transaction.id.to_string(), &transaction.payee, message);
    (found.account, found.transaction) = (Some(transaction.account), Some(transaction.id));
    (found.amount, found.date) = (Some(amount), Some(transaction.date));
    Some(found)
}
