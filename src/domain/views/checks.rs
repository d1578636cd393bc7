//! What was checked, and whether it held.

use serde::Serialize;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It held.
    Ok,
    /// It held, but somebody should look at it.
    Warn,
    /// It did not hold.
    Bad,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CheckItem {
    /// What was checked.
    pub name: String,
    /// Whether it held.
    pub ok: bool,
    /// Whether it held, and whether somebody should look at it.
    pub level: Level,
    /// What was found.
    pub detail: String,
    /// The command that helps; `null` where there is none or nothing is to be done.
    pub hint: Option<String>,
}

impl CheckItem {
    /// A check that held.
    pub fn good(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::of(name, Level::Ok, detail)
    }

    /// A check that held, of which somebody should know.
    pub fn warn(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::of(name, Level::Warn, detail)
    }

    /// A check that did not.
    pub fn bad(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::of(name, Level::Bad, detail)
    }

    fn of(name: impl Into<String>, level: Level, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: level != Level::Bad, level, detail: detail.into(), hint: None }
    }

    /// With the command that helps.
    #[must_use]
    pub fn hint(mut self, command: impl Into<String>) -> Self {
        self.hint = Some(command.into());
        self
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
