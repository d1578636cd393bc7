//! Connections as listed, and what a sync brought.

use serde::Serialize;

use super::NamedAccount;
use crate::domain::{
    dates::Timestamp,
    ids::ConnectionId,
    products::ProductFailure,
    standing::{ConnectionState, Remedy},
    sync::{ItemError, Refusal, RowKind},
};

/// One connection of `connections --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ConnectionView {
    /// `c1`.
    pub id: ConnectionId,
    /// Who reads the bank: `plaid`, `simplefin`.
    pub provider: String,
    /// The owner's name for it, else the institution's.
    pub name: String,
    /// The institution's name.
    pub institution: Option<String>,
    /// What can be expected of it.
    pub state: ConnectionState,
    /// The command to run next; `null` when nothing is to be done.
    pub action: Option<String>,
    /// When a sync last succeeded.
    pub last_success_at: Option<Timestamp>,
    /// When the bank itself was last read with success.
    pub bank_updated_at: Option<Timestamp>,
    /// When the owner's consent ends.
    pub consent_expires_at: Option<Timestamp>,
    /// What is wrong, in one sentence.
    pub error: Option<String>,
    /// The last error, until a sync goes well.
    pub last_error: Option<ItemError>,
    /// Rows of the bank that bursar cannot hold exactly and has not kept.
    pub refused: u64,
    /// Products that the last sync could not read; what was known of them stays.
    pub failed_products: Vec<ProductFailure>,
}

/// A row of the bank that bursar cannot hold exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RefusedRow {
    /// What it is.
    pub kind: RowKind,
    /// The provider's id; empty if it has none.
    pub id: String,
    /// The field, by the provider's name, and what is wrong with it.
    pub reason: String,
    /// When a sync first refused it.
    pub since: Timestamp,
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
    /// Not tried, or not until its end.
    Skipped,
}

impl OutcomeKind {
    /// How a run ended that was saved, by what is left to be done about the connection.
    pub fn saved(remedy: Remedy) -> Self {
        if remedy.needs_owner() { Self::Reauth } else { Self::Ok }
    }

    /// How a run ended that was not.
    pub fn failed(remedy: Remedy) -> Self {
        if remedy.needs_owner() { Self::Reauth } else { Self::Failed }
    }

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
    /// Rows that bursar cannot hold exactly and did not keep.
    pub refused: u64,
    /// The first hundred of them.
    pub refused_rows: Vec<Refusal>,
    /// Products that could not be read; what was known of them stays.
    pub failed_products: Vec<ProductFailure>,
    /// Accounts that the bank names no more; they count as closed, and their history stays.
    pub accounts_gone: Vec<NamedAccount>,
    /// Accounts that it names again.
    pub accounts_back: Vec<NamedAccount>,
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
    /// Rows not kept, of all.
    pub refused: u64,
}

impl SyncOutcome {
    /// The lines with their totals.
    pub fn new(connections: Vec<SyncLine>) -> Self {
        let total = |count: fn(&SyncLine) -> u64| connections.iter().map(count).sum();
        Self {
            added: total(|line| line.added),
            modified: total(|line| line.modified),
            removed: total(|line| line.removed),
            refused: total(|line| line.refused),
            connections,
        }
    }
}
