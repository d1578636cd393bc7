//! `bursar connections`: how each stands, new tokens for old, and the end of a connection.

pub(crate) mod adopt;
mod churn;
mod remove;
mod rotate;
mod state;
