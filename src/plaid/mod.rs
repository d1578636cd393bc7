//! The Plaid client: wire types, transport, conversion into the book's terms.
//!
//! May use `domain` and `secret`. Invariant: Plaid's sign, shapes and limits end here; everything above speaks the book's terms.

mod accounts;
mod action;
mod client;
mod convert;
mod endpoint;
mod environment;
mod error;
mod http;
mod institutions;
mod item;
mod link;
mod outcome;
mod pacing;
mod products;
mod sandbox;
mod target;
mod token;
mod transactions;
pub mod wire;

pub use accounts::{AccountList, BalanceRequest};
pub use action::{Action, BY_TYPE, TABLE, action_of};
pub use client::{Client, Config, LoopBounds};
#[cfg(feature = "fuzzing")]
pub(crate) use convert::delta as page;
pub use convert::{account, health, item_error, transaction};
pub use endpoint::{Billing, Endpoint};
pub use environment::{Environment, UnknownEnvironment};
pub use error::{Answered, ApiError, PlaidError, Source};
pub use http::Timeouts;
pub use institutions::{COUNTRIES, Institution, ServiceHealth};
pub use item::{Exchanged, ItemState, RemovalReason, Rotated};
pub use link::{
    AddedItem, DAYS_REQUESTED, Hosted, LinkExit, LinkProgress, LinkRequest, LinkSession, LinkToken, LinkedAccount,
    Purpose,
};
pub use pacing::{Limits, Patience, RealTime, Time, Wait};
pub use sandbox::{MadeUp, TestLogin};
pub use transactions::{SyncEvent, SyncFrom, SyncOutcome};
