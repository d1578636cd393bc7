//! What every use-case works with that talks to a bank and writes what came of it into the book.
//!
//! Invariant: a token is opened from its seal when it is needed, and never kept longer than the call.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::dates::Timestamp,
    http::Meter,
    ops::provider::Providers,
    plaid::{Client, Environment, PlaidError},
    secret::Secret,
    store::{ConnectionSecrets, Event, Store, StoreError},
    vault::{Access, Unlocked, VaultError},
};

/// The bank side, the vault and the clock.
#[derive(Clone, Copy)]
pub struct Bank<'a> {
    /// The environment of the vault.
    pub environment: Environment,
    /// Plaid itself, for what only Plaid has; none without its keys.
    pub plaid: Option<&'a Client>,
    /// Whoever reads banks.
    pub providers: &'a Providers,
    /// Where their calls are gathered.
    pub meter: &'a Meter,
    /// Where their calls run.
    pub runtime: &'a tokio::runtime::Runtime,
    /// The open vault; its key must reach the banks.
    pub vault: &'a Arc<Unlocked>,
    /// How long to wait for another writer.
    pub lock_timeout: Duration,
    /// What time it is.
    pub clock: &'a dyn Fn() -> Timestamp,
}

impl Bank<'_> {
    pub(super) fn environment(&self) -> &'static str {
        self.environment.as_str()
    }

    pub(super) fn plaid(&self) -> Result<&Client, PlaidError> {
        self.plaid.ok_or_else(|| self.providers.no_plaid())
    }

    pub(super) fn read_book(&self) -> Result<Store, StoreError> {
        Store::open(self.vault, Access::Read, self.lock_timeout)
    }

    pub(super) fn write_book(&self) -> Result<Store, StoreError> {
        Store::open(self.vault, Access::Write, self.lock_timeout)
    }

    pub(super) fn event(&self, action: &str) -> Event {
        Event { at: (self.clock)(), action: action.to_owned(), resource: None }
    }

    /// The access token of a connection; none once it was removed.
    pub(super) fn token(&self, kept: &ConnectionSecrets) -> Result<Option<Secret<String>>, VaultError> {
        let open = |sealed| self.vault.open_token(kept.item_id.as_str(), &kept.environment, sealed);
        kept.token.as_deref().map(open).transpose()
    }
}
