//! Flows that were begun, so that one can be taken up again: after a crash, a closed terminal, a lost network.
//!
//! Invariant: an intent is in the book before its page is shown; what opens its flow is sealed with the bank key.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{HOSTED_LIFETIME, LinkError, Linker, Repair, Wish};
use crate::{
    secret::Secret,
    store::{Intent, IntentState, NewIntent},
    vault::VaultError,
};

/// Bound into the seal instead of an item's id, which a flow does not have yet.
pub const SEALED_FOR: &str = "link";

/// The detail of a flow in which accounts are chosen for a connection that exists.
const CHOOSES_ACCOUNTS: &str = "choose_accounts";

/// How long Plaid keeps what a flow brought, after its end.
const KEPT: Duration = Duration::from_hours(6);

/// How a flow was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Hosted,
    Page,
    Direct,
}

impl Mode {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Hosted => "hosted",
            Self::Page => "page",
            Self::Direct => "direct",
        }
    }
}

/// What opens a flow again.
pub(super) struct Flow {
    pub(super) token: Secret<String>,
    pub(super) url: Option<Secret<String>>,
}

#[derive(Serialize)]
struct Written<'a> {
    token: &'a str,
    url: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    token: String,
    url: Option<String>,
}

impl Linker<'_> {
    /// Writes down a flow before anybody is sent to it.
    pub(super) fn remember(
        &self,
        mode: Mode,
        token: &Secret<String>,
        url: Option<&Secret<String>>,
        wish: &Wish,
    ) -> Result<i64, LinkError> {
        let environment = self.bank.environment;
        let written = Written { token: token.expose(), url: url.map(|url| url.expose().as_str()) };
        let json = serde_json::to_string(&written).map_err(|_| VaultError::Crypto("a flow does not serialise"))?;
        let sealed = self.bank.vault.seal_token(SEALED_FOR, environment, &Secret::new(json))?;
        let intent = NewIntent {
            environment,
            mode: mode.as_str(),
            connection: wish.mends(),
            sealed: Some(&sealed),
            expires_at: (self.bank.clock)() + HOSTED_LIFETIME + KEPT,
            detail: wish.repair.filter(|repair| repair.choose_accounts).map(|_| CHOOSES_ACCOUNTS),
        };
        Ok(self.bank.write_book()?.write(&self.bank.event("link.begin"), |tx| tx.add_intent(&intent))?)
    }

    /// What a flow that was written down is to mend, if it is not for a new connection.
    pub(super) fn aim(intent: &Intent) -> Option<Repair> {
        let choose_accounts = intent.detail.as_deref() == Some(CHOOSES_ACCOUNTS);
        intent.connection.map(|connection| Repair { connection, choose_accounts })
    }

    /// Opens what was written down.
    pub(super) fn recall(&self, intent: &Intent) -> Result<Flow, LinkError> {
        let sealed = intent.sealed.as_deref().unwrap_or_default();
        let json = self.bank.vault.open_token(SEALED_FOR, &intent.environment, sealed)?;
        let read: Read = serde_json::from_str(json.expose()).map_err(|_| VaultError::Damaged {
            file: "vault.db",
            reason: "a remembered link has an unknown form".to_owned(),
        })?;
        Ok(Flow { token: Secret::new(read.token), url: read.url.map(Secret::new) })
    }

    /// Notes how a flow has ended; what opened it is forgotten.
    pub(super) fn close(&self, intent: i64, state: IntentState) -> Result<(), LinkError> {
        Ok(self.bank.write_book()?.write(&self.bank.event("link.end"), |tx| tx.advance_intent(intent, state, None))?)
    }
}
