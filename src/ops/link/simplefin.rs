//! Linking through SimpleFIN: a setup token is claimed once, and what the claim gives is on the disk before anything else.
//!
//! Order: space reserved; claim; access URL and name sealed into `pending/`; duplicate check on the accounts; one commit;
//! `pending/` emptied. Invariant: a kill after the claim loses neither access URL nor name, and `recover` finishes what was left.

use super::{
    Duplicate, LinkError, Stop,
    duplicate::{self, Candidate},
};
use crate::{
    domain::{
        ids::{ConnectionId, ProviderItemId},
        provider::SIMPLEFIN,
        standing::Remedy,
        sync::Health,
    },
    ops::{
        ahead::{self, Linked, Made},
        bank::Bank,
        provider::Found,
    },
    simplefin::{Client, SetupToken, SimpleFinError},
    store::KnownAccount,
    vault::PendingSecret,
};

/// The name of a connection whose banks are not known yet.
const NAMELESS: &str = "SimpleFIN";

/// What is to be linked.
pub struct Wish<'a> {
    /// Where to claim.
    pub token: &'a SetupToken,
    /// The owner's name for it.
    pub name: Option<&'a str>,
    /// The connection whose access URL is to be replaced, instead of a new one.
    pub repair: Option<ConnectionId>,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// A new connection.
    Linked(Linked),
    /// An existing one has a new access URL.
    Repaired(ConnectionId),
    /// The book has these accounts; the access URL was thrown away.
    Duplicate(Duplicate),
}

/// Whether a connection can be given a new access URL.
pub fn check(bank: &Bank<'_>, id: ConnectionId) -> Result<(), LinkError> {
    let kept = bank.read_book()?.connection(id)?;
    match (kept.provider.as_str(), kept.token) {
        (SIMPLEFIN, Some(_)) => Ok(()),
        (SIMPLEFIN, None) => Err(LinkError::Removed(id)),
        _ => Err(LinkError::NotSimpleFin(id)),
    }
}

/// Claims and puts into the book what came; `again` is asked whether accounts may be linked a second time. A wish to stop is
/// granted once what the claim gave is kept.
pub fn link(
    (bank, client): (&Bank<'_>, &Client),
    wish: &Wish<'_>,
    stop: &Stop,
    again: &mut dyn FnMut(&Duplicate) -> bool,
) -> Result<Outcome, LinkError> {
    if let Some(id) = wish.repair {
        check(bank, id)?;
    }
    let mut book = bank.write_book()?;
    let item_id = match wish.repair {
        Some(id) => book.connection(id)?.item_id,
        None => fresh_id()?,
    };
    let space = bank.vault.reserve_pending(book.writer()?)?;
    let access_token = match bank.runtime.block_on(client.claim(wish.token)) {
        Ok(claimed) => claimed,
        Err(error) => {
            space.release()?;
            return Err(if error.outcome_unknown() { LinkError::ClaimLost(error) } else { error.into() });
        }
    };
    let mut made = Made {
        provider: SIMPLEFIN.to_owned(),
        environment: bank.environment.to_owned(),
        item_id,
        access_token,
        institution_id: None,
        institution: Some(NAMELESS.to_owned()),
        name: wish.name.map(str::to_owned),
        exchange: None,
        granted: Vec::new(),
    };
    let (pending, kept) = space.keep(&made.to_json()?);
    // From here on nothing is lost; what could not be kept goes into the book at once.
    if let Err(error) = client.check(&made.access_token) {
        pending.discard()?;
        return Err(error.into());
    }
    if let Some(id) = wish.repair {
        return repaired(bank, &mut book, id, &made, pending);
    }
    let found = if kept.is_ok() { look(bank, &made, stop)? } else { Found::default() };
    if let Some(twin) = twin(&found, &book.known_accounts()?).filter(|twin| !again(twin)) {
        pending.discard()?;
        return Ok(Outcome::Duplicate(twin));
    }
    made.institution = found.institution.or(made.institution);
    let mut linked = ahead::adopt(bank, &mut book, &made, &found.accounts)?;
    let name = made.name.or(made.institution).unwrap_or_default();
    linked.said = found.said.iter().map(|sentence| format!("{name}: {sentence}")).collect();
    pending.discard()?;
    Ok(Outcome::Linked(linked))
}

/// What the access shows, unless its owner wants to stop; what was claimed then waits in `pending/`.
fn look(bank: &Bank<'_>, made: &Made, stop: &Stop) -> Result<Found, LinkError> {
    let looked = bank.runtime.block_on(async {
        tokio::select! {
            () = stop.raised() => None,
            found = async { bank.providers.of(SIMPLEFIN)?.accounts(&made.access_token).await } => Some(found),
        }
    });
    // A server that is slow to show accounts costs nothing: the first sync brings them.
    looked.map(Result::unwrap_or_default).ok_or(LinkError::Claimed)
}

fn repaired(
    bank: &Bank<'_>,
    book: &mut crate::store::Store,
    id: ConnectionId,
    made: &Made,
    pending: PendingSecret,
) -> Result<Outcome, LinkError> {
    let sealed = bank.vault.seal_token(made.item_id.as_str(), &made.environment, &made.access_token)?;
    book.write(&bank.event("link.repair"), |tx| {
        tx.set_token(id, &sealed)?;
        tx.adopt_calls(id, bank.meter.take_about(id))?;
        tx.set_health(id, Remedy::Nothing, &Health::default())
    })?;
    pending.discard()?;
    Ok(Outcome::Repaired(id))
}

/// An id of bursar's own: SimpleFIN names no connection, and a part of the access URL would be a part of a secret.
fn fresh_id() -> Result<ProviderItemId, LinkError> {
    let failed = |_| SimpleFinError::Setup { reason: "there is no randomness".to_owned() };
    let random = (getrandom::u64().map_err(failed)?, getrandom::u64().map_err(failed)?);
    Ok(format!("simplefin-{:016x}{:016x}", random.0, random.1).into())
}

/// The connection that has these accounts already: the same account of the same server, or the same bank, name and digits.
fn twin(found: &Found, known: &[KnownAccount]) -> Option<Duplicate> {
    let candidates: Vec<Candidate<'_>> = found.accounts.iter().map(Candidate::of).collect();
    let sure = duplicate::find(None, &candidates, known);
    let Some(bank) = found.institution.as_ref().map(|bank| bank.to_lowercase()) else { return sure };
    // Another provider has other ids; the names of bank and account and its last digits are what both have.
    let mut same_bank: Vec<KnownAccount> =
        known.iter().filter(|account| account.connection_name.to_lowercase() == bank).cloned().collect();
    for account in &mut same_bank {
        (account.institution_id, account.persistent_id) = (Some(bank.clone()), None);
    }
    sure.or_else(|| duplicate::find(Some(&bank), &candidates, &same_bank))
}
