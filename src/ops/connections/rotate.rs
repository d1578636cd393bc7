//! New access tokens for old ones; the old one is dead at once.
//!
//! Invariant: between the provider's answer and the commit the new token is sealed in `pending/`; an answer that never
//! came is asked about, and what cannot be known now is asked about again at the next start.

use super::ConnectionError;
use crate::{
    domain::{ids::ConnectionId, provider::manner, standing::Remedy},
    ops::{
        ahead::Made,
        bank::Bank,
        provider::ProviderError,
        recover::{Recovered, recover},
        rotation::{self, Turn},
    },
    store::{ConnectionSecrets, IntentState, Store},
};

/// One connection's rotation.
#[derive(Debug)]
pub struct Rotation {
    /// `c1`.
    pub id: ConnectionId,
    /// The connection's name.
    pub name: String,
    /// How it ended.
    pub turn: Turn,
    /// What people call its provider.
    pub provider: &'static str,
    /// What went wrong.
    pub error: Option<ProviderError>,
}

/// Replaces the tokens of these connections, one after the other; one that fails does not stop the rest, and removed ones
/// have none. What an earlier process left is finished first.
pub fn rotate(
    bank: &Bank<'_>,
    book: &mut Store,
    wanted: &[ConnectionId],
    progress: &dyn Fn(&str),
) -> Result<Vec<Rotation>, ConnectionError> {
    let lost: Vec<ConnectionId> = recover(bank, book)?.iter().filter_map(Recovered::lost).collect();
    let names = book.connections()?;
    let mut turns = Vec::new();
    for connection in names.into_iter().filter(|connection| wanted.contains(&connection.id)) {
        let kept = book.connection(connection.id)?;
        let manner = manner(&kept.provider);
        if kept.token.is_none() || manner.by_hand.is_some() {
            continue;
        }
        progress(&connection.name);
        let (turn, error) = if lost.contains(&kept.id) { (Turn::Lost, None) } else { one(bank, book, &kept)? };
        turns.push(Rotation { id: connection.id, name: connection.name, turn, provider: manner.name, error });
    }
    Ok(turns)
}

fn one(
    bank: &Bank<'_>,
    book: &mut Store,
    kept: &ConnectionSecrets,
) -> Result<(Turn, Option<ProviderError>), ConnectionError> {
    let Some(old) = bank.token(kept)? else { return Ok((Turn::Gone, None)) };
    let provider = bank.providers.of(&kept.provider)?;
    let tokens = provider.tokens().ok_or(ProviderError::Unable(manner(&kept.provider).name))?;
    let space = bank.vault.reserve_pending(book.writer()?)?;
    let intent = rotation::begin(bank, book, kept)?;
    let error = match bank.runtime.block_on(tokens.replace(kept.id, &old)) {
        Ok(access_token) => {
            let made = Made {
                provider: kept.provider.clone(),
                environment: kept.environment.clone(),
                item_id: kept.item_id.clone(),
                access_token,
                institution_id: kept.institution_id.clone(),
                institution: None,
                name: None,
                exchange: None,
                granted: Vec::new(),
            };
            let (pending, _or_only_in_the_commit) = space.keep(&made.to_json()?);
            let sealed = bank.vault.seal_token(made.item_id.as_str(), &made.environment, &made.access_token)?;
            book.write(&bank.event("token.rotate"), |tx| {
                tx.set_token(kept.id, &sealed)?;
                tx.advance_intent(intent, IntentState::Done, None)
            })?;
            pending.discard()?;
            return Ok((Turn::Rotated, None));
        }
        Err(error) => error,
    };
    space.release()?;
    if error.outcome_unknown() {
        let turn = rotation::ask(bank, kept, &old);
        rotation::close(bank, book, (intent, kept), turn)?;
        return Ok((turn, Some(error)));
    }
    let turn = if error.remedy() == Remedy::Gone { Turn::Gone } else { Turn::Failed };
    rotation::close(bank, book, (intent, kept), turn)?;
    Ok((turn, Some(error)))
}
