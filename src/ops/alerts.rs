//! What holds now and should be told, out of the book; and the memory of what was told.
//!
//! Regular payments are found by a look through the history, which a sync takes; whoever asks what holds reads what it found.
//! Invariant: an alert is marked as told only after its owner's program took it.

use jiff::ToSpan as _;

use crate::{
    domain::{
        alerts::{self, Alert, Bounds, KeyEnd, Known},
        dates::{Date, Period, Timestamp},
        query::Query,
        standing,
        views::AlertView,
    },
    store::{Event, KeptAlert, Result, Store},
    vault::{Slot, Unlocked},
};

/// How far back regular payments are looked for, as in the report of them.
const MONTHS: i32 = 25;

/// For how many days before its end, and after it, a key's end is news.
pub const KEY_DAYS: i64 = 14;

/// Everything that holds now; how much is read does not grow with the history.
pub fn now((book, keys): (&Store, &[KeyEnd]), bounds: &Bounds, now: Timestamp, today: Date) -> Result<Vec<Alert>> {
    let news = match &bounds.large_transaction {
        Some(_) => book.news(now, today, |amount| bounds.is_large(amount))?,
        None => Vec::new(),
    };
    let known = Known {
        keys,
        connections: &book.connections_at(now)?,
        failures: &book.failures_in_a_row()?,
        accounts: &book.accounts()?,
        liabilities: &book.liabilities()?,
        news: &news,
        regular: &book.regular_alerts()?,
        today,
    };
    Ok(alerts::find(&known, bounds))
}

/// The keys of the vault whose end is news at an instant of the clock of keys.
pub fn keys(vault: &Unlocked, latest: Timestamp) -> Vec<KeyEnd> {
    let ending = vault.slots().iter().filter_map(|slot| Some((slot, slot.expires?)));
    let near = ending.filter(|(_, end)| end.duration_since(latest).as_hours().abs() < 24 * KEY_DAYS);
    let key = |(slot, end): (&Slot, Timestamp)| KeyEnd {
        id: slot.id.to_string(),
        label: slot.label.clone(),
        day: standing::day(end),
        ended: end <= latest,
    };
    near.map(key).collect()
}

/// Looks for what regular payments have to tell, and keeps it; nothing is done when neither a transaction nor the day is
/// another than at the last look.
pub fn look(book: &mut Store, at: Timestamp, today: Date) -> Result<()> {
    let look = book.look(today)?;
    if book.last_look()? == Some(look) {
        return Ok(());
    }
    let since = Period { begin: Some(today.saturating_sub(MONTHS.months())), end: None };
    let found = alerts::look(&book.recurrences(&Query::default(), since, today)?, today);
    book.write(&event(at, "sync.alerts"), |tx| {
        tx.note("found", found.len());
        tx.keep_regular(&found, Some(&look))
    })
}

/// Remembers what holds now, and gives what was not told yet; nothing is written when nothing changed.
pub fn untold(book: &mut Store, now: &[Alert], at: Timestamp) -> Result<Vec<AlertView>> {
    let mut kept = book.kept_alerts()?;
    let holds = |key: &str| now.iter().any(|alert| alert.key == key);
    if !now.iter().all(|alert| kept.iter().any(|one| one.key == alert.key)) || !kept.iter().all(|one| holds(&one.key)) {
        book.write(&event(at, "notify"), |tx| tx.keep_alerts(now))?;
        kept = book.kept_alerts()?;
    }
    let mut views = with_memory(now.to_vec(), &kept);
    views.retain(|view| view.told_at.is_none());
    Ok(views)
}

/// Alerts, with since when they hold and when they were told.
pub fn with_memory(alerts: Vec<Alert>, kept: &[KeptAlert]) -> Vec<AlertView> {
    let view = |alert: Alert| {
        let known = kept.iter().find(|one| one.key == alert.key);
        let (first_seen, told_at) = (known.map(|one| one.first_seen), known.and_then(|one| one.told_at));
        AlertView { alert, first_seen, told_at }
    };
    alerts.into_iter().map(view).collect()
}

/// Marks what the owner's program took.
pub fn told(book: &mut Store, told: &[AlertView], at: Timestamp) -> Result<()> {
    let keys: Vec<&str> = told.iter().map(|view| view.alert.key.as_str()).collect();
    book.write(&event(at, "notify"), |tx| tx.alerts_told(&keys))
}

fn event(at: Timestamp, action: &str) -> Event {
    Event { at, action: action.to_owned(), resource: None }
}

#[cfg(test)]
mod tests;
