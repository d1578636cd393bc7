//! Mending a connection whose owner has to sign in again.
//!
//! Invariant: what the browser or the flow says of success proves nothing; the connection's own health does.

use super::{LinkError, Linker, Outcome};
use crate::{
    domain::{ids::ConnectionId, views::ConnectionState},
    plaid::KnownCurrencies,
    secret::Secret,
};

impl Linker<'_> {
    /// The access token of a connection.
    pub(super) fn open_connection(&self, id: ConnectionId) -> Result<Secret<String>, LinkError> {
        let kept = self.read_book()?.connection(id)?;
        let sealed = kept.token.ok_or(LinkError::Removed(id))?;
        Ok(self.vault.open_token(kept.item_id.as_str(), &kept.environment, &sealed)?)
    }

    /// Reads a mended connection's health and its accounts, of which some may have come or gone.
    pub(super) fn verify(&self, id: ConnectionId) -> Result<Outcome, LinkError> {
        let token = self.open_connection(id)?;
        let health = self.runtime.block_on(self.client.item_get(&token))?.health;
        let accounts = match &health.error {
            None => self.runtime.block_on(self.client.accounts_get(&token, &KnownCurrencies::default())).ok(),
            Some(_) => None,
        };
        let state = if health.error.is_some() { ConnectionState::Reauth } else { ConnectionState::Ok };
        self.write_book()?.write(&self.event("link.repair"), |tx| {
            if let Some(list) = &accounts {
                tx.set_accounts(id, &list.accounts)?;
            }
            tx.set_health(id, state, &health)
        })?;
        Ok(Outcome::Repaired { connection: id, error: health.error })
    }
}
