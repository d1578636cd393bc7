//! Mending a connection whose owner has to sign in again.
//!
//! Invariant: what the browser or the flow says of success proves nothing; the connection's own health does.

use super::{ALSO_CONSENT, LinkError, Linker, Outcome};
use crate::{
    domain::{
        accounts::{KnownCurrencies, kept_since},
        ids::ConnectionId,
        standing::Remedy,
        sync::{Health, ItemError},
    },
    ops::provider::NOT_CONSENTED,
    plaid::{PlaidError, action_of},
    secret::Secret,
    store::StoreError,
};

impl Linker<'_> {
    /// The access token of a connection.
    pub(super) fn open_connection(&self, id: ConnectionId) -> Result<Secret<String>, LinkError> {
        let kept = self.bank.read_book()?.connection(id)?;
        self.bank.token(&kept)?.ok_or(LinkError::Removed(id))
    }

    /// What the owner of a connection did not agree to yet, as far as Plaid tells or a sync was refused; asked for while the owner is
    /// there anyway.
    pub(super) fn not_consented(
        &self,
        id: ConnectionId,
        token: &Secret<String>,
    ) -> Result<Vec<&'static str>, LinkError> {
        let told = self.bank.read_book()?.products(id)?;
        let refused = told.iter().filter(|view| view.code.as_deref() == Some(NOT_CONSENTED));
        let refused: Vec<&str> = refused.map(|view| view.product.consent()).collect();
        let item = self.bank.runtime.block_on(self.plaid()?.item_get(token));
        let consented = item.map_or_else(|_| Vec::new(), |item| item.consented_products);
        Ok(missing(&consented, &refused))
    }

    /// What Plaid answered about a connection; that it has to be made anew is remembered, so that it is not asked in vain again.
    pub(super) fn answered<T>(&self, id: ConnectionId, answer: Result<T, PlaidError>) -> Result<T, LinkError> {
        if let Err(error) = &answer
            && let (remedy @ (Remedy::Gone | Remedy::Replace), Some(code)) = (error.action().remedy(), error.code())
        {
            let request_id = error.request_id().map(str::to_owned);
            let said = ItemError { code: code.to_owned(), message: error.words(), request_id };
            let health = Health { error: Some(said), ..Health::default() };
            self.bank.write_book()?.write(&self.bank.event("link.repair"), |tx| tx.set_health(id, remedy, &health))?;
        }
        Ok(answer?)
    }

    /// Reads a mended connection's health and its accounts, of which some may have come or gone.
    pub(super) fn verify(&self, id: ConnectionId) -> Result<Outcome, LinkError> {
        let token = self.open_connection(id)?;
        let item = self.bank.runtime.block_on(self.plaid()?.item_get(&token));
        let health = self.answered(id, item)?.health.believed((self.bank.clock)());
        let accounts = match &health.error {
            None => self.bank.runtime.block_on(self.plaid()?.accounts_get(&token, &KnownCurrencies::default())).ok(),
            Some(_) => None,
        };
        let remedy =
            health.error.as_ref().map_or(Remedy::Nothing, |error| action_of("ITEM_ERROR", &error.code).remedy());
        let moves = self.bank.write_book()?.write(&self.bank.event("link.repair"), |tx| {
            let moves = match accounts {
                Some(mut list) => {
                    kept_since(&mut list.accounts, health.bank_updated_at);
                    Some(tx.set_accounts(id, &list.accounts)?)
                }
                None => None,
            };
            tx.set_health(id, remedy, &health)?;
            Ok::<_, StoreError>(moves)
        })?;
        Ok(Outcome::Repaired { connection: id, error: health.error.map(|error| (error, remedy)), moves })
    }
}

/// Products that are wanted and not among those agreed to, or that were refused for that reason; an old connection, where nobody
/// counted, lists none and misses what was refused.
fn missing(consented: &[String], refused: &[&str]) -> Vec<&'static str> {
    let is_missing = |product: &&str| match consented {
        [] => refused.contains(product),
        _ => !consented.iter().any(|word| word == product),
    };
    ALSO_CONSENT.into_iter().filter(is_missing).collect()
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn only_what_was_not_agreed_to_is_asked_for() {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert_eq!(missing(&words(&["transactions"]), &[]), ["liabilities", "investments"]);
        assert_eq!(missing(&words(&["transactions", "liabilities"]), &[]), ["investments"]);
        assert!(missing(&words(&["investments", "liabilities", "transactions"]), &["liabilities"]).is_empty());
        assert!(missing(&[], &[]).is_empty());
        assert_eq!(missing(&[], &["investments", "investments"]), ["investments"]);
    }
}
