//! SimpleFIN: claiming a setup token, reading accounts in windows, conversion into the book's terms.
//!
//! May use `domain`, `secret` and `http`. Invariants: an access URL is a secret and is spoken to over TLS, or on this machine in
//! the sandbox; what a server says reaches its user sanitised.

mod client;
mod convert;
mod error;
mod target;
mod window;
pub mod wire;

pub use client::{Claimed, Client};
pub use convert::{Asks, Batch, Said, accounts, batch};
pub use error::SimpleFinError;
pub use target::SetupToken;
pub use window::{DAYS, OVERLAP, WINDOW, Window, since, windows};
