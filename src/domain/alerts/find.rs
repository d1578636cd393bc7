//! Looks for what should be told in what the book knows.

use jiff::ToSpan as _;

use super::{Alert, AlertKind, Bounds};
use crate::domain::{
    accounts::AccountType,
    dates::Date,
    ids::{AccountId, ConnectionId},
    money::Money,
    recurring::{self, Series, Standing, Stream},
    standing::{self, ConnectionState},
    transactions::Kind,
    views::{AccountStatus, AccountView, ConnectionView, LiabilityView, TransactionView},
};

/// How many days after its date a transaction is still news.
pub const NEWS_DAYS: i32 = 7;

/// How many days after it stopped a regular payment is still news.
const ENDED_DAYS: i32 = 31;

/// How many payments of a new price make it an old one.
const NEW_PRICES: usize = 2;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The connections as they stand now.
    pub connections: &'a [ConnectionView],
    /// How many syncs in a row failed, by connection.
    pub failures: &'a [(ConnectionId, u64)],
    /// The accounts.
    pub accounts: &'a [AccountView],
    /// The terms of debts.
    pub liabilities: &'a [LiabilityView],
    /// The transactions of the last [`NEWS_DAYS`] days.
    pub news: &'a [TransactionView],
    /// What passed between the owner and each payee.
    pub series: &'a [Series],
    /// The day.
    pub today: Date,
}

/// Everything that holds now, the most urgent kind first.
pub fn find(known: &Known<'_>, bounds: &Bounds) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = known
        .connections
        .iter()
        .filter(|connection| connection.state != ConnectionState::Removed)
        .fold(Vec::new(), |mut found, connection| {
            found.extend(of_connection(connection));
            found.extend(failing(connection, known, bounds));
            found
        });
    alerts.extend(known.liabilities.iter().filter_map(|debt| due(debt, known, bounds)));
    alerts.extend(known.accounts.iter().filter_map(|account| low(account, bounds)));
    alerts.extend(known.news.iter().filter_map(|transaction| large(transaction, known.today, bounds)));
    for series in known.series {
        for stream in recurring::find(series, known.today) {
            alerts.extend(of_stream(series, &stream, known.today, bounds));
        }
    }
    alerts.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    alerts.dedup_by(|a, b| a.key == b.key);
    alerts
}

/// An alert with nothing in it but what each has.
fn alert(kind: AlertKind, key: &str, subject: &str, message: String) -> Alert {
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
    let late = debt.terms.overdue.unwrap_or(days < 0);
    if account.status == AccountStatus::Closed || !(late || (0..=bounds.due_days).contains(&days)) {
        return None;
    }
    let amount = debt.terms.minimum.map_or_else(|| "a payment".to_owned(), |minimum| minimum.to_string());
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
    let message = format!("{} holds {balance}, less than {bound}", account.name);
    let mut found = alert(AlertKind::LowBalance, &account.id.to_string(), &account.name, message);
    (found.account, found.connection, found.amount) = (Some(account.id), account.connection, Some(balance));
    Some(found)
}

fn large(transaction: &TransactionView, today: Date, bounds: &Bounds) -> Option<Alert> {
    let amount = transaction.amount;
    let bound = bounds.large_transaction.as_ref()?.of(amount.currency)?;
    let fresh = transaction.date >= today.saturating_sub(NEWS_DAYS.days());
    if !fresh || amount.minor.saturating_abs() < bound.minor {
        return None;
    }
    let message = format!("{amount}, {} on {}", transaction.payee, transaction.date);
    let mut found = alert(AlertKind::LargeTransaction, &transaction.id.to_string(), &transaction.payee, message);
    (found.account, found.transaction) = (Some(transaction.account), Some(transaction.id));
    (found.amount, found.date) = (Some(amount), Some(transaction.date));
    Some(found)
}

fn of_stream(series: &Series, stream: &Stream, today: Date, bounds: &Bounds) -> Vec<Alert> {
    let mut found = Vec::new();
    let Some(last) = stream.last() else { return found };
    let money = |minor| Money::new(minor, series.currency);
    let place = |day: Date| format!("{}:{}:{day}", series.payee, series.currency.code());
    let make = |kind, day: Date, account: AccountId, message: String| {
        let mut made = alert(kind, &place(day), &series.payee, message);
        (made.account, made.date) = (Some(account), Some(day));
        made
    };
    let risen = stream.change.filter(|change| {
        let since = stream.payments.iter().filter(|payment| payment.date >= change.date).count();
        let dearer = change.to.saturating_abs() > change.from.saturating_abs();
        series.kind == Kind::Expense && dearer && since <= NEW_PRICES && stream.standing != Standing::Ended
    });
    if let Some(change) = risen.filter(|_| bounds.price_rise) {
        let (from, to) = (money(change.from), money(change.to));
        let message = format!("{} costs {to} since {}, {from} before", series.payee, change.date);
        let mut rise = make(AlertKind::PriceRise, change.date, last.account, message);
        (rise.amount, rise.before) = (Some(to), Some(from));
        found.push(rise);
    }
    let stopped = match stream.standing {
        Standing::Missed => Some((AlertKind::PaymentMissed, "was expected on")),
        Standing::Ended if today <= stream.over().saturating_add(ENDED_DAYS.days()) => {
            Some((AlertKind::PaymentEnded, "seems to have stopped; the next payment was expected on"))
        }
        Standing::Ended | Standing::Active => None,
    };
    if let Some((kind, words)) = stopped.filter(|_| bounds.missed) {
        let message = format!("{} {words} {}", series.payee, stream.next);
        let mut gone = make(kind, stream.next, last.account, message);
        gone.amount = Some(money(last.minor));
        found.push(gone);
    }
    found
}
