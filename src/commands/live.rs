//! What `sync --refresh` and `accounts --realtime` have in common: they say what it costs, ask, and keep to the day's limit.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    commands::bank,
    context::Context,
    domain::{provider::manner, views::ConnectionView},
    error::{Error, Kind, Result},
    ops::{
        live::{self, Asked, Live},
        recover::recover,
    },
    vault::Right,
};

/// What a bank is asked to do.
const NEWS: &str = "look for new transactions";
const BALANCES: &str = "give live balances";

/// Calls a day that may be billed one by one, unless plaid.max_billable_per_day says otherwise.
const PER_DAY: u64 = 50;

/// The day's limit; none is without.
pub(super) fn per_day(context: &Context) -> Option<u64> {
    Some(context.settings.config.plaid.max_billable_per_day.unwrap_or(PER_DAY)).filter(|most| *most > 0)
}

/// Has the banks look for new transactions. The inner result is that of the banks, for when the sync is over too.
pub(super) fn refresh(context: &mut Context, wanted: &[ConnectionView], max_wait: Duration) -> Result<Result<()>> {
    let wanted = askable(context, wanted, NEWS)?;
    // Without keys nobody is asked, and nothing is paid for; the sync says it of each connection, and goes on with the others.
    if wanted.is_empty() || keyless(context)? {
        return Ok(Ok(()));
    }
    agreed(context, NEWS, &wanted)?;
    let (per_day, mut ui) = (per_day(context), context.ui.again());
    let found = bank::with(context, Right::Sync, |bank, mut book| {
        bank::recovered(&mut ui, &recover(bank, &mut book)?);
        let progress = ui.progress("asking the banks to look for new transactions");
        let say = |message: &str| progress.say(message);
        Ok(live::refresh(bank, &mut book, &wanted, (per_day, max_wait), &say)?)
    })?;
    Ok(verdict(context, found))
}

/// The names of those that would be told to look for new transactions.
pub(super) fn would_refresh(context: &mut Context, wanted: &[ConnectionView]) -> Result<Vec<String>> {
    Ok(askable(context, wanted, NEWS)?.into_iter().map(|connection| connection.name).collect())
}

/// Reads live balances into the book. The inner result is that of the banks, for when the accounts were shown.
pub(super) fn balances(context: &mut Context, wanted: &[ConnectionView]) -> Result<Result<()>> {
    let wanted = askable(context, wanted, BALANCES)?;
    if context.settings.dry_run {
        let names: Vec<&str> = wanted.iter().map(|connection| connection.name.as_str()).collect();
        context
            .ui
            .status(&format!("would ask for live balances, each a call that may be billed: {}", names.join(", ")));
        return Ok(Ok(()));
    }
    if wanted.is_empty() {
        return Ok(Ok(()));
    }
    agreed(context, BALANCES, &wanted)?;
    let (per_day, mut ui) = (per_day(context), context.ui.again());
    let found = bank::with(context, Right::Sync, |bank, mut book| {
        bank::recovered(&mut ui, &recover(bank, &mut book)?);
        let progress = ui.progress("asking the banks for balances");
        Ok(live::balances(bank, &mut book, &wanted, per_day, &|message| progress.say(message))?)
    })?;
    Ok(verdict(context, found))
}

/// Whether there are no keys to ask with.
fn keyless(context: &mut Context) -> Result<bool> {
    context.require_network()?;
    context.require(Right::Sync)?;
    Ok(context.client_if_keys()?.is_err())
}

/// The connections that can be asked. The others are named; where there are no others to ask, that is an error.
fn askable(context: &mut Context, wanted: &[ConnectionView], what: &str) -> Result<Vec<ConnectionView>> {
    let mut able = Vec::new();
    let mut unable = Vec::new();
    for connection in wanted {
        match live::hindrance(connection) {
            None => able.push(connection.clone()),
            Some(why) => unable.push(format!("{} cannot be asked to {what}: {why}", connection.name)),
        }
    }
    if able.is_empty() && !unable.is_empty() {
        let sentence = format!("{}; nothing was asked", unable.join("; "));
        return Err(Error::new(Kind::Refused, "not_on_demand", sentence).hint("bursar connections"));
    }
    for sentence in &unable {
        context.ui.warn(sentence);
    }
    Ok(able)
}

/// Says what it may cost, and asks.
fn agreed(context: &mut Context, what: &str, wanted: &[ConnectionView]) -> Result<()> {
    let count = wanted.len();
    context.require_network()?;
    context.require(Right::Sync)?;
    let (banks, calls) = if count == 1 { ("a bank", "one call") } else { ("banks", "calls") };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    context.ui.status(&format!(
        "asking {number}{banks} to {what} takes {number}{calls} that {} may bill, each at your plan's price",
        billers(wanted)
    ));
    if context.ui.confirm("Go on?")? {
        return Ok(());
    }
    let sentence = format!("no bank was asked to {what}, because you did not agree to what it may cost");
    Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"))
}

/// Who may bill for them.
fn billers(wanted: &[ConnectionView]) -> String {
    let names: BTreeSet<&str> = wanted.iter().map(|connection| manner(&connection.provider).name).collect();
    Vec::from_iter(names).join(" and ")
}

/// Tells what did not go well, and turns it into the exit code: one reason for all is that reason, everything else is 3.
fn verdict(context: &mut Context, live: Live) -> Result<()> {
    if live.last {
        context.ui.warn("that was the last call today that may be billed (plaid.max_billable_per_day)");
    }
    let total = live.asked.len();
    let mut failed: Vec<(String, Error)> = Vec::new();
    let mut refused = 0;
    for Asked { name, error, cached, refused: rows, .. } in live.asked {
        if cached {
            context
                .ui
                .warn(&format!("{name}: the bank has no balance as fresh as was asked for; this is its last known"));
        }
        refused += rows.len();
        for row in &rows {
            context.ui.warn(&row.to_string());
        }
        if let Some(error) = error {
            context.ui.warn(&format!("{name}: {error}"));
            failed.push((name, error.into()));
        }
    }
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        if refused == 0 {
            return Ok(());
        }
        let sentence = format!("{refused} balances were not kept, because bursar cannot hold them exactly");
        return Err(Error::new(Kind::Partial, "rows_refused", sentence).hint("bursar connections"));
    }
    let sentence = format!("{} of {total} banks were not asked with success: {}", names.len(), names.join(", "));
    if names.len() == total
        && let Some(kind) = failed.first().map(|(_, error)| error.kind)
        && failed.iter().all(|(_, error)| error.kind == kind)
    {
        return Err(failed.swap_remove(0).1);
    }
    Err(Error::new(Kind::Partial, "partial", sentence).hint("bursar connections"))
}
