//! Backups of the vault: made, and put back.
//!
//! Uses the vault and the store. Invariant: a backup that somebody has is in the audit trail before it is in its place.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;

use crate::{
    store::{Event, Store, StoreError},
    vault::{Access, Location, Unlocked, Unpacked, VaultError, unpack},
};

/// Why there is no backup, or no vault from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is there already.
    #[error("{0} exists already; nothing was changed")]
    FileExists(String),
    /// The book does not pass the checks of `vault check`.
    #[error("the book does not pass the checks ({0}); nothing was made")]
    Unproved(String),
}

/// `vault backup --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Backup {
    /// The archive.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many changes the book had when it was copied.
    pub change: u64,
}

/// `vault restore --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Restored {
    /// The vault.
    pub vault: PathBuf,
    /// How many changes its book has.
    pub change: u64,
    /// Whether this device saw a newer state of the vault, which `vault accept-older` gives up.
    pub older: bool,
}

/// Makes a backup of a book that has passed every check.
pub fn make(vault: &Unlocked, book: Store, file: &Path, event: &Event) -> Result<Backup, BackupError> {
    if file.symlink_metadata().is_ok() {
        return Err(BackupError::FileExists(file.display().to_string()));
    }
    let draft = vault.draft_backup(book.writer()?, file)?;
    // Closed before the draft.
    let mut book = book;
    let change = book.epoch()?;
    require_whole(&book)?;
    let bytes = book.write(event, |tx| {
        tx.note("change", change);
        Ok::<_, BackupError>(draft.finish(event.at)?)
    })?;
    Ok(Backup { file: file.to_owned(), bytes, change })
}

/// Takes a backup apart beside its place. It is opened there, before [`put_back`] gives it the place.
pub fn begin(file: &Path, location: &Location) -> Result<Unpacked, BackupError> {
    Ok(unpack(file, location)?)
}

/// Puts an unpacked vault in its place, if it passes the checks.
pub fn put_back(
    unpacked: Unpacked,
    vault: Arc<Unlocked>,
    patience: Duration,
    event: &Event,
) -> Result<Restored, BackupError> {
    let book = Store::open_even_if_older(&vault, Access::Read, patience)?;
    require_whole(&book)?;
    let older = book.is_older(&vault)?;
    let mut change = book.epoch()?;
    drop(book);
    // What is older is entered when its owner accepts it.
    if !older {
        let mut book = Store::open(&vault, Access::Write, patience)?;
        book.write(event, |tx| {
            tx.note("change", change);
            Ok::<_, StoreError>(())
        })?;
        change = book.epoch()?;
    }
    drop(vault);
    Ok(Restored { vault: unpacked.finish()?, change, older })
}

fn require_whole(book: &Store) -> Result<(), BackupError> {
    let bad: Vec<String> = book.check()?.into_iter().filter(|item| !item.ok).map(|item| item.detail).collect();
    if bad.is_empty() { Ok(()) } else { Err(BackupError::Unproved(bad.join("; "))) }
}
