//! What was checked, and whether it held.

use serde::Serialize;

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CheckItem {
    /// What was checked.
    pub name: String,
    /// Whether it held.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

impl CheckItem {
    /// A check that held.
    pub fn good(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, detail: detail.into() }
    }

    /// A check that did not.
    pub fn bad(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: false, detail: detail.into() }
    }
}

/// `vault check --json` and `doctor --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CheckReport {
    /// Whether every check held.
    pub ok: bool,
    /// The checks, in the order they were made.
    pub checks: Vec<CheckItem>,
}

impl CheckReport {
    /// The checks with their verdict.
    pub fn new(checks: Vec<CheckItem>) -> Self {
        Self { ok: checks.iter().all(|check| check.ok), checks }
    }
}
