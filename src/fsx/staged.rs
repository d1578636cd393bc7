//! Atomic replacement: write a new file beside the old one, prove it, make it durable, rename.
//!
//! Invariant: until `commit` the old file is untouched, and a dropped `Staged` leaves nothing behind.

use std::{
    fs::File,
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{FsError, parent, sync_dir};

/// A new version of a file, written and read back, waiting to take its place.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Writes the bytes to a fresh 0600 file in the target's directory (created exclusively, so no link is followed).
    pub fn write(target: &Path, bytes: &[u8]) -> Result<Self, FsError> {
        let mut staged = Self::create(target)?;
        staged.file.write_all(bytes).map_err(FsError::io("write", target))?;
        Ok(staged)
    }

    /// Makes such a file with nothing in it yet, for what is too large to be held in memory.
    pub fn create(target: &Path) -> Result<Self, FsError> {
        let file = tempfile::Builder::new()
            .prefix(".bursar-")
            .tempfile_in(parent(target))
            .map_err(FsError::io("create a file beside", target))?;
        Ok(Self { file, target: target.to_owned() })
    }

    /// The file, for writing.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Reads the new version back from the file system, so that the caller can try it before it counts.
    pub fn read_back(&mut self) -> Result<Vec<u8>, FsError> {
        let mut bytes = Vec::new();
        self.file.rewind().map_err(FsError::io("read back", &self.target))?;
        self.file.read_to_end(&mut bytes).map_err(FsError::io("read back", &self.target))?;
        Ok(bytes)
    }

    /// Makes the new version durable and puts it in place of the old one.
    pub fn commit(self) -> Result<(), FsError> {
        self.file.as_file().sync_all().map_err(FsError::io("sync", &self.target))?;
        let Self { file, target } = self;
        file.persist(&target).map_err(|error| FsError::io("replace", &target)(error.error))?;
        sync_dir(parent(&target))
    }

    /// Makes the file durable and puts it in its place, unless something is there.
    pub fn commit_new(self) -> Result<(), FsError> {
        self.file.as_file().sync_all().map_err(FsError::io("sync", &self.target))?;
        let Self { file, target } = self;
        file.persist_noclobber(&target).map_err(|error| FsError::io("create", &target)(error.error))?;
        sync_dir(parent(&target))
    }

    /// Puts the new version in place without waiting for the disk: for what may be lost but never torn.
    pub fn commit_lazily(self) -> Result<(), FsError> {
        let Self { file, target } = self;
        file.persist(&target).map_err(|error| FsError::io("replace", &target)(error.error))?;
        Ok(())
    }
}

/// Replaces a file's content atomically and durably; the new file is 0600.
pub fn replace(target: &Path, bytes: &[u8]) -> Result<(), FsError> {
    let mut staged = Staged::write(target, bytes)?;
    if staged.read_back()? != bytes {
        return Err(FsError::ReadBack { path: target.to_owned() });
    }
    staged.commit()
}

/// Creates a file with this content, durably and 0600; refuses when something is there.
pub fn create_new(target: &Path, bytes: &[u8]) -> Result<(), FsError> {
    Staged::write(target, bytes)?.commit_new()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn replaces_whole_files_and_leaves_no_litter() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("file");
        replace(&target, b"one").unwrap();
        drop(Staged::write(&target, b"never").unwrap());
        assert_eq!(std::fs::read(&target).unwrap(), b"one");
        create_new(&target, b"never").unwrap_err();
        replace(&target, b"two").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn replaces_a_symlink_itself_not_what_it_points_to() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        replace(&real, b"precious").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"precious");
        assert!(!std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
