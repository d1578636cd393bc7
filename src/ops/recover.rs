//! Finishes what killed processes left half-way between a bank and the book.
//!
//! Invariant: a token that lies in `pending/` is in the book before its file goes.

use super::{
    ahead::{self, AheadError, Linked, Made},
    bank::Bank,
    rotation,
};
use crate::{
    domain::ids::ConnectionId,
    store::{IntentState, Store},
};

/// What an earlier process had left and is finished now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// A connection that had been exchanged, but was not in the book.
    Linked(Linked),
    /// A connection whose new token was not in the book.
    Rotated(ConnectionId),
    /// A connection whose new token never arrived: the provider no longer takes the old one.
    Lost(ConnectionId),
}

impl Recovered {
    /// The connection that is in the book now, if this is one.
    pub fn linked(self) -> Option<Linked> {
        match self {
            Self::Linked(linked) => Some(linked),
            Self::Rotated(_) | Self::Lost(_) => None,
        }
    }

    /// The connection whose token is lost, if this is one.
    pub fn lost(&self) -> Option<ConnectionId> {
        match self {
            Self::Lost(id) => Some(*id),
            Self::Linked(_) | Self::Rotated(_) => None,
        }
    }
}

/// Finishes what killed processes left: calls that nobody counted, connections that were exchanged, tokens that were replaced.
/// Without anything left it costs a look at two directories.
pub fn recover(bank: &Bank<'_>, book: &mut Store) -> Result<Vec<Recovered>, AheadError> {
    let mut recovered = Vec::new();
    bank.meter.put(book.settle_calls()?);
    for pending in bank.vault.pending(book.writer()?)? {
        let mut made = Made::from_json(&pending.open(bank.vault)?)?;
        match book.connection_of_item(&made.environment, &made.item_id)? {
            Some(id) if replace(bank, book, id, &made)? => recovered.push(Recovered::Rotated(id)),
            // The commit had been reached; only the clean-up had not.
            Some(_) => {}
            None => {
                let found = ahead::look(bank, &made).unwrap_or_default();
                made.institution = found.institution.or(made.institution);
                recovered.push(Recovered::Linked(ahead::adopt(bank, book, &made, &found.accounts)?));
            }
        }
        pending.discard()?;
    }
    for intent in book.open_intents((bank.clock)())? {
        if let (rotation::MODE, Some(id)) = (intent.mode.as_str(), intent.connection)
            && rotation::settle(bank, book, (intent.id, id))?
        {
            recovered.push(Recovered::Lost(id));
        }
    }
    Ok(recovered)
}

/// Puts a newer token into the book, unless it is there already or the connection was removed.
fn replace(bank: &Bank<'_>, book: &mut Store, id: ConnectionId, made: &Made) -> Result<bool, AheadError> {
    let kept = book.connection(id)?;
    let Some(old) = bank.token(&kept)? else { return Ok(false) };
    if old.expose() == made.access_token.expose() {
        return Ok(false);
    }
    let sealed = bank.vault.seal_token(made.item_id.as_str(), &made.environment, &made.access_token)?;
    let open: Vec<i64> = book
        .open_intents((bank.clock)())?
        .into_iter()
        .filter(|intent| intent.mode == rotation::MODE && intent.connection == Some(id))
        .map(|intent| intent.id)
        .collect();
    book.write(&bank.event("token.rotate"), |tx| {
        tx.set_token(id, &sealed)?;
        open.into_iter().try_for_each(|intent| tx.advance_intent(intent, IntentState::Done, None))
    })?;
    Ok(true)
}
