//! Who may be in the vault at once: everyone shared, writers one at a time, rotation and restore alone.
//!
//! Locks of the operating system on `vault.lock` and `writer.lock`, so a killed process leaves none behind.
//! Invariant: a lock is held exactly as long as its value lives.

use std::{
    fs::{File, TryLockError},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::error::{Result, VaultError};
use crate::fsx::{Closed as _, FsError};

const VAULT_LOCK: &str = "vault.lock";
const WRITER_LOCK: &str = "writer.lock";

/// Being in the vault.
#[derive(Debug)]
pub(super) struct VaultLock {
    held: File,
}

impl VaultLock {
    /// Enters beside others.
    pub(super) fn shared(dir: &Path, timeout: Duration) -> Result<Self> {
        Ok(Self { held: acquire(dir, VAULT_LOCK, timeout, File::try_lock_shared)? })
    }
}

/// Being in the vault alone; beside others again when dropped.
#[derive(Debug)]
pub struct Alone {
    lock: Arc<VaultLock>,
}

impl VaultLock {
    /// Waits until everybody else has left. The system gives up the shared lock while it waits for the other one, so
    /// the caller has to look again at what it knew before.
    pub(super) fn alone(self: &Arc<Self>, timeout: Duration) -> Result<Alone> {
        let file = &self.held;
        let outcome = wait(VAULT_LOCK, timeout, || {
            file.try_lock().or_else(|refused| file.lock_shared().map_err(TryLockError::Error).and(Err(refused)))
        });
        outcome?;
        Ok(Alone { lock: Arc::clone(self) })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // From alone to shared nobody is waited for; a failure leaves the stricter lock.
        let _kept = self.lock.held.lock_shared();
    }
}

/// Being the one who writes. Held for the length of a write, or of a whole sync.
#[derive(Debug)]
pub struct WriterLock {
    _held: File,
}

impl WriterLock {
    pub(super) fn acquire(dir: &Path, timeout: Duration) -> Result<Self> {
        Ok(Self { _held: acquire(dir, WRITER_LOCK, timeout, File::try_lock)? })
    }
}

fn acquire(
    dir: &Path,
    name: &'static str,
    timeout: Duration,
    attempt: impl Fn(&File) -> std::result::Result<(), TryLockError>,
) -> Result<File> {
    let file = open(&dir.join(name))?;
    wait(name, timeout, || attempt(&file))?;
    Ok(file)
}

fn wait(
    name: &'static str,
    timeout: Duration,
    attempt: impl Fn() -> std::result::Result<(), TryLockError>,
) -> Result<()> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(FsError::io("lock", Path::new(name))(error).into()),
            Err(TryLockError::WouldBlock) => {}
        }
        let waited = begin.elapsed();
        let Some(left) = timeout.checked_sub(waited).filter(|left| !left.is_zero()) else {
            return Err(VaultError::Busy { file: name, waited_ms: waited.as_millis() });
        };
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Opens the lock file for reading, which is all a lock needs and works on a read-only medium; creates it once.
fn open(path: &Path) -> Result<File> {
    let existing = File::options().read(true).unfollowed().open(path);
    let opened = match existing {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            File::options().read(true).append(true).create(true).closed().unfollowed().open(path)
        }
        outcome => outcome,
    };
    Ok(opened.map_err(FsError::io("open", path))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn one_writer_many_readers() {
        let dir = tempfile::tempdir().unwrap();
        let first = WriterLock::acquire(dir.path(), SHORT).unwrap();
        let busy = WriterLock::acquire(dir.path(), SHORT);
        assert!(matches!(busy, Err(VaultError::Busy { file: "writer.lock", .. })));
        drop(first);
        WriterLock::acquire(dir.path(), Duration::ZERO).unwrap();

        let one = Arc::new(VaultLock::shared(dir.path(), SHORT).unwrap());
        let two = VaultLock::shared(dir.path(), SHORT).unwrap();
        assert!(matches!(one.alone(SHORT), Err(VaultError::Busy { file: "vault.lock", .. })));
        drop(two);
        let alone = one.alone(SHORT).unwrap();
        assert!(VaultLock::shared(dir.path(), SHORT).is_err());
        drop(alone);
        VaultLock::shared(dir.path(), SHORT).unwrap();
    }

    #[test]
    fn a_waiting_writer_gets_its_turn() {
        let dir = tempfile::tempdir().unwrap();
        let first = WriterLock::acquire(dir.path(), SHORT).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| WriterLock::acquire(dir.path(), Duration::from_secs(5)).is_ok());
            std::thread::sleep(SHORT);
            drop(first);
            assert!(waiting.join().unwrap());
        });
    }
}
