//! What holds now and should be told, out of the book; and the memory of what was told.
//!
//! Invariant: an alert is marked as told only after its owner's program took it.

use jiff::ToSpan as _;

use crate::{
    domain::{
        alerts::{self, Alert, Bounds, Known, NEWS_DAYS},
        dates::{Date, Period, Timestamp},
        query::Query,
        views::Limit,
    },
    store::{Event, Result, Store},
};

/// How far back regular payments are looked for, as in the report of them.
const MONTHS: i32 = 25;

/// Everything that holds now.
pub fn now(book: &Store, bounds: &Bounds, now: Timestamp, today: Date) -> Result<Vec<Alert>> {
    let every = Query::default();
    let since = |begin| Period { begin: Some(begin), end: None };
    let news = match &bounds.large_transaction {
        Some(_) => book.transactions(&every, since(today.saturating_sub(NEWS_DAYS.days())), Limit::default())?.items,
        None => Vec::new(),
    };
    let series = if bounds.price_rise || bounds.missed {
        book.series(&every, since(today.saturating_sub(MONTHS.months())))?
    } else {
        Vec::new()
    };
    let known = Known {
        connections: &book.connections_at(now)?,
        failures: &book.failures_in_a_row()?,
        accounts: &book.accounts()?,
        liabilities: &book.liabilities()?,
        news: &news,
        series: &series,
        today,
    };
    Ok(alerts::find(&known, bounds))
}

/// Remembers what holds now, and gives what was not told yet; nothing is written when nothing changed.
pub fn untold(book: &mut Store, now: &[Alert], at: Timestamp) -> Result<Vec<Alert>> {
    let kept = book.kept_alerts()?;
    let is_kept = |alert: &Alert| kept.iter().any(|one| one.key == alert.key);
    let holds = |key: &str| now.iter().any(|alert| alert.key == key);
    if !now.iter().all(is_kept) || !kept.iter().all(|one| holds(&one.key)) {
        book.write(&event(at), |tx| tx.keep_alerts(now))?;
    }
    let told = |alert: &Alert| kept.iter().any(|one| one.key == alert.key && one.told_at.is_some());
    Ok(now.iter().filter(|alert| !told(alert)).cloned().collect())
}

/// Marks what the owner's program took.
pub fn told(book: &mut Store, told: &[Alert], at: Timestamp) -> Result<()> {
    book.write(&event(at), |tx| tx.alerts_told(told))
}

fn event(at: Timestamp) -> Event {
    Event { at, action: "notify".to_owned(), resource: None }
}
