//! Entries of the audit trail, and what following its chain showed.

use serde::Serialize;

use crate::domain::dates::Timestamp;

/// One entry of `audit list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub seq: u64,
    /// When it happened; a reading is entered later than it happened, so this may go back.
    pub at: Timestamp,
    /// Whose key opened the vault: the key's label.
    pub actor: String,
    /// What.
    pub action: String,
    /// On which thing.
    pub resource: Option<String>,
    /// Counts and ids, never merchants, amounts or tokens.
    pub detail: serde_json::Value,
}

/// `audit show --json`: an entry with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AuditDetail {
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// The write transaction it was entered in.
    pub epoch: u64,
    /// The keyed digest of the whole book after that transaction, in hex.
    pub root: String,
    /// Its link of the chain, in hex.
    pub mac: String,
}

/// `audit verify --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Verdict {
    /// Whether every entry is as it was written, and the anchor that was given is among them.
    pub ok: bool,
    /// How many entries there are.
    pub entries: u64,
    /// The first that is not as it was written; one more than there are when the end was cut off.
    pub first_bad: Option<u64>,
    /// The entry whose anchor was given; `null` if none was given or it is not there.
    pub anchored: Option<u64>,
}

/// `audit anchor --json`: the end of the trail, to be kept where nobody who reaches the vault can change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AuditAnchor {
    /// How many entries there are.
    pub entries: u64,
    /// The last link, in hex.
    pub head: String,
    /// Its first 96 bits as eight words.
    pub words: String,
}
