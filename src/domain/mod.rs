//! The book's own terms: money, dates, accounts, transactions, queries.
//!
//! Bottom of the house: pure functions and values, no I/O, no clock, nothing from the layers above.
//! Invariant: money is an integer count of minor units of one currency and is negative when it leaves
//! the account's owner.

pub mod accounts;
pub mod alerts;
pub mod calls;
pub mod categories;
mod currency;
pub mod dates;
pub mod ids;
pub mod money;
pub mod products;
pub mod provider;
pub mod query;
pub mod ratio;
pub mod recurring;
pub mod standing;
pub mod sync;
pub mod syntax;
pub mod text;
pub mod transactions;
pub mod transfers;
pub mod views;
