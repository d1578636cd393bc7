//! Errors of changing keys.

use crate::{
    error::{Error, Kind},
    ops::{backup::BackupError, keyring::KeyringError, keys::KeysError, plugins::PluginError, totp::TotpError},
    vault::VaultError,
};

impl From<KeysError> for Error {
    fn from(error: KeysError) -> Self {
        let sentence = error.to_string();
        match error {
            KeysError::Vault(error) => error.into(),
            KeysError::Store(error) => error.into(),
            KeysError::Fs(error) => error.into(),
            KeysError::NotEntered(why) => {
                let why = Self::from(*why);
                Self::new(why.kind, "not_entered", sentence).hint("bursar keys list")
            }
            KeysError::Keyring(error) => error.into(),
            KeysError::OwnerInKeyring => {
                Self::new(Kind::Refused, "owner_in_keyring", sentence).hint("bursar keys add keyring --role sync")
            }
            KeysError::InsideVault => {
                Self::new(Kind::Refused, "key_in_vault", sentence).hint("bursar keys add key-file ~/bursar.key")
            }
            KeysError::Unproved(_) => Self::new(Kind::Integrity, "unproved", sentence).hint("bursar vault check"),
            KeysError::FileExists(_) => {
                Self::new(Kind::Conflict, "file_exists", sentence).hint("bursar keys add key-file NEW_FILE")
            }
        }
    }
}

impl From<PluginError> for Error {
    fn from(error: PluginError) -> Self {
        let sentence = error.to_string();
        match error {
            PluginError::Missing { .. } => {
                Self::new(Kind::NotFound, "no_plugin", sentence).hint("bursar keys add --help")
            }
            PluginError::Exchangeable { place } => {
                Self::new(Kind::Unsafe, "unsafe_plugin", sentence).hint(format!("chmod go-w {}", place.display()))
            }
            PluginError::Fs(error) => error.into(),
        }
    }
}

impl From<TotpError> for Error {
    fn from(error: TotpError) -> Self {
        let sentence = error.to_string();
        match error {
            TotpError::Vault(error) => error.into(),
            TotpError::Store(error) => error.into(),
            TotpError::Damaged => Self::new(Kind::Integrity, "damaged", sentence).hint("bursar vault check"),
            TotpError::Random => Self::new(Kind::Unexpected, "crypto", sentence).hint("bursar doctor"),
        }
    }
}

impl From<KeyringError> for Error {
    fn from(error: KeyringError) -> Self {
        let sentence = error.to_string();
        match error {
            KeyringError::NotBuilt => {
                Self::new(Kind::Refused, "no_keyring", sentence).hint("bursar keys add key-file ~/bursar.key")
            }
            KeyringError::Taken => Self::new(Kind::Conflict, "key_in_keyring", sentence).hint("bursar keys list"),
            KeyringError::Unreachable(_) | KeyringError::Silence(_) => {
                Self::new(Kind::Unavailable, "no_keyring", sentence).hint("bursar keys add key-file ~/bursar.key")
            }
        }
    }
}

impl From<BackupError> for Error {
    fn from(error: BackupError) -> Self {
        let sentence = error.to_string();
        match error {
            BackupError::Vault(VaultError::InsideVault) => {
                Self::new(Kind::Refused, "inside_vault", sentence).hint("bursar vault backup --help")
            }
            BackupError::Vault(error) => error.into(),
            BackupError::Store(error) => error.into(),
            BackupError::FileExists(_) => {
                Self::new(Kind::Conflict, "file_exists", sentence).hint("bursar vault backup NEW_FILE")
            }
            BackupError::Unproved(_) => Self::new(Kind::Integrity, "unproved", sentence).hint("bursar vault check"),
        }
    }
}
