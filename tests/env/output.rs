//! What a finished process left: status and both streams.

use std::fmt;

use serde_json::Value;

/// The end of one run.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Exit code; 128 + signal when a signal ended it, as a shell counts.
    pub(crate) status: i32,
    /// Data.
    pub(crate) stdout: String,
    /// Status, warnings, errors.
    pub(crate) stderr: String,
}

impl Output {
    /// The standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is not JSON: {error}\n{self}"))
    }

    /// The `error` object that `--json` puts on standard error (its last line).
    pub(crate) fn error(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_else(|| panic!("no error\n{self}"));
        let object: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("not a JSON error: {error}\n{self}"));
        object["error"].clone()
    }

    /// The sentence after `error:`.
    pub(crate) fn sentence(&self) -> &str {
        self.line("error: ")
    }

    /// The command after the first `hint:`.
    pub(crate) fn hint(&self) -> &str {
        self.line("hint: ")
    }

    fn line(&self, prefix: &str) -> &str {
        self.stderr
            .lines()
            .find_map(|line| line.strip_prefix(prefix))
            .unwrap_or_else(|| panic!("no `{prefix}` line\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}
