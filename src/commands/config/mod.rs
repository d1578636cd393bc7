//! `bursar config [list|get|set|unset|path|plaid]`.

mod plaid;

use serde::Serialize;

use crate::{
    context::Context,
    error::Result,
    render::{Sheet, ToSheet},
    settings::config,
};

/// Read and change config.toml, and keep Plaid keys in the vault
///
/// Without a verb: lists every known key with its value.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar config set color never\n  bursar config set link.countries '[\"US\", \"CA\"]'\n  bursar config plaid"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print the value of a key
    #[command(after_help = "Examples:\n  bursar config get format")]
    Get {
        /// The key, as `bursar config` lists it
        key: String,
    },
    /// Set a key
    #[command(after_help = "Examples:\n  bursar config set format json\n  bursar config set link.days 365")]
    Set {
        /// The key, as `bursar config` lists it
        key: String,
        /// A TOML value, or plain text
        value: String,
    },
    /// Remove a key, which brings back its default
    #[command(after_help = "Examples:\n  bursar config unset format")]
    Unset {
        /// The key, as `bursar config` lists it
        key: String,
    },
    /// Print where the file is
    #[command(after_help = "Examples:\n  bursar config path")]
    Path,
    Plaid(plaid::Args),
}

/// One line of `config --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Entry {
    /// The key.
    key: &'static str,
    /// Its value in the file; `null` when it is not set.
    value: Option<String>,
    /// What it means.
    meaning: &'static str,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list(context),
            Some(Verb::Path) => context.emit(&format!("{}\n", context.settings.config_file.display())),
            Some(Verb::Plaid(args)) => args.run(context),
            Some(Verb::Get { key }) => {
                config::require_known(&key)?;
                let value = entries(context)?.into_iter().find(|entry| entry.key == key).and_then(|entry| entry.value);
                context.emit(&value.map_or_else(String::new, |value| format!("{value}\n")))
            }
            Some(Verb::Set { key, value }) => edit(context, &key, Some(&value), ("would be set", "is set")),
            Some(Verb::Unset { key }) => edit(context, &key, None, ("would no longer be set", "is no longer set")),
        }
    }
}

/// Changes a key of the file, or says that it would.
fn edit(context: &mut Context, key: &str, value: Option<&str>, (would, done): (&str, &str)) -> Result<()> {
    let file = context.settings.config_file.clone();
    let words = if context.settings.dry_run {
        config::edited(&file, key, value)?;
        would
    } else {
        config::edit(&file, key, value)?;
        done
    };
    context.ui.status(&format!("{key} {words} in {}", file.display()));
    Ok(())
}

fn entries(context: &Context) -> Result<Vec<Entry>> {
    let mut values = config::values(&context.settings.config_file)?;
    let entry = |&(key, meaning): &(&'static str, _)| Entry { key, value: values.remove(key), meaning };
    Ok(config::KEYS.iter().map(entry).collect())
}

fn list(context: &mut Context) -> Result<()> {
    let entries = Entries(entries(context)?);
    context.present(&entries)
}

/// `config --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub(crate) struct Entries(Vec<Entry>);

impl ToSheet for Entries {
    fn to_sheet(&self) -> Sheet {
        let row =
            |entry: &Entry| [entry.key.to_owned(), entry.value.clone().unwrap_or_default(), entry.meaning.to_owned()];
        Sheet::of_text(&["key", "value", "meaning"], self.0.iter().map(row))
    }
}
