//! The life of a connection after its link: new tokens for old, and its end.
//!
//! Invariant: what the provider was told to end or replace is in the book afterwards, or is finished by the next start.

mod remove;
mod rotate;

use super::{ahead::AheadError, provider::ProviderError};
use crate::{domain::ids::ConnectionId, store::StoreError, vault::VaultError};

pub use {
    remove::{AtProvider, Removal, remove},
    rotate::{Rotation, rotate},
};

/// Why a connection could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The bank side.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The provider does not take the token, so that it cannot be told to end the connection.
    #[error("{provider} does not take the token of {id}, so it cannot be told to end it; its bill may go on")]
    DeadToken {
        /// The connection.
        id: ConnectionId,
        /// What people call its provider.
        provider: &'static str,
    },
    /// There is nothing left to remove.
    #[error("connection {0} was removed already; its history stays")]
    Already(ConnectionId),
}

impl From<AheadError> for ConnectionError {
    fn from(error: AheadError) -> Self {
        match error {
            AheadError::Vault(error) => Self::Vault(error),
            AheadError::Store(error) => Self::Store(error),
        }
    }
}
