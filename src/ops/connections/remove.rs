//! The end of a connection: at the provider first, because only that ends its bill, then in the book.
//!
//! Invariant: a kill between the two leaves a connection that the next attempt finds gone at the provider, and removes.

use super::ConnectionError;
use crate::{
    domain::{ids::ConnectionId, provider::manner, standing::ConnectionState},
    ops::{bank::Bank, provider::Ending, recover::recover},
    store::{ConnectionSecrets, Event, Store},
};

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// The connection.
    pub id: ConnectionId,
    /// Its accounts and transactions too, with what the owner wrote on them.
    pub purge: bool,
}

/// What the provider knows of it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtProvider {
    /// Ended by this run, and its bill with it.
    Ended,
    /// Did not exist there any more.
    Gone,
    /// Was not told.
    NotTold,
}

/// Removes a connection; without a bank side only from the book, and the provider is not told.
pub fn remove(
    book: &mut Store,
    event: &Event,
    bank: Option<&Bank<'_>>,
    removal: Removal,
) -> Result<AtProvider, ConnectionError> {
    if let Some(bank) = bank {
        recover(bank, book)?;
    }
    let kept = book.connection(removal.id)?;
    if kept.token.is_none() && !removal.purge {
        return Err(ConnectionError::Already(removal.id));
    }
    let provider = match (&kept.token, bank) {
        (None, _) => AtProvider::Gone,
        (Some(_), None) => AtProvider::NotTold,
        (Some(_), Some(bank)) => tell(bank, book, &kept)?,
    };
    book.write(event, |tx| {
        if kept.token.is_some() {
            tx.remove_connection(removal.id)?;
        }
        tx.withdraw_consents_of(removal.id)?;
        if removal.purge {
            tx.purge_connection(removal.id)?;
        }
        tx.note("purged", removal.purge);
        tx.note("provider_told", provider == AtProvider::Ended);
        Ok::<_, ConnectionError>(())
    })?;
    Ok(provider)
}

/// Has the provider end the connection.
fn tell(bank: &Bank<'_>, book: &Store, kept: &ConnectionSecrets) -> Result<AtProvider, ConnectionError> {
    let Some(token) = bank.token(kept)? else { return Ok(AtProvider::Gone) };
    let state = book.connections()?.into_iter().find(|view| view.id == kept.id).map(|view| view.state);
    let broken =
        matches!(state, Some(ConnectionState::NeedsSignIn | ConnectionState::BankDown | ConnectionState::Failing));
    let provider = bank.providers.of(&kept.provider)?;
    match bank.runtime.block_on(provider.end(kept.id, &token, broken))? {
        Ending::Ended => Ok(AtProvider::Ended),
        Ending::Gone => Ok(AtProvider::Gone),
        Ending::ByHand => Ok(AtProvider::NotTold),
        Ending::DeadToken => Err(ConnectionError::DeadToken { id: kept.id, provider: manner(&kept.provider).name }),
    }
}
