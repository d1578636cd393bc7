//! Calls that are about to leave, written down first: sealed, on this device, until the book has counted them.
//!
//! A file for each connection beside the readings, of the same form. Invariant: a note is on the disk before its call leaves, and
//! goes after the commit that counted it. Killed between the two a call counts twice, never not at all.

use super::{error::Result, lockfile::WriterLock, readings::Readings, unlocked::Unlocked};

/// Bound into every note's seal.
const LABEL: &str = "bursar/v1/calls";

/// How the files' extension begins; the connection's number follows, 0 where there is none yet.
const PREFIX: &str = "calls-";

impl Unlocked {
    /// Writes down a call about a connection, forced to the disk.
    pub fn note_call(&self, about: i64, record: &[u8]) -> Result<()> {
        self.calls_about(about).add_forced(record)
    }

    /// The notes of calls that nobody counted. Whoever asks is the one writer, so none of them is under way.
    pub fn noted_calls(&self, _writer: &WriterLock) -> Result<Vec<Vec<u8>>> {
        let mut notes = Vec::new();
        for file in self.readings().family(PREFIX, LABEL)? {
            // A note that was cut off is of a call that never left.
            notes.extend(file.read()?.records);
        }
        Ok(notes)
    }

    /// Forgets the notes about a connection: the book has its calls.
    pub fn forget_calls(&self, about: i64) -> Result<()> {
        self.calls_about(about).remove()
    }

    fn calls_about(&self, about: i64) -> Readings {
        self.readings().beside(&format!("{PREFIX}{about}"), LABEL)
    }
}
