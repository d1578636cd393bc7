//! What the holder of a new key is given: a file, or an entry of the operating system's keyring.
//!
//! Invariant: it is written before the slot is, so no slot is ever in force whose secret nobody has; never over another.

use std::path::Path;

use super::KeysError;
use crate::{
    fsx::{self, FsError},
    ops::keyring::{Entry, KeyringError},
    secret::Secret,
    vault::{Locked, Made, Role, Unlocked},
};

/// Where the secret of a new slot goes.
#[derive(Debug)]
pub enum Place<'a> {
    /// There is none to hand over: its holder has it.
    Nowhere,
    /// A new file.
    File(&'a Path),
    /// The operating system's keyring.
    Keyring(Entry),
}

impl<'a> Place<'a> {
    /// A file, if one is named.
    pub fn of_file(file: Option<&'a Path>) -> Self {
        file.map_or(Self::Nowhere, Self::File)
    }

    /// Refuses a place that is taken, or does not suit the role, before anything is made.
    pub fn check(&self, vault: &Unlocked, locked: &Locked, role: Role) -> Result<(), KeysError> {
        match self {
            Self::File(path) => check_file(vault, path),
            Self::Keyring(_) if role == Role::Owner => Err(KeysError::OwnerInKeyring),
            Self::Keyring(entry) if entry.opens(locked)?.is_some() => Err(KeyringError::Taken.into()),
            Self::Nowhere | Self::Keyring(_) => Ok(()),
        }
    }

    /// Hands the secret over.
    pub fn give(&self, made: &Made, vault: &Unlocked) -> Result<(), KeysError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::File(path) => write_key_file(path, made, vault),
            Self::Keyring(entry) => Ok(entry.put(made)?),
        }
    }

    /// Takes back what was handed over for a key that could not be added; one that is in force keeps it.
    pub fn take_back(&self, error: &KeysError) -> Result<(), KeysError> {
        match self {
            _ if matches!(error, KeysError::NotEntered(_)) => Ok(()),
            Self::Nowhere => Ok(()),
            Self::File(path) => Ok(fsx::remove(path)?),
            Self::Keyring(entry) => Ok(entry.remove().map(|_| ())?),
        }
    }
}

/// Takes away what the keyring keeps, if that opens the vault no more. Tells whether there was something.
pub fn sweep_keyring(entry: &Entry, locked: &Locked) -> Result<bool, KeyringError> {
    if entry.get()?.is_none() || entry.opens(locked)?.is_some() { Ok(false) } else { entry.remove() }
}

fn check_file(vault: &Unlocked, path: &Path) -> Result<(), KeysError> {
    if path.symlink_metadata().is_ok() {
        return Err(KeysError::FileExists(path.display().to_string()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::canonicalize(folder).map_err(FsError::io("look at", folder))?;
    if folder.starts_with(vault.dir()) { Err(KeysError::InsideVault) } else { Ok(()) }
}

/// Writes a key file: a comment, and the line that opens the slot. Never over another file.
fn write_key_file(path: &Path, made: &Made, vault: &Unlocked) -> Result<(), KeysError> {
    let Some(line) = &made.handover else { return Ok(()) };
    let text = Secret::new(format!(
        "# bursar {} of vault {}, key {}; keep it apart from the vault\n{}\n",
        made.slot.kind.as_str(),
        vault.vault_id(),
        made.slot.id,
        line.expose()
    ));
    Ok(fsx::create_new(path, text.expose().as_bytes())?)
}
