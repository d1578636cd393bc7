//! `bursar connections`: new tokens for old, and the end of a connection.

mod remove;
mod rotate;
