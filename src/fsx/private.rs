//! Private files and directories: owned by this user, closed to everyone else, reached through no symlink.
//!
//! Invariant: what is checked is what is read; files are checked on the open descriptor, not by name.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::Read,
    path::{Path, PathBuf},
};

use super::{
    FsError,
    system::{self, Closed as _},
};

/// What a path must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// Refuses a path that is a symlink, of the wrong shape, another user's, or open to group or others.
pub fn check_private(path: &Path, shape: Shape) -> Result<(), FsError> {
    let found = std::fs::symlink_metadata(path).map_err(FsError::io("look at", path))?;
    judge(path, &found, shape)
}

/// Creates a directory 0700, parents included; an existing one must already be private.
pub fn create_private_dir(path: &Path) -> Result<(), FsError> {
    if let Err(error) = check_private(path, Shape::Directory) {
        if !error.is_missing() {
            return Err(error);
        }
        ensure_dir(path)?;
    }
    check_private(path, Shape::Directory)
}

/// Creates a directory and its parents 0700 where they are missing, and takes existing ones as they are.
pub fn ensure_dir(path: &Path) -> Result<(), FsError> {
    system::directories().recursive(true).create(path).map_err(FsError::io("create", path))
}

/// A file and its directory, as far as others than this user and root may exchange it there.
pub fn other_writers(path: &Path) -> Result<Vec<PathBuf>, FsError> {
    const STICKY: u32 = 0o1000;
    let mine = system::user();
    let mut open = Vec::new();
    for place in [Some(path), path.parent()].into_iter().flatten() {
        let found = std::fs::metadata(place).map_err(FsError::io("look at", place))?;
        let (mode, owner) = (system::mode(&found), system::owner(&found));
        let shared = mode & 0o022 != 0 && mode & STICKY == 0;
        if shared || (owner != 0 && owner != mine) {
            open.push(place.to_owned());
        }
    }
    Ok(open)
}

/// Opens a private file for reading, never through a symlink.
pub fn open_private(path: &Path) -> Result<File, FsError> {
    let file = OpenOptions::new().read(true).unfollowed_at_once().open(path).map_err(|source| {
        if system::is_symlink_error(&source) {
            FsError::Symlink { path: path.to_owned() }
        } else {
            FsError::io("open", path)(source)
        }
    })?;
    let found = file.metadata().map_err(FsError::io("look at", path))?;
    judge(path, &found, Shape::File)?;
    Ok(file)
}

/// Reads a private file of at most `cap` bytes; nothing larger is ever allocated.
pub fn read_private(path: &Path, cap: u64) -> Result<Vec<u8>, FsError> {
    let mut bytes = Vec::new();
    open_private(path)?.take(cap + 1).read_to_end(&mut bytes).map_err(FsError::io("read", path))?;
    if bytes.len() as u64 > cap {
        return Err(FsError::TooLarge { path: path.to_owned(), cap });
    }
    Ok(bytes)
}

/// Refuses a directory on a network file system: a write-ahead log needs memory shared between processes, and
/// locks that hold.
#[cfg(target_os = "linux")]
pub fn check_local(dir: &Path) -> Result<(), FsError> {
    // linux/magic.h, and the cephfs and smb client sources.
    const NETWORK: [(u32, &str); 9] = [
        (0x6969, "nfs"),
        (0x517b, "smb"),
        (0xff53_4d42, "cifs"),
        (0xfe53_4d42, "smb2"),
        (0x0102_1997, "9p"),
        (0x5346_414f, "afs"),
        (0x7375_7245, "coda"),
        (0x564c, "ncp"),
        (0x00c3_6400, "ceph"),
    ];
    let found = rustix::fs::statfs(dir).map_err(std::io::Error::from).map_err(FsError::io("look at", dir))?;
    let found = u32::try_from(found.f_type.cast_unsigned() & 0xffff_ffff).unwrap_or_default();
    match NETWORK.iter().find(|(magic, _)| *magic == found) {
        Some((_, kind)) => Err(FsError::Network { path: dir.to_owned(), kind }),
        None => Ok(()),
    }
}

/// Accepts every file system: only Linux says cheaply which ones are remote.
#[cfg(not(target_os = "linux"))]
pub fn check_local(_dir: &Path) -> Result<(), FsError> {
    Ok(())
}

fn judge(path: &Path, found: &Metadata, shape: Shape) -> Result<(), FsError> {
    let path_owned = || path.to_owned();
    if found.file_type().is_symlink() {
        return Err(FsError::Symlink { path: path_owned() });
    }
    let (fits, wanted, tight) = match shape {
        Shape::File => (found.is_file(), "regular file", "600"),
        Shape::Directory => (found.is_dir(), "directory", "700"),
    };
    if !fits {
        return Err(FsError::WrongShape { path: path_owned(), wanted });
    }
    let owner = system::owner(found);
    if owner != system::user() {
        return Err(FsError::NotOwner { path: path_owned(), owner });
    }
    let mode = system::mode(found);
    if mode & 0o077 != 0 {
        let command = format!("chmod {tight} {}", shell_words::quote(&path.to_string_lossy()));
        return Err(FsError::TooOpen { path: path_owned(), mode, command });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn refuses_what_others_may_touch_and_names_the_command() {
        let dir = tempfile::tempdir().unwrap();
        let sub = dir.path().join("it's mine");
        create_private_dir(&sub).unwrap();
        std::fs::set_permissions(&sub, Permissions::from_mode(0o777)).unwrap();
        let error = create_private_dir(&sub).unwrap_err();
        assert!(error.is_unsafe());
        let command = error.command().unwrap();
        assert!(command.starts_with("chmod 700 ") && command.contains("mine"), "{command}");
    }

    #[test]
    fn refuses_symlinks_and_wrong_shapes() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("real");
        super::super::replace(&real, b"text").unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert!(matches!(open_private(&link), Err(FsError::Symlink { .. })));
        assert!(matches!(check_private(&link, Shape::File), Err(FsError::Symlink { .. })));
        assert!(matches!(read_private(dir.path(), 10), Err(FsError::WrongShape { .. })));
        assert!(matches!(read_private(&real, 3), Err(FsError::TooLarge { .. })));
        assert_eq!(read_private(&real, 4).unwrap(), b"text");
        assert!(read_private(&dir.path().join("none"), 4).unwrap_err().is_missing());
    }
}
