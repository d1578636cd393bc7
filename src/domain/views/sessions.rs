//! Sessions, as `sessions list` and `unlock` show them.

use std::path::PathBuf;

use serde::Serialize;

use crate::domain::dates::Timestamp;

/// A session: a vault that opens without a question for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SessionView {
    /// The system's number for it.
    pub id: String,
    /// The vault's directory; `null` for a session of another login, which cannot be read from here.
    pub vault: Option<PathBuf>,
    /// `login` (programs of the login it was made in) or `user` (every program of the user).
    pub scope: String,
    /// Whether it reaches the banks.
    pub bank: bool,
    /// When it ends; for a session of another login, at the latest.
    pub expires_at: Timestamp,
}

/// What `lock` and `sessions revoke` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Ended {
    /// How many sessions were ended.
    pub ended: u64,
}
