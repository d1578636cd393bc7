//! Write-ahead of access tokens: what a bank gives once and never again is sealed into `pending/` before anything else.
//!
//! The order for an exchange and for a rotation: intent in the book and space on the disk; the call; the reply sealed into
//! `pending/`; one commit; `pending/` emptied. Invariant: `recover` finishes whatever a killed process left in that order.

use serde::{Deserialize, Serialize};

use super::{bank::Bank, provider::Found};
use crate::{
    domain::{
        accounts::ProviderAccount,
        ids::{ConnectionId, InstitutionId, ProviderItemId},
        provider::{FIRST, manner},
    },
    secret::Secret,
    store::{NewConnection, Store, StoreError},
    vault::VaultError,
};

/// Version of the sentence that the user agreed to.
const CONSENT: &str = "1";

/// A connection that has come into the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Its id.
    pub id: ConnectionId,
    /// The bank's name, where it is known.
    pub institution: Option<String>,
    /// The names of its accounts, where they could be read.
    pub accounts: Vec<String>,
    /// What the provider wants its user to read at once, with the connection's name.
    pub said: Vec<String>,
}

/// Why what was left could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum AheadError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A connection with the token that must not be lost.
pub(super) struct Made {
    pub(super) provider: String,
    pub(super) environment: String,
    pub(super) item_id: ProviderItemId,
    pub(super) access_token: Secret<String>,
    pub(super) institution_id: Option<InstitutionId>,
    pub(super) institution: Option<String>,
    /// The owner's name for it.
    pub(super) name: Option<String>,
    /// The exchange that made it, in the book's intents.
    pub(super) exchange: Option<i64>,
    /// Name and last digits of the accounts that its owner chose, where the flow said so.
    pub(super) granted: Vec<(String, Option<String>)>,
}

/// The accounts of a new connection and its bank; it may be slow to show them, and then the first sync brings them.
pub(super) fn look(bank: &Bank<'_>, made: &Made) -> Option<Found> {
    let provider = bank.providers.of(&made.provider).ok()?;
    bank.runtime.block_on(provider.accounts(&made.access_token)).ok()
}

/// Puts a connection into the book, in one commit, with its name and the calls that it took.
pub(super) fn adopt(
    bank: &Bank<'_>,
    book: &mut Store,
    made: &Made,
    accounts: &[ProviderAccount],
) -> Result<Linked, AheadError> {
    let token = bank.vault.seal_token(made.item_id.as_str(), &made.environment, &made.access_token)?;
    let new = NewConnection {
        provider: &made.provider,
        environment: &made.environment,
        item_id: &made.item_id,
        institution_id: made.institution_id.as_ref(),
        institution: made.institution.as_deref(),
        token: &token,
    };
    let id = book.write(&bank.event("link"), |tx| {
        let id = tx.add_connection(&new)?;
        match accounts {
            [] if made.granted.is_empty() => {}
            // What was chosen is all that tells a second link of the same accounts until the bank shows them.
            [] => tx.keep_granted(id, &made.environment, &made.granted)?,
            _ => {
                tx.set_accounts(id, accounts)?;
            }
        }
        tx.give_consent(Some(id), CONSENT, manner(&made.provider).scope)?;
        if let Some(exchange) = made.exchange {
            tx.end_exchange(exchange, Some(id))?;
        }
        if made.name.is_some() {
            tx.rename_connection(id, made.name.as_deref())?;
        }
        tx.adopt_calls(id, bank.meter.take_about(id))?;
        tx.note("accounts", accounts.len());
        Ok::<_, StoreError>(id)
    })?;
    let names = accounts.iter().map(|account| account.name.clone()).collect();
    Ok(Linked { id, institution: made.institution.clone(), accounts: names, said: Vec::new() })
}

#[derive(Serialize)]
struct Written<'a> {
    provider: &'a str,
    environment: &'a str,
    item_id: &'a str,
    access_token: &'a str,
    institution_id: Option<&'a str>,
    institution: Option<&'a str>,
    name: Option<&'a str>,
    exchange: Option<i64>,
    granted: &'a [(String, Option<String>)],
}

#[derive(Deserialize)]
struct Read {
    #[serde(default = "first")]
    provider: String,
    environment: String,
    item_id: String,
    access_token: String,
    institution_id: Option<String>,
    institution: Option<String>,
    name: Option<String>,
    exchange: Option<i64>,
    #[serde(default)]
    granted: Vec<(String, Option<String>)>,
}

fn first() -> String {
    FIRST.to_owned()
}

impl Made {
    pub(super) fn to_json(&self) -> Result<Secret<String>, VaultError> {
        let written = Written {
            provider: &self.provider,
            environment: &self.environment,
            item_id: self.item_id.as_str(),
            access_token: self.access_token.expose(),
            institution_id: self.institution_id.as_ref().map(InstitutionId::as_str),
            institution: self.institution.as_deref(),
            name: self.name.as_deref(),
            exchange: self.exchange,
            granted: &self.granted,
        };
        let json = serde_json::to_string(&written);
        Ok(Secret::new(json.map_err(|_| VaultError::Crypto("a token does not serialise"))?))
    }

    pub(super) fn from_json(json: &Secret<String>) -> Result<Self, VaultError> {
        let read: Read = serde_json::from_str(json.expose()).map_err(|_| VaultError::Damaged {
            file: "pending",
            reason: "a token on its way into the book has an unknown form".to_owned(),
        })?;
        Ok(Self {
            provider: read.provider,
            environment: read.environment,
            item_id: read.item_id.into(),
            access_token: Secret::new(read.access_token),
            institution_id: read.institution_id.map(Into::into),
            institution: read.institution,
            name: read.name,
            exchange: read.exchange,
            granted: read.granted,
        })
    }
}
