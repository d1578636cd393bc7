//! The options that `print` and `install` share, as an order to a scheduler.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::{
    context::Context,
    error::Result,
    ops::schedule::{Every, Opening, Order, Places, Scheduler},
    settings,
};

/// What is to be scheduled, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Who starts the sync [default: what this machine has]
    #[arg(long, value_name = "KIND", value_parser = scheduler())]
    kind: Option<Scheduler>,
    /// How often: 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d; up to half an hour later, by chance
    #[arg(long, value_name = "TIME", default_value_t)]
    every: Every,
    /// Open the vault with this key file (bursar keys add key-file FILE --role sync)
    #[arg(long, value_name = "FILE", conflicts_with = "credential")]
    pub(super) key_file: Option<PathBuf>,
    /// Open the vault with this credential, which systemd decrypts for the service alone (systemd 256 or later)
    #[arg(long, value_name = "FILE")]
    credential: Option<PathBuf>,
}

/// The words of `--kind`.
pub(super) fn scheduler() -> impl clap::builder::TypedValueParser<Value = Scheduler> {
    let words = PossibleValuesParser::new(Scheduler::ALL.map(|(word, _)| word));
    words.map(|word| {
        let found = Scheduler::ALL.into_iter().find(|(known, _)| *known == word);
        found.map_or(Scheduler::Cron, |(_, scheduler)| scheduler)
    })
}

impl Options {
    pub(super) fn scheduler(&self) -> Scheduler {
        self.kind.unwrap_or_else(Scheduler::of_this_machine)
    }

    /// Whether something says how the vault opens with nobody there.
    pub(super) fn opens(&self, context: &Context) -> bool {
        self.key_file.is_some() || self.credential.is_some() || context.settings.config.names_secret()
    }

    pub(super) fn order(&self, context: &Context) -> Result<Order> {
        let vault = absolute(&context.settings.vault)?;
        let usual = context.paths.config_file();
        let named = Some(&context.settings.config_file).filter(|file| **file != usual);
        let opening = match (&self.credential, &self.key_file) {
            (Some(file), _) => Opening::Credential(absolute(file)?),
            (None, Some(file)) => Opening::KeyFile(absolute(file)?),
            (None, None) => Opening::Configured,
        };
        Ok(Order {
            program: settings::program()?,
            home: context.environment.path("HOME"),
            vault_named: vault != default_vault(context)?,
            config: named.map(|file| absolute(file)).transpose()?,
            state_dir: context.paths.state_dir.clone(),
            every: self.every,
            opening,
            name: name(context)?,
            vault,
        })
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}

fn default_vault(context: &Context) -> Result<PathBuf> {
    Ok(context.paths.vault(None).map_err(settings::SettingsError::from)?)
}

/// What the schedule of this vault is called.
pub(in crate::commands) fn name(context: &Context) -> Result<String> {
    Ok(Order::name_for(&absolute(&context.settings.vault)?, &default_vault(context)?))
}

/// The folders of this user's schedulers.
pub(super) fn places(context: &Context) -> Places {
    let home = context.environment.path("HOME").unwrap_or_default();
    let usual = || home.join(".config");
    let config = context.environment.path("XDG_CONFIG_HOME").filter(|path| path.is_absolute()).unwrap_or_else(usual);
    Places { systemd: config.join("systemd/user"), launchd: home.join("Library/LaunchAgents") }
}
