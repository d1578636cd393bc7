//! Alerts as listed.

use serde::Serialize;

use crate::domain::{alerts::Alert, dates::Timestamp};

/// One alert of `notify --json`, and of what a hook gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AlertView {
    /// What holds.
    #[serde(flatten)]
    pub alert: Alert,
    /// When a sync first found it; `null` before one did, and without a hook. Stays the same for as long as it holds.
    pub first_seen: Option<Timestamp>,
    /// When it was told; `null` when it was not.
    pub told_at: Option<Timestamp>,
}
