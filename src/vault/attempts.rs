//! Failed unlocks, counted until the next success can put them into the audit log.
//!
//! Nothing is unlocked when they happen, so the count cannot be authenticated: it is a courtesy to the owner, not
//! a barrier. One byte is appended for each failure, so that two processes never lose a count. The file's name is a
//! hash of the vault's path, since the vault's id is still sealed. Invariant: counting never makes an unlock fail.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};

use super::{error::Result, material::Hex};
use crate::fsx::{self, Closed as _};

/// The longest wait after failures.
const PATIENCE: Duration = Duration::from_mins(1);

/// Counting stops here.
const MOST: u64 = 100_000;

/// The counter of one vault on this device.
#[derive(Debug, Clone)]
pub(super) struct Attempts {
    path: PathBuf,
}

impl Attempts {
    /// The counter for a vault at a canonical path.
    pub(super) fn new(state_dir: &Path, vault_dir: &Path) -> Self {
        let digest: [u8; 32] = Sha256::digest(vault_dir.as_os_str().as_encoded_bytes()).into();
        let name = Hex::<8>(std::array::from_fn(|at| digest[at]));
        Self { path: state_dir.join(format!("{name}.failed")) }
    }

    /// How many failures wait to be entered.
    pub(super) fn count(&self) -> u64 {
        std::fs::symlink_metadata(&self.path).map_or(0, |found| found.len())
    }

    /// How long to wait before the next try: 2^n seconds after the last of n failures, a minute at most.
    pub(super) fn wait(&self) -> Duration {
        let Ok(found) = std::fs::symlink_metadata(&self.path) else { return Duration::ZERO };
        let pause = pause_after(found.len());
        // A time in the future, after a clock was set back, counts as now.
        let since = found.modified().ok().and_then(|last| last.elapsed().ok()).unwrap_or_default();
        pause.saturating_sub(since)
    }

    /// Counts one more.
    pub(super) fn add(&self) {
        if self.count() < MOST {
            // Best effort by design: see the module's invariant.
            let _uncounted = self.append();
        }
    }

    /// Forgets them all.
    pub(super) fn clear(&self) -> Result<()> {
        Ok(fsx::remove(&self.path)?)
    }

    fn append(&self) -> std::io::Result<()> {
        if let Some(dir) = self.path.parent() {
            fsx::ensure_dir(dir).map_err(std::io::Error::other)?;
        }
        std::fs::OpenOptions::new().append(true).create(true).closed().unfollowed().open(&self.path)?.write_all(b"x")
    }
}

/// How long to wait after so many failures in a row: 2, 4, 8 … seconds, a minute at most.
pub fn pause_after(failures: u64) -> Duration {
    match u32::try_from(failures) {
        Ok(0) => Duration::ZERO,
        Ok(failures) => Duration::from_secs(2_u64.saturating_pow(failures)).min(PATIENCE),
        Err(_) => PATIENCE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_minute() {
        let waits: Vec<u64> = [0, 1, 2, 5, 6, 7, 100_000, u64::MAX].map(|n| pause_after(n).as_secs()).into();
        assert_eq!(waits, [0, 2, 4, 32, 60, 60, 60, 60]);
    }

    #[test]
    fn only_recent_failures_are_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let attempts = Attempts::new(dir.path(), Path::new("/some/vault"));
        assert_eq!(attempts.wait(), Duration::ZERO);
        attempts.add();
        attempts.add();
        assert!(attempts.wait() > Duration::from_secs(3), "{:?}", attempts.wait());
        let file = std::fs::File::open(&attempts.path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!((attempts.wait(), attempts.count()), (Duration::ZERO, 2));
    }
}
