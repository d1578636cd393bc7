//! Who and what can reach the vault, looked at as a whole.

use jiff::Timestamp;
use serde::Serialize;

use super::{KeyView, MemberView};
use crate::domain::{ids::ConnectionId, standing::ConnectionState};

/// A connection, as far as access to it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AccessView {
    /// `c1`.
    pub id: ConnectionId,
    /// The connection's name.
    pub name: String,
    /// What can be expected of it.
    pub state: ConnectionState,
    /// Since when it has the access token it has.
    pub token_since: Option<Timestamp>,
    /// When its owner agreed to the link.
    pub consented_at: Option<Timestamp>,
    /// When that consent ends at the bank.
    pub consent_expires_at: Option<Timestamp>,
}

/// Something that should not stay as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// The key, connection or other thing it is about.
    pub about: String,
    /// What is wrong, in one sentence.
    pub finding: String,
    /// The command that mends it.
    pub command: String,
}

/// `review --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Review {
    /// Every way into the vault.
    pub keys: Vec<KeyView>,
    /// Everybody who gets copies.
    pub members: Vec<MemberView>,
    /// Every connection that was not removed.
    pub connections: Vec<AccessView>,
    /// Since when the ledger has the key it has.
    pub ledger_key_since: Timestamp,
    /// Since when the banks' secrets have the key they have; `null` for a key that does not reach them.
    pub bank_key_since: Option<Timestamp>,
    /// Whether one-time codes are asked for.
    pub one_time_codes: bool,
    /// What should not stay as it is.
    pub findings: Vec<Finding>,
    /// When a review was last signed off; this one's time, if it was.
    pub last_signed_off_at: Option<Timestamp>,
    /// Whether the next review is due: a quarter after the last one, or after the vault was made.
    pub due: bool,
}
