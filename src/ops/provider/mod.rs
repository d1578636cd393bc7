//! The bank side as a small trait: what a sync and the end of a connection need of whoever reads the bank; and two more for what
//! not everyone does.
//!
//! Invariant: nothing above [`Provider`] knows which one it was (`tests/architecture/sources.rs`); what a provider says arrives in the
//! book's own terms.

mod at_once;
mod error;
mod plaid;
mod providers;
mod simplefin;
mod tokens;

use std::{future::Future, pin::Pin};

use tokio::sync::mpsc::Sender;

use crate::{
    domain::{
        accounts::{KnownCurrencies, ProviderAccount},
        dates::{Date, Timestamp},
        ids::ConnectionId,
        products::{Product, ProductReport},
        standing::Remedy,
        sync::{Delta, Health, History, Refusal},
    },
    secret::Secret,
    store::PendingRow,
};

pub use {
    at_once::{AtOnce, Balances, Subject},
    error::{ProviderError, Trouble},
    providers::{Providers, billing, connections_made},
    tokens::{Taken, Tokens},
};

/// Plaid's word for a product that the owner did not agree to; a call that would be answered so is not even made.
pub const NOT_CONSENTED: &str = "ADDITIONAL_CONSENT_REQUIRED";

/// An answer that is being waited for.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + 'a>>;

/// Who reads a bank for its owner.
pub trait Provider: Send + Sync {
    /// Reads what is new of a connection and hands it over in order: [`Step::Start`] first, [`Step::Done`] last.
    fn gather(&self, ask: Ask, out: Sender<Step>) -> Answer<'_, ()>;

    /// The accounts of a connection and its bank, as far as they can be read.
    fn accounts<'a>(&'a self, token: &'a Secret<String>) -> Answer<'a, Found>;

    /// Ends a connection there; `broken` says that it did not work any more.
    fn end<'a>(&'a self, connection: ConnectionId, token: &'a Secret<String>, broken: bool) -> Answer<'a, Ending>;

    /// What a sync costs of a daily number of calls; none if nobody counts them.
    fn quota(&self, cursor: Option<&str>, now: Timestamp) -> Option<Quota>;

    /// Whether a connection that is read from its beginning brings all that it ever brought, so that what does not come is gone.
    fn whole(&self) -> bool;

    /// Who reads its banks at once and for a price; none if nobody does.
    fn at_once(&self) -> Option<&dyn AtOnce> {
        None
    }

    /// Who gives new tokens for old; none if only the owner can.
    fn tokens(&self) -> Option<&dyn Tokens> {
        None
    }
}

/// What a first look at a connection finds.
#[derive(Debug, Default)]
pub struct Found {
    /// Its accounts.
    pub accounts: Vec<ProviderAccount>,
    /// The bank's name, or the names of several.
    pub institution: Option<String>,
    /// What the provider wants its user to read, one sentence each.
    pub said: Vec<String>,
}

/// What is to be read.
pub struct Ask {
    /// The connection.
    pub connection: ConnectionId,
    /// The connection's token.
    pub token: Secret<String>,
    /// Where its change stream goes on; none for its beginning.
    pub cursor: Option<String>,
    /// Currencies of accounts that the book knows.
    pub known: KnownCurrencies,
    /// Pending rows that the book has of it.
    pub pending: Vec<PendingRow>,
    /// What time it is.
    pub now: Timestamp,
    /// What else is asked for, where the connection has it.
    pub products: Vec<Product>,
    /// The days that trades are asked for.
    pub window: (Date, Date),
}

/// What comes from a connection, in order.
#[derive(Debug)]
pub enum Step {
    /// All its accounts, those without transactions too, and how the bank is; comes first.
    Start(Box<Start>),
    /// Changes to apply, not yet to commit.
    Page(Box<Delta>),
    /// The data changed meanwhile: what came of changes comes again.
    Restart,
    /// What follows is the whole history, and rows that do not come again are gone.
    FullResync,
    /// Something more that the provider wants its user to read.
    Said(String),
    /// The same, and nothing is wrong.
    Notice(String),
    /// What it offers besides.
    Product(ProductReport, Vec<Refusal>),
    /// All is there: commit.
    Done {
        /// Where the next sync starts; none leaves what is stored.
        cursor: Option<String>,
        /// How complete the history is.
        history: History,
    },
}

/// What the bank said before its changes.
#[derive(Debug, Default)]
pub struct Start {
    /// Accounts that the book can hold.
    pub accounts: Vec<ProviderAccount>,
    /// Those that it cannot.
    pub refused: Vec<Refusal>,
    /// Whether some may be missing, because a bank could not be read.
    pub partial: bool,
    /// Freshness, consent and the error that stays.
    pub health: Health,
    /// What is to be done about that error.
    pub remedy: Remedy,
    /// What the provider wants its user to read, one sentence each; a run with such sentences is not wholly well.
    pub said: Vec<String>,
    /// What it wants its user to know although nothing is wrong.
    pub notices: Vec<String>,
}

/// What the provider made of the end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It ended it.
    Ended,
    /// It had it no more.
    Gone,
    /// It does not take the token.
    DeadToken,
    /// Only the owner can end it there.
    ByHand,
}

/// What a sync costs of a daily number of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Calls of this sync.
    pub needs: u64,
    /// Calls a day.
    pub per_day: u64,
}
