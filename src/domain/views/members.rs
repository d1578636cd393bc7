//! Members of the household, as `members list` shows them.

use jiff::Timestamp;
use serde::Serialize;

/// One member (`members list --json`, and what `members add` prints).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MemberView {
    /// Its id.
    pub id: String,
    /// The owner's name for them.
    pub name: String,
    /// `viewer`, or `auditor`, whose copies are without names and notes.
    pub role: String,
    /// Their age recipient, which their copies are encrypted to.
    pub recipient: String,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last got a copy.
    pub last_shared_at: Option<Timestamp>,
}
