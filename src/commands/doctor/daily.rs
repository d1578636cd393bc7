//! What can go wrong from day to day: the clock, keys that end, connections that stand still, no schedule.
//!
//! A vault that does not open by itself is not asked; what stands in it is then not looked at, and that is said.

use crate::{
    commands::schedule::schedules,
    context::Context,
    domain::{
        dates::Timestamp,
        standing::{self, ConnectionState},
        views::{CheckItem, ConnectionView, Limit},
    },
    error::Result,
    ops::{alerts::KEY_DAYS, schedule::State},
    store::Unjoined,
};

pub(super) fn checks(context: &mut Context) -> Vec<CheckItem> {
    if !context.location().exists() {
        return Vec::new();
    }
    let mut checks = vec![schedule(context)];
    if context.locked().is_err() {
        return checks;
    }
    if !context.opens_by_itself() {
        let detail = "the vault is locked, so clock, keys and connections were not compared with it";
        checks.push(CheckItem::warn("book", detail).hint("bursar unlock"));
        return checks;
    }
    match book(context) {
        Ok(found) => {
            checks.extend(found);
            checks.extend(super::clock::checked(context));
        }
        Err(error) => checks.push(super::from(&error, "book", "bursar vault check")),
    }
    checks
}

fn schedule(context: &mut Context) -> CheckItem {
    match schedules(context) {
        Err(error) => CheckItem::bad("schedule", error.message).hint("bursar schedule print"),
        Ok(found) => match found.first() {
            None => {
                CheckItem::warn("schedule", "nothing syncs this vault by the clock").hint("bursar schedule install")
            }
            Some(one) => {
                let kind = one.scheduler.as_str();
                let last = one.last_sync_at.map_or_else(String::new, |at| format!(", last sync {at}"));
                let next = one.next.as_ref().map_or_else(String::new, |at| format!(", next {at}"));
                match one.state {
                    State::Unchanged => CheckItem::good("schedule", format!("{kind}{last}{next}")),
                    State::Edited => {
                        CheckItem::warn("schedule", format!("{kind}, edited since bursar wrote it{last}{next}"))
                            .hint("bursar schedule install --dry-run")
                    }
                }
            }
        },
    }
}

fn book(context: &mut Context) -> Result<Vec<CheckItem>> {
    let now = context.clock.now();
    let book = context.book()?;
    let last = book.sync_log(None, Limit { limit: Some(1), offset: 0 })?.items.into_iter().next();
    let (connections, unjoined) = (book.connections_at(now)?, book.unjoined()?);
    drop(book);
    let mut checks = vec![clock(now, last.map(|run| run.finished_at))];
    // No flag makes a key last longer.
    let latest = context.clock.latest();
    let vault = context.unlocked()?;
    let ending: Vec<_> =
        vault.slots().iter().filter(|slot| slot.expires.is_some_and(|at| ends_soon(latest, at))).collect();
    if ending.is_empty() {
        let detail = match vault.slots().len() {
            1 => format!("one, which does not end within {KEY_DAYS} days"),
            several => format!("{several}, none ends within {KEY_DAYS} days"),
        };
        checks.push(CheckItem::good("keys", detail));
    }
    for slot in ending {
        let day = slot.expires.map_or_else(String::new, |at| standing::day(at).to_string());
        let command = format!("bursar keys expire {} 365d", slot.id);
        checks.push(CheckItem::warn("keys", format!("the key {:?} ends on {day}", slot.label)).hint(command));
    }
    checks.extend(freshness(&connections, &unjoined, now));
    Ok(checks)
}

/// Whether an end has come, or comes within days.
pub(super) fn ends_soon(now: Timestamp, end: Timestamp) -> bool {
    end.duration_since(now).as_hours() < 24 * KEY_DAYS
}

fn clock(now: Timestamp, last: Option<Timestamp>) -> CheckItem {
    match last {
        Some(last) if last > now => {
            let detail = format!("it says {now}, and a sync ended at {last} by the same clock");
            CheckItem::bad("clock", detail).hint("timedatectl")
        }
        _ => CheckItem::good("clock", now.to_string()),
    }
}

/// A line a connection that somebody should look at, or one that says there is none.
fn freshness(connections: &[ConnectionView], unjoined: &[Unjoined], now: Timestamp) -> Vec<CheckItem> {
    let live = || connections.iter().filter(|connection| connection.state != ConnectionState::Removed);
    let ill = live().filter(|connection| connection.state.needs_attention());
    let mut checks: Vec<CheckItem> = ill
        .map(|connection| {
            let check = CheckItem::warn("connection", format!("{}: {}", connection.name, connection.state.words()));
            check.hint(connection.action.as_deref().unwrap_or("bursar connections"))
        })
        .collect();
    checks.extend(
        unjoined
            .iter()
            .map(|pair| CheckItem::warn("connection", format!("{}: {}", pair.name, pair.words())).hint(pair.command())),
    );
    if checks.is_empty() {
        let new = live().filter(|connection| connection.state == ConnectionState::New).count();
        let oldest = live().filter_map(|connection| connection.bank_updated_at).min();
        checks.push(well((live().count(), new), oldest, now));
    }
    checks
}

/// Connections that nobody has to look at, so many of them new; what was never read, or not in these two days, is not called up to date.
fn well((count, new): (usize, usize), oldest: Option<Timestamp>, now: Timestamp) -> CheckItem {
    let old = oldest.map(standing::day).filter(|day| (standing::day(now) - *day).get_days() > 1);
    match (count, old) {
        (0, _) => CheckItem::good("connections", "no bank is linked").hint("bursar link"),
        _ if new > 0 => {
            CheckItem::good("connections", format!("{count}, of them never synced: {new}")).hint("bursar sync")
        }
        (_, Some(day)) => {
            CheckItem::good("connections", format!("{count}, none needs attention; the oldest bank's data is of {day}"))
        }
        (_, None) => CheckItem::good("connections", format!("{count}, all up to date")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_days_ago_is_not_up_to_date() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-04-15T12:00:00Z");
        assert_eq!(well((2, 0), Some(at("2026-04-14T00:00:00Z")), now).detail, "2, all up to date");
        assert_eq!(well((2, 0), None, now).detail, "2, all up to date");
        assert_eq!(well((2, 1), None, now).detail, "2, of them never synced: 1");
        let old = well((2, 0), Some(at("2026-04-13T23:00:00Z")), now);
        assert_eq!(old.detail, "2, none needs attention; the oldest bank's data is of 2026-04-13");
        assert_eq!(well((0, 0), None, now).detail, "no bank is linked");
    }

    #[test]
    fn a_clock_that_runs_back_is_bad() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-04-15T12:00:00Z");
        assert!(clock(now, None).ok && clock(now, Some(now)).ok);
        assert!(!clock(now, Some(at("2026-04-15T12:00:01Z"))).ok);
        assert!(ends_soon(now, at("2026-04-20T00:00:00Z")) && ends_soon(now, now));
        assert!(!ends_soon(now, at("2026-05-20T00:00:00Z")));
    }
}
