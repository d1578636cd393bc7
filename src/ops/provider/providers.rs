//! All providers that this process can talk to, found by their word in the book.

use std::{collections::HashMap, sync::Arc};

use super::{Provider, ProviderError};
use crate::{
    domain::provider::{PLAID, SIMPLEFIN, manner},
    http::Meter,
    plaid::{self, Billing, Endpoint, PlaidError},
    simplefin,
    store::{Store, StoreError},
};

/// Those who can be asked now.
#[derive(Clone, Default)]
pub struct Providers {
    known: HashMap<&'static str, Arc<dyn Provider>>,
    /// Why Plaid's keys cannot be had, where a file or a command should give them.
    keys_unread: Option<String>,
}

impl Providers {
    /// All of them; Plaid only with its keys, that is with a client. In the sandbox a SimpleFIN server on this machine may be spoken to.
    pub fn new((plaid, keys_unread): (Option<plaid::Client>, Option<String>), sandbox: bool, meter: &Meter) -> Self {
        let simplefin = simplefin::Client::new(sandbox, meter.clone());
        let mut known: HashMap<&'static str, Arc<dyn Provider>> =
            HashMap::from([(SIMPLEFIN, Arc::new(simplefin) as _)]);
        known.extend(plaid.map(|client| (PLAID, Arc::new(client) as _)));
        Self { known, keys_unread }
    }

    /// Why there is no Plaid to talk to.
    pub fn no_plaid(&self) -> PlaidError {
        self.keys_unread.clone().map_or(PlaidError::NoKeys, |reason| PlaidError::KeysUnread { reason })
    }

    /// The provider of a connection, by its word in the book.
    pub fn of(&self, word: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        match self.known.get(word) {
            Some(provider) => Ok(Arc::clone(provider)),
            None if manner(word).keys => Err(self.no_plaid().into()),
            None => Err(ProviderError::Unknown(word.to_owned())),
        }
    }
}

/// Whether a call may be billed, by the name that it is counted under.
pub fn billing(call: &str) -> &'static str {
    Endpoint::of_path(call).map_or(Billing::Free, Endpoint::billing).as_str()
}

/// How many connections were ever made of those that a provider's plan counts.
pub fn connections_made(book: &Store, environment: &str) -> Result<u64, StoreError> {
    let counted = [PLAID, SIMPLEFIN].into_iter().filter(|word| manner(word).plan);
    counted.map(|word| book.connections_made(word, environment)).sum()
}
