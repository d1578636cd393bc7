//! Unix: owners, permission bits, and no following of symlinks.

use std::{
    ffi::OsStr,
    fs::{DirBuilder, File, Metadata, OpenOptions, Permissions},
    io,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    },
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;
use tempfile::TempDir;

use super::Closed;

impl Closed for OpenOptions {
    fn closed(&mut self) -> &mut Self {
        self.mode(0o600)
    }

    fn unfollowed(&mut self) -> &mut Self {
        self.custom_flags(flags(OFlags::NOFOLLOW | OFlags::CLOEXEC))
    }

    fn unfollowed_at_once(&mut self) -> &mut Self {
        self.custom_flags(flags(OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK))
    }
}

fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

/// Permission bits.
pub(crate) fn mode(found: &Metadata) -> u32 {
    found.mode() & 0o7777
}

/// The user a file belongs to.
pub(crate) fn owner(found: &Metadata) -> u32 {
    found.uid()
}

/// The user this process acts for.
pub(crate) fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether an open file is still the one that its name names.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let inode = file.metadata()?.ino();
    Ok(path.symlink_metadata().is_ok_and(|named| named.ino() == inode))
}

/// Whether opening failed because of a symlink.
pub(crate) fn is_symlink_error(error: &io::Error) -> bool {
    rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP)
}

/// What makes directories for this user alone.
pub(crate) fn directories() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Makes a directory with a random name, for this user alone.
pub(crate) fn temporary_dir(parent: &Path, prefix: &str) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(parent)
}

/// Opens a directory to hold a lock on it.
pub(crate) fn open_dir(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags(OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::CLOEXEC)).open(path)
}

/// Makes what happened in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir).and_then(|handle| handle.sync_all())
}

/// Bytes that may still be written where a path lies.
pub(crate) fn free_space(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// A path as it was written down with `Path::as_os_str().as_encoded_bytes()`.
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}
