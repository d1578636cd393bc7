//! bursar: your bank history in one encrypted file.
//!
//! The library behind the binary; only the command line is a promise to the outside. Its modules are rooms, and arrows go
//! down only (`docs/architecture.md` has the picture, a test holds the rule):
//!
//! - [`cli`] parses and shows the one error; [`commands`] translate, one file a command; [`context`] is all they may touch.
//! - [`ops`] are the use-cases with input and output; [`reports`] are pure; [`render`] lays out; [`ui`] owns the terminal;
//!   [`settings`] the environment and config.toml; [`error`] decides wording and exit code.
//! - [`store`] has the only SQL, [`vault`] the keys and ciphers, [`http`] the only HTTP, [`plaid`] and `simplefin` who read banks over it, `sandbox` banks that speak
//!   the same protocols, [`loopback`] the one-shot listener.
//! - [`domain`] is at the bottom: money, dates, queries, terms of the book. [`secret`], [`fsx`], [`harden`] and [`sys`] are beside it.
//!
//! Where a feature is: [`commands`], then the same noun in the rooms below (`ls src/*/transactions*`).
//!
//! Money is exact from the wire to the screen:
//!
//! ```
//! use bursar::domain::money::{Currency, Money};
//!
//! let dinar: Currency = "KWD".parse()?;
//! let coffee = Money::parse("-1.250", dinar)?;
//! assert_eq!(coffee.minor, -1250);
//! assert_eq!(coffee.checked_add(coffee)?.decimal(), "-2.500");
//! assert!(Money::parse("0.0001", dinar).is_err(), "what does not fit is refused, never rounded");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cli;
pub mod commands;
pub mod context;
pub mod domain;
pub mod error;
pub mod fsx;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
pub mod harden;
pub mod http;
pub mod loopback;
pub mod ops;
pub mod plaid;
pub mod render;
pub mod reports;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod settings;
pub mod simplefin;
pub mod store;
pub mod sys;
pub mod ui;
pub mod vault;
