//! Connections as listed, and what a sync brought.

use serde::Serialize;

use crate::domain::{dates::Timestamp, ids::ConnectionId};

/// What can be expected of a connection now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Syncs.
    Ok,
    /// The bank wants its owner to sign in again.
    Reauth,
    /// The owner's consent ended.
    Expired,
    /// The last sync failed for another reason.
    Error,
    /// Disconnected; its history stays.
    Removed,
}

impl ConnectionState {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Reauth => "reauth",
            Self::Expired => "expired",
            Self::Error => "error",
            Self::Removed => "removed",
        }
    }
}

/// One connection of `connections --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ConnectionView {
    /// `c1`.
    pub id: ConnectionId,
    /// The owner's name for it, else the institution's.
    pub name: String,
    /// The institution's name.
    pub institution: Option<String>,
    /// What can be expected of it.
    pub state: ConnectionState,
    /// The command that mends it; `null` when nothing is wrong.
    pub action: Option<String>,
    /// When a sync last succeeded.
    pub last_success_at: Option<Timestamp>,
    /// When the bank itself was last read with success.
    pub bank_updated_at: Option<Timestamp>,
    /// When the owner's consent ends.
    pub consent_expires_at: Option<Timestamp>,
    /// What is wrong, in one sentence.
    pub error: Option<String>,
}

/// How the sync of one connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// Saved.
    Ok,
    /// The bank wants its owner to sign in again.
    Reauth,
    /// Something else went wrong.
    Failed,
    /// Not tried.
    Skipped,
}

impl OutcomeKind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Reauth => "reauth",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What a sync brought for one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SyncLine {
    /// `c1`.
    pub id: ConnectionId,
    /// The connection's name.
    pub name: String,
    /// How it ended.
    pub outcome: OutcomeKind,
    /// New transactions.
    pub added: u64,
    /// Changed ones.
    pub modified: u64,
    /// Ones the bank took back.
    pub removed: u64,
    /// When the bank itself was last read with success.
    pub bank_updated_at: Option<Timestamp>,
    /// What went wrong, in one sentence.
    pub error: Option<String>,
}

/// `sync --json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct SyncOutcome {
    /// One line a connection.
    pub connections: Vec<SyncLine>,
    /// New transactions of all.
    pub added: u64,
    /// Changed ones of all.
    pub modified: u64,
    /// Ones taken back, of all.
    pub removed: u64,
}

impl SyncOutcome {
    /// The lines with their totals.
    pub fn new(connections: Vec<SyncLine>) -> Self {
        let total = |count: fn(&SyncLine) -> u64| connections.iter().map(count).sum();
        Self {
            added: total(|line| line.added),
            modified: total(|line| line.modified),
            removed: total(|line| line.removed),
            connections,
        }
    }
}
