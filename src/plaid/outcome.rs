//! How a call of Plaid's ended, for whoever counts.
//!
//! Invariant: the word is Plaid's code or one of a few, never a text.

use super::error::PlaidError;
use crate::{
    domain::calls,
    http::{Ended, Unnoted},
};

impl From<Unnoted> for PlaidError {
    fn from(Unnoted(reason): Unnoted) -> Self {
        Self::Unnoted { reason }
    }
}

impl Ended for PlaidError {
    fn word(&self) -> &str {
        match self {
            Self::Api(error) => &error.error_code,
            Self::Network { .. } => "network",
            Self::Timeout { .. } => "timeout",
            Self::Tls { .. } => "tls",
            Self::NotJson { .. } => "not_json",
            Self::Truncated { .. } => "truncated",
            Self::TooLarge { .. } => "too_large",
            Self::Malformed { .. } => "malformed",
            Self::Redirected { .. } => "redirected",
            _ => calls::OTHER,
        }
    }

    fn left(&self) -> bool {
        match self {
            Self::Network { sent, .. } | Self::Timeout { sent, .. } => *sent,
            other => other.status().is_some(),
        }
    }

    fn done(&self) -> bool {
        self.outcome_unknown()
    }
}
