//! Directories to work in that go with their maker: when it is done, and when it was killed, with the next one.
//!
//! Invariant: a directory is swept only while nobody holds its lock, and nobody goes on to use one that was swept.

use std::{fs::File, io, path::Path};

use tempfile::TempDir;

use super::{FsError, Shape, check_private, system};

/// Times a directory that another maker swept in the moment between its creation and its lock is made anew.
const TRIES: usize = 16;

/// A private directory with a random name, removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    /// Says that somebody works here; the system lets go of it whatever happens to the process.
    _lock: File,
}

impl Scratch {
    /// Makes one (0700) in `parent`, and removes those with the same beginning of a name whose makers were killed.
    pub fn make(parent: &Path, prefix: &str) -> Result<Self, FsError> {
        sweep(parent, prefix);
        for _ in 0..TRIES {
            let dir = system::temporary_dir(parent, prefix);
            let dir = dir.map_err(FsError::io("create a directory in", parent))?;
            if let Some(lock) = hold(dir.path()).map_err(FsError::io("lock", dir.path()))? {
                return Ok(Self { dir, _lock: lock });
            }
        }
        let swept = io::Error::new(io::ErrorKind::ResourceBusy, "other processes removed it again and again");
        Err(FsError::io("create a directory in", parent)(swept))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Moves the directory to a place of its own, where it stays.
    pub fn keep_as(self, place: &Path) -> Result<(), FsError> {
        std::fs::rename(self.dir.path(), place).map_err(FsError::io("create", place))?;
        // Nothing is left at the old name.
        let _moved = self.dir.keep();
        Ok(())
    }
}

/// Locks a directory; `None` when somebody else has it, or has removed it before the lock was taken.
fn hold(path: &Path) -> io::Result<Option<File>> {
    let dir = match system::open_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match dir.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
        locked => locked?,
    }
    Ok(system::is_at(&dir, path)?.then_some(dir))
}

/// Removes this user's directories that nobody works in. What cannot be removed stays: it is in nobody's way.
fn sweep(parent: &Path, prefix: &str) {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)) {
        let path = entry.path();
        if check_private(&path, Shape::Directory).is_ok()
            && let Ok(Some(_lock)) = hold(&path)
        {
            drop(std::fs::remove_dir_all(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parent: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(parent).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_a_dead_maker_left_goes_and_what_a_living_one_has_stays() {
        let parent = tempfile::tempdir().unwrap();
        let living = Scratch::make(parent.path(), ".work-").unwrap();
        std::fs::create_dir(living.path().join("file")).unwrap();
        // As after a kill: the directory is there, its lock is not.
        let dead = Scratch::make(parent.path(), ".work-").unwrap().dir.keep();
        std::fs::create_dir(dead.join("file")).unwrap();
        std::fs::create_dir(parent.path().join("other")).unwrap();
        let next = Scratch::make(parent.path(), ".work-").unwrap();
        assert!(!dead.exists() && living.path().join("file").exists() && parent.path().join("other").exists());
        drop((living, next));
        assert_eq!(names(parent.path()), ["other"]);
    }

    #[test]
    fn a_link_is_no_way_out() {
        let (parent, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(elsewhere.path().join("file")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), parent.path().join(".work-link")).unwrap();
        drop(Scratch::make(parent.path(), ".work-").unwrap());
        assert!(elsewhere.path().join("file").exists());
        assert_eq!(names(parent.path()), [".work-link"]);
    }

    #[test]
    fn many_makers_at_once_keep_what_they_made() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let made = Scratch::make(parent.path(), ".work-").unwrap();
                        std::fs::create_dir(made.path().join("file")).unwrap();
                        assert!(made.path().join("file").exists());
                    }
                });
            }
        });
        assert!(names(parent.path()).is_empty());
    }
}
