//! What some providers do besides: they have a bank asked while their user waits, and may bill each call.

use std::time::Duration;

use super::Answer;
use crate::{
    domain::{
        accounts::{KnownCurrencies, ProviderAccount},
        dates::Timestamp,
        ids::{ConnectionId, InstitutionId},
        sync::Refusal,
    },
    secret::Secret,
};

/// Who is asked about.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The connection, whose calls are counted as its own.
    pub connection: ConnectionId,
    /// Its token.
    pub token: &'a Secret<String>,
    /// Its bank, where the provider has said which one it is.
    pub institution: Option<&'a InstitutionId>,
}

/// Balances as the bank has them.
#[derive(Debug)]
pub struct Balances {
    /// The accounts with their balances.
    pub accounts: Vec<ProviderAccount>,
    /// Those whose balance the book cannot hold.
    pub refused: Vec<Refusal>,
    /// Whether they are the provider's last, because the bank had none as fresh as was asked for.
    pub cached: bool,
}

/// Who reads a bank at once.
pub trait AtOnce: Send + Sync {
    /// The balances that the bank has now.
    fn balances<'a>(&'a self, of: Subject<'a>, known: &'a KnownCurrencies, now: Timestamp) -> Answer<'a, Balances>;

    /// Has the bank looked at for new transactions; gives back when its data was last new until then.
    fn refresh<'a>(&'a self, of: Subject<'a>) -> Answer<'a, Option<Timestamp>>;

    /// Waits until the bank's data is newer than it was, or the time is up.
    fn newer<'a>(&'a self, of: Subject<'a>, than: Option<Timestamp>, at_most: Duration) -> Answer<'a, ()>;
}
