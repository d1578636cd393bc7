//! What the user asked for: flags beat variables beat config.toml beat defaults, converted once.
//!
//! The home of the environment: nothing else reads a variable. Invariant: no secret is ever held here, only
//! where a secret can be read from.

pub mod config;
mod environment;
mod notify;
mod paths;

use std::{path::PathBuf, time::Duration};

pub use config::{Config, ConfigError};
pub use environment::Environment;
pub use notify::NotifyConfig;
pub use paths::{Paths, PathsError, program};

pub use crate::render::Format;

use crate::domain::dates::Date;

const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// On a terminal that has it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Every choice with its word on the command line.
    pub const ALL: [(&'static str, Self); 3] = [("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
}

/// The global flags as typed (or set by their variables), before they meet the configuration file.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one field a flag; a flag is a bool")]
pub struct Typed {
    /// `--vault`
    pub vault: Option<String>,
    /// `--format`, `--json`
    pub format: Option<Format>,
    /// `--output`
    pub output: Option<PathBuf>,
    /// `--fields`
    pub fields: Option<Vec<String>>,
    /// `--quiet`
    pub quiet: bool,
    /// `--verbose`
    pub verbose: bool,
    /// `--color`
    pub color: Option<Color>,
    /// `--no-pager`
    pub no_pager: bool,
    /// `--no-progress`
    pub no_progress: bool,
    /// `--no-input`
    pub no_input: bool,
    /// `--yes`
    pub yes: bool,
    /// `--dry-run`
    pub dry_run: bool,
    /// `--offline`
    pub offline: bool,
    /// `--lock-timeout`
    pub lock_timeout: Option<Duration>,
    /// `--today`
    pub today: Option<Date>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--no-config`
    pub no_config: bool,
    /// `--passphrase-fd`
    pub passphrase_fd: Option<i32>,
    /// `--passphrase-file`
    pub passphrase_file: Option<PathBuf>,
    /// `--passphrase-command`
    pub passphrase_command: Option<String>,
    /// `--identity`
    pub identity: Option<PathBuf>,
    /// `--totp-file`
    pub totp_file: Option<PathBuf>,
}

/// The variable that names an identity file.
const IDENTITY: &str = "BURSAR_IDENTITY";

/// Where a passphrase or identity can be read from, in the order of cli.md; the first that is set wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An open file descriptor.
    Descriptor(i32),
    /// A file whose first line is the passphrase.
    PassphraseFile(PathBuf),
    /// A program and its arguments; its first line of output is the passphrase.
    PassphraseCommand(Vec<String>),
    /// A file with an age identity.
    Identity(PathBuf),
    /// A systemd credential: the directory it is in.
    SystemdCredential(PathBuf),
}

/// Where one of the Plaid keys can be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// The variable of this name.
    Variable(&'static str),
    /// A file.
    File(PathBuf),
    /// A program and its arguments.
    Command(Vec<String>),
}

/// Every setting, resolved.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one field a flag; a flag is a bool")]
pub struct Settings {
    /// The format asked for, if any.
    pub format: Option<Format>,
    /// The file that data goes to instead of stdout.
    pub output: Option<PathBuf>,
    /// The fields to keep.
    pub fields: Option<Vec<String>>,
    /// No status lines or hints.
    pub quiet: bool,
    /// Causes of errors and more status.
    pub verbose: bool,
    /// When to colour.
    pub color: Color,
    /// Whether a pager may be started.
    pub pager: bool,
    /// Whether progress may be shown.
    pub progress: bool,
    /// Whether questions may be asked.
    pub input: bool,
    /// Answer yes.
    pub yes: bool,
    /// Stop after the plan.
    pub dry_run: bool,
    /// Never use the network.
    pub offline: bool,
    /// How long to wait for another process.
    pub lock_timeout: Duration,
    /// The day to take as today.
    pub today: Option<Date>,
    /// The vault's directory.
    pub vault: PathBuf,
    /// Whether the vault was named by the user rather than by default.
    pub vault_named: bool,
    /// Where to read a passphrase or identity from.
    pub secret_source: Option<SecretSource>,
    /// Where to read the passphrase from if that is an identity which wants one besides.
    pub passphrase_source: Option<SecretSource>,
    /// Whether a session is used before that source: only config.toml names one, or nothing does.
    pub session_first: bool,
    /// The identity file, also when another source comes first: it may hold the second factor.
    pub identity: Option<PathBuf>,
    /// Where to read a one-time code from.
    pub totp_file: Option<PathBuf>,
    /// The configuration file: the one named, else the default one.
    pub config_file: PathBuf,
    /// The rest of config.toml.
    pub config: Config,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The configuration file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The platform's directories.
    #[error(transparent)]
    Paths(#[from] PathsError),
    /// A command line that a shell would not accept.
    #[error("{setting} is not a command line: {reason}")]
    CommandLine {
        /// The flag or variable.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// `--output` with an extension that names no format.
    #[error("the extension of {0:?} names no format; add --format or use .json, .ndjson, .csv, .tsv, .md or .txt")]
    Extension(PathBuf),
}

impl Settings {
    /// Merges flags (and their variables) with config.toml and the defaults.
    pub fn resolve(typed: Typed, environment: &Environment, paths: &Paths) -> Result<Self, SettingsError> {
        let config = if typed.no_config { Config::default() } else { Config::load(typed.config.as_deref(), paths)? };
        let mut sources = secret_sources(&typed, environment)?;
        let session_first = sources.is_empty();
        sources.extend(config.secret_source());
        let is_passphrase = |source: &&SecretSource| !matches!(source, SecretSource::Identity(_));
        let passphrase_source = sources.iter().find(is_passphrase).cloned();
        let secret_source = sources.into_iter().next();
        let named_identity = typed.identity.clone().or_else(|| environment.path(IDENTITY));
        let identity = named_identity.or_else(|| config.identity.clone());
        let vault_named = typed.vault.is_some() || config.vault.is_some();
        let vault = paths.vault(typed.vault.as_deref().or(config.vault.as_deref()))?;
        let from_file = typed
            .output
            .as_deref()
            .map(|file| (file, file.extension().and_then(|extension| Format::from_extension(extension.to_str()?))));
        let format = match (typed.format, from_file) {
            (Some(format), _) => Some(format),
            (None, Some((file, None))) => return Err(SettingsError::Extension(file.to_owned())),
            (None, Some((_, found))) => found,
            (None, None) => config.format,
        };
        Ok(Self {
            format,
            output: typed.output,
            fields: typed.fields,
            quiet: typed.quiet,
            verbose: typed.verbose,
            color: typed.color.or(config.color).unwrap_or(Color::Auto),
            pager: !typed.no_pager && config.pager.unwrap_or(true),
            progress: !typed.no_progress && config.progress.unwrap_or(true),
            input: !typed.no_input,
            yes: typed.yes,
            dry_run: typed.dry_run,
            offline: typed.offline || config.offline.unwrap_or(false),
            lock_timeout: typed.lock_timeout.or(config.lock_timeout()).unwrap_or(LOCK_TIMEOUT),
            today: typed.today,
            vault,
            vault_named,
            secret_source,
            passphrase_source,
            session_first,
            identity,
            totp_file: typed.totp_file,
            config_file: typed.config.unwrap_or_else(|| paths.config_file()),
            config,
        })
    }
}

/// Every source that is named, the first of which is used: those on the command line, then those of variables, then systemd's.
fn secret_sources(typed: &Typed, environment: &Environment) -> Result<Vec<SecretSource>, SettingsError> {
    let variables = (environment.path("BURSAR_PASSPHRASE_FILE"), environment.text("BURSAR_PASSPHRASE_COMMAND"));
    let groups = [
        ((typed.passphrase_file.clone(), typed.passphrase_command.as_deref()), typed.identity.clone()),
        (variables, environment.path(IDENTITY)),
    ];
    let mut sources = Vec::from_iter(typed.passphrase_fd.map(SecretSource::Descriptor));
    for ((file, command), identity) in groups {
        sources.extend(file.map(SecretSource::PassphraseFile));
        if let Some(line) = command {
            sources.push(SecretSource::PassphraseCommand(split("--passphrase-command", line)?));
        }
        sources.extend(identity.map(SecretSource::Identity));
    }
    let credential = environment.path("CREDENTIALS_DIRECTORY").map(|directory| directory.join("bursar.key"));
    sources.extend(credential.filter(|file| file.exists()).map(SecretSource::SystemdCredential));
    Ok(sources)
}

/// Splits a command line as a shell would, without running a shell.
fn split(setting: &'static str, line: &str) -> Result<Vec<String>, SettingsError> {
    let argv =
        shell_words::split(line).map_err(|error| SettingsError::CommandLine { setting, reason: error.to_string() })?;
    if argv.is_empty() {
        return Err(SettingsError::CommandLine { setting, reason: "it is empty".to_owned() });
    }
    Ok(argv)
}

/// Where a Plaid key is to be read from: the variable, then `…_FILE`, then `…_COMMAND`.
pub fn plaid_key_source(environment: &Environment, name: &'static str) -> Result<Option<KeySource>, SettingsError> {
    if environment.text(name).is_some() {
        return Ok(Some(KeySource::Variable(name)));
    }
    if let Some(file) = environment.path(&format!("{name}_FILE")) {
        return Ok(Some(KeySource::File(file)));
    }
    match environment.text(&format!("{name}_COMMAND")) {
        Some(line) => split("PLAID_…_COMMAND", line).map(|argv| Some(KeySource::Command(argv))),
        None => Ok(None),
    }
}
