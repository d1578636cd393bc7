//! Plaid's two worlds.
//!
//! Invariant: the words are those of Plaid's tokens, of the vault and of settings alike.

use std::{fmt, str::FromStr};

/// One of Plaid's two worlds; Items never move between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Invented banks, no cost.
    Sandbox,
    /// Real banks, real bills.
    Production,
}

impl Environment {
    /// The word in tokens, in the vault and in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// Plaid's address of this environment.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://sandbox.plaid.com",
            Self::Production => "https://production.plaid.com",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word names no environment of Plaid's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Plaid environment: write sandbox or production")]
pub struct UnknownEnvironment(String);

impl FromStr for Environment {
    type Err = UnknownEnvironment;
    fn from_str(word: &str) -> Result<Self, UnknownEnvironment> {
        [Self::Sandbox, Self::Production]
            .into_iter()
            .find(|environment| environment.as_str() == word)
            .ok_or_else(|| UnknownEnvironment(word.chars().take(40).collect()))
    }
}
