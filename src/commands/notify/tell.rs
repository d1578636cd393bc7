//! Tells what is new after a sync.
//!
//! Invariant: whatever goes wrong here is a warning, and changes nothing of how the sync ended.

use crate::{
    context::Context,
    domain::{alerts::Notice, views::AlertView},
    error::Result,
    harden,
    ops::{
        alerts,
        notify::{self, Channels, Delivery},
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

fn tell(context: &mut Context, channels: &Channels) -> Result<Vec<String>> {
    let (now, today) = (context.clock.now(), context.clock.today());
    let bounds = context.settings.config.notify.bounds();
    let mut book = context.book_for_sync()?;
    let holding = alerts::now(&book, &bounds, now, today)?;
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
