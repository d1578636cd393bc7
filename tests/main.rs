//! The one integration binary; a module a noun.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may stop at the first surprise and prepares its own files and environment"
)]

mod architecture;
mod browser;
mod docs;
#[allow(dead_code, reason = "the first tests that need a helper come with their feature")]
mod env;
mod errors;
mod harden;
#[cfg(feature = "sandbox")]
mod link;
mod loopback;
mod old_vaults;
mod plaid;
#[cfg(feature = "sandbox")]
mod protocol;
#[cfg(feature = "sandbox")]
mod sandbox;
mod vault;
