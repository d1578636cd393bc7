//! The one integration binary; a module a noun.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may stop at the first surprise and prepares its own files and environment"
)]

#[cfg(feature = "sandbox")]
mod accounts;
mod architecture;
mod audit;
mod backup;
mod browser;
#[cfg(feature = "sandbox")]
mod complaints;
mod completions;
mod config;
#[cfg(feature = "sandbox")]
mod confirmations;
#[cfg(feature = "sandbox")]
mod connections;
#[cfg(feature = "sandbox")]
mod crash;
#[cfg(feature = "sandbox")]
mod demo;
mod docs;
#[allow(dead_code, reason = "the first tests that need a helper come with their feature")]
mod env;
mod errors;
#[cfg(feature = "sandbox")]
mod examples;
#[cfg(feature = "sandbox")]
mod faults;
mod fuzz;
mod generated;
mod harden;
#[cfg(feature = "sandbox")]
mod incident;
mod init;
mod keys;
#[cfg(feature = "sandbox")]
mod link;
mod loopback;
#[cfg(feature = "sandbox")]
mod members;
#[cfg(feature = "sandbox")]
mod metrics;
#[cfg(feature = "sandbox")]
mod notify;
mod old_vaults;
mod outside;
mod plaid;
#[cfg(feature = "sandbox")]
mod products;
#[cfg(feature = "sandbox")]
mod protocol;
#[cfg(feature = "sandbox")]
mod quota;
#[cfg(feature = "sandbox")]
mod readme;
mod recurring;
#[cfg(feature = "sandbox")]
mod report;
#[cfg(feature = "sandbox")]
mod review;
#[cfg(feature = "sandbox")]
mod roles;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schedule;
mod schema;
#[cfg(feature = "sandbox")]
mod scripted;
mod second_reader;
#[cfg(target_os = "linux")]
mod sessions;
#[cfg(feature = "sandbox")]
mod simplefin;
mod status;
#[cfg(feature = "sandbox")]
mod sync;
mod tamper;
#[cfg(feature = "sandbox")]
mod transactions;
mod unattended;
mod vault;
mod vault_commands;
