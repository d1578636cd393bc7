//! The global flags, each also a `BURSAR_…` variable (cli.md).
//!
//! Only what was typed: nothing is resolved here. `settings` merges these with config.toml and the defaults.

use std::path::PathBuf;

use clap::{Args, builder::FalseyValueParser};

use super::values;
use crate::{
    domain::dates::{self, Date},
    settings::{Color, Format, Typed},
};

/// Flags that every command takes.
#[derive(Debug, Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one field a flag; a flag is a bool")]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// Vault to use: a name, or a directory
    #[arg(long, global = true, env = "BURSAR_VAULT", value_name = "NAME|DIR", hide_env = true)]
    vault: Option<String>,
    /// How data is printed
    #[arg(long, global = true, env = "BURSAR_FORMAT", value_parser = values::format(), value_name = "FORMAT", hide_env = true)]
    format: Option<Format>,
    /// Same as --format json
    #[arg(long, global = true, env = "BURSAR_JSON", value_parser = FalseyValueParser::new(), conflicts_with = "format", hide_env = true)]
    json: bool,
    /// Write data to FILE, format from its extension
    #[arg(short, long, global = true, env = "BURSAR_OUTPUT", value_name = "FILE", hide_env = true)]
    output: Option<PathBuf>,
    /// Print only these fields or columns
    #[arg(long, global = true, env = "BURSAR_FIELDS", value_name = "A,B", value_delimiter = ',', hide_env = true)]
    fields: Option<Vec<String>>,
    /// No status lines or hints
    #[arg(short, long, global = true, env = "BURSAR_QUIET", value_parser = FalseyValueParser::new(), hide_env = true)]
    quiet: bool,
    /// Say more, with causes of errors
    #[arg(short, long, global = true, env = "BURSAR_VERBOSE", value_parser = FalseyValueParser::new(), hide_env = true)]
    verbose: bool,
    /// When to colour (also NO_COLOR, CLICOLOR_FORCE)
    #[arg(long, global = true, env = "BURSAR_COLOR", value_parser = values::color(), value_name = "WHEN", hide_env = true)]
    color: Option<Color>,
    /// Never start a pager
    #[arg(long, global = true, env = "BURSAR_NO_PAGER", value_parser = FalseyValueParser::new(), hide_env = true)]
    no_pager: bool,
    /// Never show progress
    #[arg(long, global = true, env = "BURSAR_NO_PROGRESS", value_parser = FalseyValueParser::new(), hide_env = true)]
    no_progress: bool,
    /// Never ask: fail and name the flag that answers
    #[arg(long, global = true, env = "BURSAR_NO_INPUT", value_parser = FalseyValueParser::new(), hide_env = true)]
    no_input: bool,
    /// Answer yes to every question
    #[arg(long, global = true, env = "BURSAR_YES", value_parser = FalseyValueParser::new(), hide_env = true)]
    yes: bool,
    /// Show what would be done and stop
    #[arg(long, global = true, env = "BURSAR_DRY_RUN", value_parser = FalseyValueParser::new(), hide_env = true)]
    dry_run: bool,
    /// Never use the network
    #[arg(long, global = true, env = "BURSAR_OFFLINE", value_parser = FalseyValueParser::new(), hide_env = true)]
    offline: bool,
    /// How long to wait for another bursar (10s, 2m)
    #[arg(long, global = true, env = "BURSAR_LOCK_TIMEOUT", value_name = "TIME", value_parser = dates::duration, hide_env = true)]
    lock_timeout: Option<std::time::Duration>,
    /// The day to take as today, for reproducible runs
    #[arg(long, global = true, env = "BURSAR_TODAY", value_name = "DATE", value_parser = values::date, hide_env = true)]
    today: Option<Date>,
    /// Configuration file
    #[arg(long, global = true, env = "BURSAR_CONFIG", value_name = "FILE", hide_env = true)]
    config: Option<PathBuf>,
    /// Ignore the configuration file
    #[arg(long, global = true, env = "BURSAR_NO_CONFIG", value_parser = FalseyValueParser::new(), conflicts_with = "config", hide_env = true)]
    no_config: bool,
    // The variables of the next four are read where all sources are put in order.
    /// Read the passphrase from this open file descriptor
    #[arg(long, global = true, value_name = "N", help_heading = "Unlocking")]
    passphrase_fd: Option<i32>,
    /// Read the passphrase from this file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Unlocking")]
    passphrase_file: Option<PathBuf>,
    /// Read the passphrase from what this command prints
    #[arg(long, global = true, value_name = "CMD", help_heading = "Unlocking")]
    passphrase_command: Option<String>,
    /// Unlock with this age identity file (recovery code, key file)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Unlocking")]
    identity: Option<PathBuf>,
    /// Read the one-time code from this file, where the vault asks its owner for one
    #[arg(
        long,
        global = true,
        env = "BURSAR_TOTP_FILE",
        value_name = "FILE",
        hide_env = true,
        help_heading = "Unlocking"
    )]
    totp_file: Option<PathBuf>,
}

impl GlobalArgs {
    /// What was typed, without clap's types.
    pub(crate) fn typed(self) -> Typed {
        Typed {
            vault: self.vault,
            format: if self.json { Some(Format::Json) } else { self.format },
            output: self.output,
            fields: self.fields,
            quiet: self.quiet,
            verbose: self.verbose,
            color: self.color,
            no_pager: self.no_pager,
            no_progress: self.no_progress,
            no_input: self.no_input,
            yes: self.yes,
            dry_run: self.dry_run,
            offline: self.offline,
            lock_timeout: self.lock_timeout,
            today: self.today,
            config: self.config,
            no_config: self.no_config,
            passphrase_fd: self.passphrase_fd,
            passphrase_file: self.passphrase_file,
            passphrase_command: self.passphrase_command,
            identity: self.identity,
            totp_file: self.totp_file,
        }
    }
}
