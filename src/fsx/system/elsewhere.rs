//! Elsewhere than on Unix: compiled, never run. The user's own directories are taken to be private, because no access list is read here.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::Closed;

impl Closed for OpenOptions {
    fn closed(&mut self) -> &mut Self {
        self
    }

    fn unfollowed(&mut self) -> &mut Self {
        self
    }

    fn unfollowed_at_once(&mut self) -> &mut Self {
        self
    }
}

/// The bits that a private file has on Unix, with those of a program.
pub(crate) fn mode(found: &Metadata) -> u32 {
    if found.is_dir() { 0o700 } else { 0o600 }
}

/// One owner for all.
pub(crate) fn owner(_found: &Metadata) -> u32 {
    user()
}

/// The owner of everything.
pub(crate) fn user() -> u32 {
    0
}

/// Whether an open file is still the one that its name names: as far as time and size tell.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let (held, named) = (file.metadata()?, path.symlink_metadata());
    Ok(named.is_ok_and(|named| named.len() == held.len() && named.created().ok() == held.created().ok()))
}

/// No such error is known here.
pub(crate) fn is_symlink_error(_error: &io::Error) -> bool {
    false
}

/// What makes directories.
pub(crate) fn directories() -> DirBuilder {
    DirBuilder::new()
}

/// Makes a directory with a random name.
pub(crate) fn temporary_dir(parent: &Path, prefix: &str) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(prefix).tempdir_in(parent)
}

/// Directories cannot be locked here, so nothing that a killed process left is ever swept.
pub(crate) fn open_dir(_path: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A rename is as durable as the system makes it.
pub(crate) fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

/// Unknown: a full disk shows when it is written to.
pub(crate) fn free_space(_path: &Path) -> io::Result<u64> {
    Ok(u64::MAX)
}

/// A path as it was written down with `Path::as_os_str().as_encoded_bytes()`.
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
