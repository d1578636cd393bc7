//! Runs that ended before any bank was asked: the book, which was not opened, knows nothing of them.
//!
//! Invariant: counting never changes how a run ends, and the file says how many and nothing else.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fsx::{self, FsError, Staged};

/// More than the file ever has, in bytes.
const CAP: u64 = 256;

/// The row of such runs of one vault on this device.
pub struct Unreached {
    path: PathBuf,
}

/// How long the row is, and whether somebody was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Runs since the last one that got as far as the banks.
    pub runs: u64,
    /// Whether its owner's program took it.
    pub told: bool,
}

impl Unreached {
    /// The row of the vault that schedules call so.
    pub fn new(state_dir: &Path, name: &str) -> Self {
        Self { path: state_dir.join(format!("{name}.unreached")) }
    }

    /// One run more; what cannot be read counts as none before.
    pub fn add(&self) -> Result<Row, FsError> {
        let known: Row = match fsx::read_private(&self.path, CAP) {
            Ok(json) => serde_json::from_slice(&json).unwrap_or_default(),
            Err(error) if error.is_missing() => Row::default(),
            Err(error) => return Err(error),
        };
        let row = Row { runs: known.runs.saturating_add(1), ..known };
        self.write(row)?;
        Ok(row)
    }

    /// Somebody was told.
    pub fn told(&self, row: Row) -> Result<(), FsError> {
        self.write(Row { told: true, ..row })
    }

    /// The row ends: a run got as far as the banks.
    pub fn clear(&self) -> Result<(), FsError> {
        fsx::remove(&self.path)
    }

    fn write(&self, row: Row) -> Result<(), FsError> {
        if let Some(dir) = self.path.parent() {
            fsx::ensure_dir(dir)?;
        }
        // Two numbers always are JSON.
        Staged::write(&self.path, &serde_json::to_vec(&row).unwrap_or_default())?.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_grows_until_it_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let unreached = Unreached::new(&folder.path().join("state"), "bursar");
        assert_eq!(unreached.add().unwrap(), Row { runs: 1, told: false });
        let second = unreached.add().unwrap();
        unreached.told(second).unwrap();
        assert_eq!(unreached.add().unwrap(), Row { runs: 3, told: true });
        unreached.clear().unwrap();
        unreached.clear().unwrap();
        assert_eq!(unreached.add().unwrap(), Row { runs: 1, told: false });
    }
}
