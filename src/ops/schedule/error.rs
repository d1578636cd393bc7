//! Why a schedule cannot be written, read or taken away.

use std::{io, path::PathBuf};

use crate::fsx::FsError;

/// What can go wrong with a schedule.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// A file.
    #[error(transparent)]
    File(#[from] FsError),
    /// Something of that name that bursar did not write.
    #[error("{} was not written by bursar, so it stays as it is", .0.display())]
    Foreign(PathBuf),
    /// The scheduler's program is not there.
    #[error("{program} cannot be started: {source}")]
    NoProgram {
        /// The program.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The scheduler's program refused.
    #[error("{program} failed: {reason}")]
    Refused {
        /// The program.
        program: &'static str,
        /// What it said.
        reason: String,
    },
    /// A block that begins and does not end.
    #[error("the crontab has a block of bursar's that does not end; nothing was changed")]
    OpenBlock,
    /// A path that a scheduler's file cannot hold.
    #[error("{path:?} cannot be written into a file of {scheduler}: it has {what} in it")]
    Unwritable {
        /// The path or word.
        path: String,
        /// The scheduler.
        scheduler: &'static str,
        /// What is in the way.
        what: &'static str,
    },
    /// A secret that only another scheduler can hand over.
    #[error("only systemd hands over an encrypted credential")]
    Credential,
}
