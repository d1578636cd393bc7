//! Files the safe way: atomic replacement, private modes, nothing through a symlink.
//!
//! May use `sys` and the standard library. Invariant: no function here ever leaves a half-written file under its
//! final name, and every file it creates is 0600.

mod lazy;
mod private;
mod reserve;
mod scratch;
mod staged;
mod system;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use lazy::LazyFile;
pub use private::{
    Shape, check_local, check_private, create_private_dir, ensure_dir, open_private, other_writers, read_private,
};
pub use reserve::Reserved;
pub use scratch::Scratch;
pub use staged::{Staged, create_new, replace};
pub(crate) use system::{Closed, is_at, mode, owner, path_of};

/// What a file operation can fail with.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    /// A symbolic link stands where a real file must be.
    #[error("{} is a symbolic link", path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// Group or others may read, write or enter.
    #[error("{} may be used by other users (mode {mode:04o})", path.display())]
    TooOpen {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The command that closes it.
        command: String,
    },
    /// The file belongs to somebody else.
    #[error("{} belongs to user {owner}, not to you", path.display())]
    NotOwner {
        /// The file or directory.
        path: PathBuf,
        /// The numeric user it belongs to.
        owner: u32,
    },
    /// A directory where a file must be, a device, or the like.
    #[error("{} is not a {wanted}", path.display())]
    WrongShape {
        /// The path.
        path: PathBuf,
        /// What was wanted there.
        wanted: &'static str,
    },
    /// The directory lies on a network file system, where locks and shared memory cannot be trusted.
    #[error("{} is on a network file system ({kind})", path.display())]
    Network {
        /// The directory.
        path: PathBuf,
        /// The file system's common name.
        kind: &'static str,
    },
    /// The file is larger than any file of its kind can be.
    #[error("{} is larger than {cap} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        cap: u64,
    },
    /// What was read back is not what was written.
    #[error("{} did not read back as it was written", path.display())]
    ReadBack {
        /// The file that was to be replaced; it is untouched.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The verb (`read`, `create`).
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}

impl FsError {
    /// Wraps an operating system error with what was being done to what.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// Tells whether the file simply is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Tells whether the error is about permissions, ownership, links or the kind of file system (exit code 13).
    pub fn is_unsafe(&self) -> bool {
        matches!(
            self,
            Self::Symlink { .. }
                | Self::TooOpen { .. }
                | Self::NotOwner { .. }
                | Self::WrongShape { .. }
                | Self::Network { .. }
        )
    }

    /// The command that puts it right, where one does.
    pub fn command(&self) -> Option<&str> {
        match self {
            Self::TooOpen { command, .. } => Some(command),
            _ => None,
        }
    }
}

/// Makes a rename, creation or removal inside a directory durable.
pub fn sync_dir(dir: &Path) -> Result<(), FsError> {
    system::sync_dir(dir).map_err(FsError::io("sync", dir))
}

/// Removes a file and makes the removal durable; a file already gone is fine.
pub fn remove(path: &Path) -> Result<(), FsError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        outcome => outcome.map_err(FsError::io("remove", path))?,
    }
    sync_dir(parent(path))
}

/// The directory a path lies in (`.` for a bare name).
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Bytes that may still be written where `path` lies.
pub fn free_space(path: &Path) -> Result<u64, FsError> {
    system::free_space(path).map_err(FsError::io("look at", path))
}
