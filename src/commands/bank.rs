//! Opens the bank side for commands that change connections, and tells what an earlier run had left.

use crate::{
    context::{Context, Keyless},
    domain::{standing::ConnectionState, views::ConnectionView},
    error::{Error, Kind, Result},
    ops::{bank::Bank, provider::Providers, recover::Recovered},
    plaid::{Client, Environment},
    store::Store,
    ui::Ui,
    vault::Right,
};

/// Does some work with the bank side and the book, if the key that opened the vault grants the right.
pub(super) fn with<T>(
    context: &mut Context,
    right: Right,
    work: impl FnOnce(&Bank<'_>, Store) -> Result<T>,
) -> Result<T> {
    context.require(right)?;
    let client = context.client_if_keys()?;
    with_client(context, (right, client), work)
}

/// The same with a client that is there already, or without one.
pub(super) fn with_client<T>(
    context: &mut Context,
    (right, client): (Right, std::result::Result<Client, Keyless>),
    work: impl FnOnce(&Bank<'_>, Store) -> Result<T>,
) -> Result<T> {
    context.require(right)?;
    context.require_network()?;
    let vault = context.unlocked_for_bank()?;
    let book = if right == Right::Sync { context.book_for_sync()? } else { context.book_mut()? };
    let environment = context.bank_environment()?;
    let (client, keys_unread) = match client {
        Ok(client) => (Some(client), None),
        Err(Keyless::Missing) => (None, None),
        Err(Keyless::Unread(error)) => (None, Some(error.message)),
    };
    let meter = context.meter()?;
    let providers = Providers::new((client, keys_unread), environment == Environment::Sandbox, &meter);
    let (clock, lock_timeout) = (context.clock, context.settings.lock_timeout);
    let runtime = context.runtime()?;
    let now = || clock.now();
    let (environment, providers, meter) = (environment.as_str(), &providers, &meter);
    work(&Bank { environment, providers, meter, runtime, vault: &vault, lock_timeout, clock: &now }, book)
}

/// The connections that were named, each once; without a name all that were not removed.
pub(super) fn connections(context: &mut Context, names: &[String]) -> Result<Vec<ConnectionView>> {
    let book = context.book()?;
    if names.is_empty() {
        let mut all = book.connections()?;
        all.retain(|connection| connection.state != ConnectionState::Removed);
        return Ok(all);
    }
    let mut wanted: Vec<ConnectionView> = Vec::new();
    for text in names {
        let found = book.find_connection(text)?;
        if found.state == ConnectionState::Removed {
            let sentence = format!("connection {} was removed; its history stays", found.id);
            return Err(Error::new(Kind::NotFound, "connection_removed", sentence).hint("bursar connections"));
        }
        if wanted.iter().all(|known| known.id != found.id) {
            wanted.push(found);
        }
    }
    Ok(wanted)
}

/// Tells what an earlier run had begun and this one has finished.
pub(super) fn recovered(ui: &mut Ui, found: &[Recovered]) {
    for one in found {
        match one {
            Recovered::Linked(connection) => {
                let bank = connection.institution.as_deref().unwrap_or("a bank");
                ui.status(&format!("{} ({bank}) was linked earlier and is in the vault now", connection.id));
            }
            Recovered::Rotated(id) => ui.status(&format!("{id} got a new token earlier, which is in the vault now")),
            Recovered::Lost(id) => {
                ui.warn(&format!(
                    "the answer with the new token of {id} was lost; `bursar connections` says what to do"
                ));
            }
        }
    }
}
