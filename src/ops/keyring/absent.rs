//! A bursar without the feature `os-keyring`: nothing is kept, and nothing found.

use super::KeyringError;
use crate::secret::Secret;

pub(super) fn get(_user: &str) -> Result<Option<Secret<String>>, KeyringError> {
    Ok(None)
}

pub(super) fn put(_user: &str, _secret: &Secret<String>) -> Result<(), KeyringError> {
    Err(KeyringError::NotBuilt)
}

pub(super) fn remove(_user: &str) -> Result<bool, KeyringError> {
    Ok(false)
}
