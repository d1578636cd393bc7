//! Plaid's own shapes under Plaid's own field names, both directions, for the client and the sandbox.
//!
//! May use `secret` only. Invariants: an amount is the decimal text that travelled, never a float; values that
//! Plaid adds to an enumeration later are kept, and fields it adds to a response are passed over; what its
//! definition requires is always written, as `null` where there is nothing to say.

#![expect(missing_docs, reason = "fields carry Plaid's names and mean what its API reference says of them")]

pub mod accounts;
pub mod decimal;
pub mod error;
pub mod institutions;
pub mod investments;
pub mod item;
pub mod liabilities;
pub mod link;
mod open;
pub mod recurring;
pub mod sandbox;
pub mod token;
pub mod transactions;

pub use decimal::Decimal;
pub use error::ErrorObject;
pub use token::Token;

/// Version of the definition that these shapes follow, sent as `Plaid-Version`.
pub const VERSION: &str = "2020-09-14";
