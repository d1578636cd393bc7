//! What the book remembers of a token's rotation, and how one without an answer is cleared up.
//!
//! Invariant: an intent is in the book before the provider is asked, and stays open until its end is known.

use serde::Serialize;

use super::{ahead::AheadError, bank::Bank};
use crate::{
    domain::{
        ids::ConnectionId,
        provider::manner,
        standing::Remedy,
        sync::{Health, ItemError},
    },
    ops::provider::{ProviderError, Taken},
    secret::Secret,
    store::{ConnectionSecrets, IntentState, NewIntent, Store, StoreError},
};

/// The mode of a rotation among the intents of the book.
pub(super) const MODE: &str = "rotate";

/// The code under which a lost token is remembered.
const TOKEN_LOST: &str = "TOKEN_LOST";

/// How one connection's turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The old token is dead, the new one is in the vault.
    Rotated,
    /// The connection does not exist at the provider any more; neither does its token.
    Gone,
    /// Nothing changed.
    Failed,
    /// The provider replaced the token and its answer was lost: nobody has a token any more.
    Lost,
    /// Nobody answered: the next start finds out.
    Unknown,
}

/// Writes the intent before the call.
pub(super) fn begin(bank: &Bank<'_>, book: &mut Store, kept: &ConnectionSecrets) -> Result<i64, StoreError> {
    let new = NewIntent {
        environment: &kept.environment,
        mode: MODE,
        connection: Some(kept.id),
        sealed: None,
        expires_at: (bank.clock)(),
        detail: None,
    };
    book.write(&bank.event("token.rotate.begin"), |tx| {
        let intent = tx.add_intent(&new)?;
        tx.advance_intent(intent, IntentState::Exchanging, None)?;
        tx.about(kept.id);
        Ok(intent)
    })
}

/// What became of a rotation whose answer was lost, as the old token tells.
pub(super) fn ask(bank: &Bank<'_>, kept: &ConnectionSecrets, old: &Secret<String>) -> Turn {
    let asked = bank.providers.of(&kept.provider).and_then(|provider| {
        let tokens = provider.tokens().ok_or(ProviderError::Unable(manner(&kept.provider).name))?;
        bank.runtime.block_on(tokens.takes(kept.id, old))
    });
    match asked {
        Ok(Taken::Yes) => Turn::Failed,
        Ok(Taken::Dead) => Turn::Lost,
        Ok(Taken::Gone) => Turn::Gone,
        Err(_) => Turn::Unknown,
    }
}

/// Ends an intent with what came of it; one whose end is unknown stays open.
pub(super) fn close(
    bank: &Bank<'_>,
    book: &mut Store,
    (intent, kept): (i64, &ConnectionSecrets),
    turn: Turn,
) -> Result<(), StoreError> {
    let name = manner(&kept.provider).name;
    let (code, message) = match turn {
        Turn::Unknown => return Ok(()),
        Turn::Lost => (TOKEN_LOST, format!("the answer with its new token was lost; {name}'s support can end it")),
        Turn::Gone => ("ITEM_NOT_FOUND", format!("the connection does not exist at {name} any more")),
        Turn::Rotated | Turn::Failed => ("", String::new()),
    };
    let state = if turn == Turn::Rotated { IntentState::Done } else { IntentState::Abandoned };
    let error = ItemError { code: code.to_owned(), message, request_id: None };
    let health = Health { error: Some(error), ..Health::default() };
    book.write(&bank.event("token.rotate.end"), |tx| {
        tx.advance_intent(intent, state, None)?;
        if !code.is_empty() {
            tx.set_health(kept.id, Remedy::Gone, &health)?;
        }
        tx.about(kept.id);
        Ok(())
    })
}

/// Finds out about a rotation whose process was killed before an answer was written; says whether the token is lost.
pub(super) fn settle(bank: &Bank<'_>, book: &mut Store, (intent, id): (i64, ConnectionId)) -> Result<bool, AheadError> {
    let kept = book.connection(id)?;
    let turn = bank.token(&kept)?.map_or(Turn::Failed, |token| ask(bank, &kept, &token));
    close(bank, book, (intent, &kept), turn)?;
    Ok(turn == Turn::Lost)
}
