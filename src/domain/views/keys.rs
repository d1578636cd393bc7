//! The ways into a vault, as `keys list` shows them.

use jiff::Timestamp;
use serde::Serialize;

/// One way in (`keys list --json`, and what `keys add` prints).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct KeyView {
    /// Its id; a unique beginning is enough to name it.
    pub id: String,
    /// `passphrase`, `recovery`, `key-file`, `identity`, `two-factor`, `plugin`, `keyring`, `ssh`.
    pub kind: String,
    /// The user's name for it.
    pub label: String,
    /// What it may do: `owner`, `sync`, `viewer`.
    pub roles: Vec<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When something was last entered in the audit log with it.
    pub last_used_at: Option<Timestamp>,
    /// When it stops opening the vault.
    pub expires_at: Option<Timestamp>,
    /// Whether its time is over.
    pub expired: bool,
    /// What a guess at its passphrase costs.
    pub kdf: Option<KdfView>,
    /// Whether it opened the vault this time.
    pub in_use: bool,
}

/// The cost of a guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct KdfView {
    /// `argon2id`.
    pub algorithm: String,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}
