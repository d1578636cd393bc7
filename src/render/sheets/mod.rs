//! The grids of what commands show, one file a noun.
//!
//! Keys are the names of the JSON fields wherever both exist. Invariant: a sheet holds what its value says and adds nothing.

mod accounts;
mod alerts;
mod audit;
mod checks;
mod connections;
mod debts;
mod details;
mod facts;
mod holdings;
mod keys;
mod members;
mod metrics;
mod recurring;
mod report;
mod review;
mod sessions;
mod summary;
mod transactions;

pub use facts::{Fact, Facts};
