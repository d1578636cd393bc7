//! Entries in whichever keyring the platform has.

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(all(unix, not(target_os = "macos")))]
use dbus_secret_service_keyring_store::Store;
use keyring_core::{Entry, Error, api::CredentialStoreApi as _};
#[cfg(windows)]
use windows_native_keyring_store::Store;
use zeroize::Zeroize as _;

use super::KeyringError;
use crate::secret::Secret;

/// The name under which every entry is filed.
const SERVICE: &str = "bursar";

pub(super) fn get(user: &str) -> Result<Option<Secret<String>>, KeyringError> {
    match entry(user)?.get_secret() {
        Ok(bytes) => String::from_utf8(bytes).map(|text| Some(Secret::new(text))).map_err(|error| {
            error.into_bytes().zeroize();
            KeyringError::Unreachable("its entry is not text".to_owned())
        }),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(unreachable(&error)),
    }
}

pub(super) fn put(user: &str, secret: &Secret<String>) -> Result<(), KeyringError> {
    entry(user)?.set_secret(secret.expose().as_bytes()).map_err(|error| unreachable(&error))
}

pub(super) fn remove(user: &str) -> Result<bool, KeyringError> {
    match entry(user)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(unreachable(&error)),
    }
}

fn entry(user: &str) -> Result<Entry, KeyringError> {
    let built = Store::new().and_then(|store| store.build(SERVICE, user, None));
    built.map_err(|error| unreachable(&error))
}

/// The store's own words; of data it only ever says that it is malformed.
fn unreachable(error: &Error) -> KeyringError {
    KeyringError::Unreachable(match error {
        Error::PlatformFailure(reason) | Error::NoStorageAccess(reason) => reason.to_string(),
        Error::BadDataFormat(..) | Error::BadEncoding(_) => "its entry is malformed".to_owned(),
        Error::Ambiguous(entries) => format!("it has {} entries for this vault", entries.len()),
        other => other.to_string(),
    })
}
