//! Tells what is new after a sync.
//!
//! Invariant: whatever goes wrong here is a warning, and changes nothing of how the sync ended.

use crate::{
    commands::schedule,
    context::Context,
    domain::{
        alerts::{self as alerting, Notice},
        views::AlertView,
    },
    error::{Error, Kind, Result},
    harden,
    ops::{
        alerts,
        notify::{self, Channels, Delivery},
        unreached::Unreached,
    },
};

/// Tells what a sync found and nobody was told yet; quiet where config.toml names nobody.
pub(in crate::commands) fn after_sync(context: &mut Context) {
    let channels = channels(context);
    if !channels.are_open() {
        return;
    }
    match tell(context, &channels) {
        Ok(failures) => failures.iter().for_each(|failure| context.ui.warn(failure)),
        Err(error) => context.ui.warn(&format!("nothing was told: {}", error.message)),
    }
}

/// Tells, where nobody sits there, that runs have ended before any bank was asked, and why this one did.
pub(in crate::commands) fn unreached(context: &mut Context, error: &Error) {
    let (channels, most) = (channels(context), context.settings.config.notify.bounds().failures);
    let seen = context.ui.profile().interactive || error.kind == Kind::Usage || error.kind == Kind::Interrupted;
    if seen || most == 0 || !channels.are_open() {
        return;
    }
    if let Err(error) = tell_unreached(context, error, (&channels, most)) {
        context.ui.warn(&format!("nothing was told: {}", error.message));
    }
}

fn tell_unreached(context: &mut Context, error: &Error, (channels, most): (&Channels, u64)) -> Result<()> {
    let runs = runs(context)?;
    let row = runs.add()?;
    if row.told || row.runs < most {
        return Ok(());
    }
    let action = error.hints.first().map(|hint| hint.command("bursar sync"));
    let vault = context.settings.vault.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let alert = alerting::unreached(row.runs, &vault, &error.message, action);
    let notice = notice(context, vec![AlertView { alert, first_seen: None, told_at: None }]);
    let delivery = send(context, &notice, channels);
    delivery.failures.iter().for_each(|failure| context.ui.warn(failure));
    if delivery.told {
        runs.told(row)?;
    }
    Ok(())
}

/// A run has got as far as the banks.
pub(in crate::commands) fn reached(context: &mut Context) {
    if let Err(error) = runs(context).and_then(|runs| Ok(runs.clear()?)) {
        context.ui.warn(&format!("the count of runs that reached no bank was not cleared: {}", error.message));
    }
}

fn runs(context: &Context) -> Result<Unreached> {
    Ok(Unreached::new(&context.paths.state_dir, &schedule::name(context)?))
}

fn tell(context: &mut Context, channels: &Channels) -> Result<Vec<String>> {
    let (now, today) = (context.clock.now(), context.clock.today());
    let bounds = context.settings.config.notify.bounds();
    let (vault, mut book) = (context.unlocked_for_bank()?, context.book_for_sync()?);
    let holding = alerts::now((&book, &alerts::keys(&vault, context.clock.latest())), &bounds, now, today)?;
    let untold = alerts::untold(&mut book, &holding, now)?;
    // The program may want the vault itself.
    drop(book);
    if untold.is_empty() {
        return Ok(Vec::new());
    }
    let notice = notice(context, untold);
    let delivery = send(context, &notice, channels);
    if delivery.told {
        alerts::told(&mut context.book_for_sync()?, &notice.alerts, now)?;
    }
    Ok(delivery.failures)
}

/// Who is told, by config.toml.
pub(super) fn channels(context: &Context) -> Channels {
    let config = &context.settings.config.notify;
    Channels { command: config.command.clone(), desktop: config.desktop }
}

/// These alerts, as they are told.
pub(super) fn notice(context: &Context, alerts: Vec<AlertView>) -> Notice {
    let vault = context.settings.vault.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Notice { kind: "bursar.notice", version: 1, at: context.clock.now(), vault, alerts }
}

/// Tells a notice; no open file of ours goes with it.
pub(super) fn send(context: &Context, notice: &Notice, channels: &Channels) -> Delivery {
    harden::keep_descriptors();
    notify::send(notice, channels, &context.environment.pairs())
}
