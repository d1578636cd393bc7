//! bursar: your bank history in one encrypted file.

pub mod cli;
pub mod commands;
pub mod context;
pub mod domain;
pub mod error;
pub mod fsx;
pub mod harden;
pub mod loopback;
pub mod ops;
pub mod plaid;
pub mod render;
pub mod reports;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod settings;
pub mod store;
pub mod sys;
pub mod ui;
pub mod vault;
