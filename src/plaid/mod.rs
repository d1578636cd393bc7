//! The Plaid client: wire types, transport, conversion into the book's terms.

pub mod wire;
