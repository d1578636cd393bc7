//! A bursar without the feature `os-keyring`: whoever wants the keyring is told.

use super::KeyringError;
use crate::secret::Secret;

pub(super) fn get(_user: &str) -> Result<Option<Secret<String>>, KeyringError> {
    Err(KeyringError::NotBuilt)
}

pub(super) fn put(_user: &str, _secret: &Secret<String>) -> Result<(), KeyringError> {
    Err(KeyringError::NotBuilt)
}

pub(super) fn remove(_user: &str) -> Result<bool, KeyringError> {
    Err(KeyringError::NotBuilt)
}
