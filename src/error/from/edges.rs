//! Errors at the edges of the process: settings, secrets, the screen, the operating system.

use std::io;

use crate::{
    error::{BROKEN_PIPE, Error, Kind},
    ops::{live::LiveError, secrets::SecretError, sync::SyncError},
    settings::{ConfigError, SettingsError},
    ui::PromptError,
};

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Config(error) => error.into(),
            SettingsError::Paths(_) => {
                Self::new(Kind::Usage, "paths", error.to_string()).hint("bursar help environment")
            }
            SettingsError::CommandLine { .. } | SettingsError::Extension(_) => {
                Self::new(Kind::Usage, "settings", error.to_string()).hint("bursar help environment")
            }
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let sentence = error.to_string();
        match error {
            ConfigError::Read { .. } | ConfigError::Write { .. } => {
                Self::new(Kind::Io, "config_file", sentence).hint("bursar config path")
            }
            ConfigError::Invalid { .. } => {
                Self::new(Kind::Usage, "config_invalid", sentence).hint("bursar --no-config config path")
            }
            ConfigError::NoSetting { .. } => {
                Self::new(Kind::Usage, "unknown_config_key", sentence).hint("bursar config")
            }
            ConfigError::Value { .. } => Self::new(Kind::Usage, "config_value", sentence).hint("bursar config"),
            ConfigError::UnknownKey { .. } => {
                Self::new(Kind::Usage, "unknown_config_key", sentence).hint("bursar --no-config config")
            }
        }
    }
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        let sentence = error.to_string();
        match error {
            SecretError::OthersRead { file } => {
                let chmod = format!("chmod 600 {}", shell_words::quote(&file.to_string_lossy()));
                Self::new(Kind::Unsafe, "unsafe_file", sentence).hint(chmod)
            }
            SecretError::File { .. } | SecretError::Descriptor { .. } => {
                Self::new(Kind::Io, "secret_unreadable", sentence).hint("bursar help environment")
            }
            SecretError::Silence { .. }
            | SecretError::CommandStart { .. }
            | SecretError::CommandFailed { .. }
            | SecretError::CommandTimeout { .. }
            | SecretError::Content { .. } => {
                Self::new(Kind::Auth, "no_secret", sentence).hint("bursar help environment")
            }
        }
    }
}

impl From<PromptError> for Error {
    fn from(error: PromptError) -> Self {
        let sentence = error.to_string();
        match error {
            PromptError::NotInteractive { question, flag } if question == "Passphrase" => {
                let sentence = format!("the vault is locked, and there is no terminal to ask on; use {flag}");
                Self::new(Kind::Auth, "vault_locked", sentence).hint("bursar help environment")
            }
            PromptError::NotInteractive { flag, .. } => {
                let error = Self::new(Kind::Usage, "needs_answer", sentence);
                if flag.starts_with("--") { error.again_with(flag) } else { error.hint("bursar help environment") }
            }
            PromptError::Declined(_) => Self::new(Kind::Interrupted, "interrupted", sentence).again_with(""),
            PromptError::Io(_) => Self::new(Kind::Io, "terminal", sentence).again_with("--no-input"),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Kind::Io, BROKEN_PIPE, "nobody reads the output any more"),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::new(Kind::Io, "disk_full", "the disk is full; the output is not complete").hint("bursar doctor")
            }
            _ => Self::new(Kind::Io, "io", format!("input/output failed: {error}")).hint("bursar doctor"),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::new(Kind::Unexpected, "json", format!("a value could not be written as JSON: {error}"))
            .hint("bursar doctor")
    }
}

impl From<LiveError> for Error {
    fn from(error: LiveError) -> Self {
        match error {
            LiveError::Store(error) => error.into(),
            LiveError::Vault(error) => error.into(),
            LiveError::Provider(error) => error.into(),
            LiveError::Limit { .. } => {
                Self::new(Kind::Refused, "billable_limit", error.to_string()).hint("bursar metrics")
            }
        }
    }
}

impl From<SyncError> for Error {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Store(error) => error.into(),
            SyncError::Vault(error) => error.into(),
            SyncError::Provider(error) => error.into(),
        }
    }
}
