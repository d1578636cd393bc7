//! Mending a connection whose owner has to sign in again.
//!
//! Invariant: what the browser or the flow says of success proves nothing; the connection's own health does.

use super::{LinkError, Linker, Outcome};
use crate::{
    domain::{ids::ConnectionId, standing::Remedy},
    plaid::{KnownCurrencies, action_of},
    secret::Secret,
};

impl Linker<'_> {
    /// The access token of a connection.
    pub(super) fn open_connection(&self, id: ConnectionId) -> Result<Secret<String>, LinkError> {
        let kept = self.bank.read_book()?.connection(id)?;
        self.bank.token(&kept)?.ok_or(LinkError::Removed(id))
    }

    /// Reads a mended connection's health and its accounts, of which some may have come or gone.
    pub(super) fn verify(&self, id: ConnectionId) -> Result<Outcome, LinkError> {
        let token = self.open_connection(id)?;
        let health = self.bank.runtime.block_on(self.bank.plaid()?.item_get(&token))?.health;
        let accounts = match &health.error {
            None => {
                self.bank.runtime.block_on(self.bank.plaid()?.accounts_get(&token, &KnownCurrencies::default())).ok()
            }
            Some(_) => None,
        };
        let remedy =
            health.error.as_ref().map_or(Remedy::Nothing, |error| action_of("ITEM_ERROR", &error.code).remedy());
        self.bank.write_book()?.write(&self.bank.event("link.repair"), |tx| {
            if let Some(list) = &accounts {
                tx.set_accounts(id, &list.accounts)?;
            }
            tx.set_health(id, remedy, &health)
        })?;
        Ok(Outcome::Repaired { connection: id, error: health.error })
    }
}
