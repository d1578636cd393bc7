//! The one error type people see: what went wrong, what was kept, what to run next, which exit code.
//!
//! Layers have small enums of their own; `From` here decides kind, wording and hints. Exactly one place
//! (`cli`) prints an `Error`.

mod from;

use std::{error::Error as StdError, fmt};

/// Result of everything above the layers.
pub type Result<T> = std::result::Result<T, Error>;

/// The class of an error, which is its exit code (cli.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A defect or something nobody foresaw.
    Unexpected = 1,
    /// Wrong usage.
    Usage = 2,
    /// Partly done; what succeeded is saved.
    Partial = 3,
    /// Locked, wrong secret, or not this key's role.
    Auth = 4,
    /// No such thing.
    NotFound = 5,
    /// Exists already, or conflicts.
    Conflict = 6,
    /// Refused by a rule.
    Refused = 7,
    /// A bank wants its owner to sign in again.
    Reauth = 8,
    /// Network or provider unavailable.
    Unavailable = 9,
    /// Damaged, tampered with or rolled back.
    Integrity = 10,
    /// In use by another process.
    Busy = 11,
    /// Written by a newer bursar.
    TooNew = 12,
    /// Unsafe permissions or a symlink.
    Unsafe = 13,
    /// Disk full, read-only, unreadable.
    Io = 14,
    /// Stopped by the user.
    Interrupted = 130,
}

impl Kind {
    /// All kinds, in the order of their exit codes.
    pub const ALL: [Self; 15] = [
        Self::Unexpected,
        Self::Usage,
        Self::Partial,
        Self::Auth,
        Self::NotFound,
        Self::Conflict,
        Self::Refused,
        Self::Reauth,
        Self::Unavailable,
        Self::Integrity,
        Self::Busy,
        Self::TooNew,
        Self::Unsafe,
        Self::Io,
        Self::Interrupted,
    ];

    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
    }

    /// The word in JSON (`error.kind`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unexpected => "unexpected",
            Self::Usage => "usage",
            Self::Partial => "partial",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Reauth => "reauth",
            Self::Unavailable => "unavailable",
            Self::Integrity => "integrity",
            Self::Busy => "busy",
            Self::TooNew => "too_new",
            Self::Unsafe => "unsafe",
            Self::Io => "io",
            Self::Interrupted => "interrupted",
        }
    }

    /// The sentence in the table of exit codes.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Unexpected => "unexpected failure",
            Self::Usage => "wrong usage",
            Self::Partial => "partly done: what succeeded is saved, the rest is listed",
            Self::Auth => "locked, wrong secret, or this key's role may not do it",
            Self::NotFound => "no such vault, connection, account, transaction …",
            Self::Conflict => "exists already, or conflicts",
            Self::Refused => "refused by a rule (floor, validation, consent, plan limit)",
            Self::Reauth => "a bank wants its owner to sign in again (everything else is saved)",
            Self::Unavailable => "network or provider unavailable",
            Self::Integrity => "integrity: damaged, tampered with or rolled back",
            Self::Busy => "vault in use by another process past `--lock-timeout`",
            Self::TooNew => "vault written by a newer bursar; nothing was touched",
            Self::Unsafe => "unsafe permissions or a symlink where none may be",
            Self::Io => "input/output: disk full, read-only, file unreadable",
            Self::Interrupted => "interrupted; nothing half-done was kept",
        }
    }
}

/// What to run next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A command, runnable as it stands.
    Command(String),
    /// The same command line once more, with these words added.
    Again(&'static str),
    /// The same command line once more, with these words in place of a flag without a value.
    Exchange(&'static str, &'static str),
}

impl Hint {
    /// The command to type, after `line` has failed.
    pub fn command(&self, line: &str) -> String {
        match self {
            Self::Command(command) => command.clone(),
            Self::Again("") => line.to_owned(),
            Self::Again(words) => format!("{} {words}", without(line, words)),
            Self::Exchange(flag, words) => Self::Again(words).command(&without(line, flag)),
        }
    }
}

/// The command line without the flag (and its value) that `words` is about to give anew.
fn without(line: &str, words: &str) -> String {
    let (flag, has_value) = words.split_once(' ').map_or((words, false), |(flag, _)| (flag, true));
    let mut kept = Vec::new();
    let mut typed = line.split(' ');
    while let Some(word) = typed.next() {
        if word == flag {
            if has_value {
                typed.next();
            }
        } else if !word.strip_prefix(flag).is_some_and(|rest| rest.starts_with('=')) {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// What the user is told.
#[derive(Debug)]
pub struct Error {
    /// Class and exit code.
    pub kind: Kind,
    /// Stable word for scripts (`vault_locked`).
    pub code: &'static str,
    /// One sentence, no trailing full stop needed.
    pub message: String,
    /// Commands that help.
    pub hints: Vec<Hint>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of a kind, with its stable code and sentence.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Adds a command to run next.
    #[must_use]
    pub fn hint(mut self, command: impl Into<String>) -> Self {
        self.hints.push(Hint::Command(command.into()));
        self
    }

    /// Advises the same command line once more, with these words added.
    #[must_use]
    pub fn again_with(mut self, words: &'static str) -> Self {
        self.hints.push(Hint::Again(words));
        self
    }

    /// Advises the same command line once more, with these words in place of a flag without a value.
    #[must_use]
    pub fn again_without(mut self, flag: &'static str, words: &'static str) -> Self {
        self.hints.push(Hint::Exchange(flag, words));
        self
    }

    /// Keeps the cause, shown under `--verbose`.
    #[must_use]
    pub fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Whether the reader of our output has gone, which ends a run quietly.
    pub fn is_broken_pipe(&self) -> bool {
        self.code == BROKEN_PIPE
    }

    /// The causes below the sentence, outermost first.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let first: Option<&(dyn StdError + 'static)> = self.source.as_deref().map(|source| source as _);
        std::iter::successors(first, |&error| error.source()).map(ToString::to_string)
    }

    /// The error object of cli.md, after this command line.
    pub fn to_json(&self, line: &str) -> String {
        let hint = self.hints.first().map(|hint| hint.command(line));
        serde_json::json!({"error": {
            "code": self.code,
            "kind": self.kind.as_str(),
            "message": self.message,
            "hint": hint,
            "exit_code": self.kind.exit_code(),
        }})
        .to_string()
    }
}

const BROKEN_PIPE: &str = "broken_pipe";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_command_again_gives_a_flag_once() {
        let again = Hint::Again("--lock-timeout 60s");
        for typed in ["bursar sync", "bursar sync --lock-timeout 1s", "bursar sync --lock-timeout=1s"] {
            assert_eq!(again.command(typed), "bursar sync --lock-timeout 60s");
        }
        assert_eq!(Hint::Again("").command("bursar init"), "bursar init");
    }
}
