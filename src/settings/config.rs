//! config.toml: what it may hold, and what is wrong with it in one sentence.
//!
//! Invariant: an unknown key is an error that names the nearest known one; a typo never changes a setting silently.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use toml_edit::{DocumentMut, TableLike, TomlError};

use super::{Color, Format, NotifyConfig, Paths, SecretSource};
use crate::{domain::products::Product, fsx};

/// Every key, with what it means; `bursar config` lists them.
pub const KEYS: &[(&str, &str)] = &[
    ("vault", "vault to use: a name or a directory"),
    ("format", "table, json, ndjson, csv, tsv or markdown"),
    ("color", "auto, always or never"),
    ("pager", "whether long tables may start a pager"),
    ("progress", "whether progress may be shown"),
    ("offline", "never use the network"),
    ("lock_timeout", "how long to wait for another bursar, in seconds"),
    ("passphrase_file", "file whose first line is the passphrase"),
    ("passphrase_command", "program and arguments that print the passphrase"),
    ("identity", "file with an age identity that opens the vault"),
    ("link.countries", "countries whose banks are offered (ISO 3166-1)"),
    ("link.language", "language of the bank's pages (en, es, fr …)"),
    ("link.days", "days of history to ask for, 1 to 730"),
    ("plaid.max_items", "connections that the Plaid plan allows in all; 0 for no limit"),
    ("plaid.max_billable_per_day", "calls a day (UTC) that Plaid may bill one by one, 50 unless set; 0 for no limit"),
    (
        "sync.products",
        "what each sync asks for besides transactions: liabilities, investments, trades, recurring (each billed by the month)",
    ),
    ("sync.max_per_day", "syncs of one connection a day (UTC); 0 for no limit"),
    ("notify.command", "program and arguments that get alerts as JSON on standard input"),
    ("notify.desktop", "whether the desktop shows that there are alerts"),
    ("notify.low_balance", "tell of cash accounts below this: 100, or 100 USD, 15000 JPY"),
    ("notify.large_transaction", "tell of transactions of this or more"),
    ("notify.failures", "tell after so many failed syncs in a row; 0 for never"),
    ("notify.due_days", "tell of payments so many days before they are due"),
    ("notify.price_rise", "tell when a regular payment costs more"),
    ("notify.missed", "tell when a regular payment is missing or has stopped"),
];

/// Why config.toml cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named by the user does not open.
    #[error("cannot read {file:?}: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, or a value of the wrong kind.
    #[error("{file:?} is not a valid configuration: {reason}")]
    Invalid {
        /// The file.
        file: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
    /// A key nobody knows.
    #[error("{file:?} has the unknown key `{key}`{}", nearest.as_ref().map_or_else(String::new, |known| format!("; did you mean `{known}`?")))]
    UnknownKey {
        /// The file.
        file: PathBuf,
        /// The key as written.
        key: String,
        /// The closest known key.
        nearest: Option<&'static str>,
    },
    /// A key that nobody knows, on the command line.
    #[error("there is no setting `{key}`{}", nearest.as_ref().map_or_else(String::new, |known| format!("; did you mean `{known}`?")))]
    NoSetting {
        /// The key as written.
        key: String,
        /// The closest known key.
        nearest: Option<&'static str>,
    },
    /// A value that the setting does not take.
    #[error("{value:?} is no value for `{key}`: {reason}; nothing was changed")]
    Value {
        /// The key.
        key: String,
        /// The value as written.
        value: String,
        /// What the setting takes.
        reason: String,
    },
    /// The file could not be replaced.
    #[error("cannot write {file:?}: {reason}")]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// The content of config.toml; what is absent is `None`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Vault to use.
    pub vault: Option<String>,
    /// Output format.
    #[serde(deserialize_with = "format")]
    pub format: Option<Format>,
    /// When to colour.
    pub color: Option<Color>,
    /// Pager allowed.
    pub pager: Option<bool>,
    /// Progress allowed.
    pub progress: Option<bool>,
    /// No network.
    pub offline: Option<bool>,
    lock_timeout: Option<u64>,
    passphrase_file: Option<PathBuf>,
    passphrase_command: Option<Vec<String>>,
    pub(super) identity: Option<PathBuf>,
    /// Defaults of `bursar link`.
    pub link: LinkConfig,
    /// What the Plaid plan allows.
    pub plaid: PlaidConfig,
    /// Bounds of `bursar sync`.
    pub sync: SyncConfig,
    /// Who is told of what.
    pub notify: NotifyConfig,
}

/// What the Plaid plan allows.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct PlaidConfig {
    /// Connections in all, removed ones too; 0 for no limit.
    pub max_items: Option<u64>,
    /// Calls a day that may be billed one by one; 0 for no limit.
    pub max_billable_per_day: Option<u64>,
}

/// Bounds of `bursar sync`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct SyncConfig {
    /// Syncs of one connection a day; 0 for no limit.
    pub max_per_day: Option<u64>,
    /// What is asked for besides transactions.
    #[serde(deserialize_with = "products")]
    products: Option<Vec<Product>>,
}

impl SyncConfig {
    /// What is asked for besides transactions; trades and regular payments only where they are named, because each is a bill of its own.
    pub fn products(&self) -> Vec<Product> {
        self.products.clone().unwrap_or_else(|| Product::USUAL.to_vec())
    }
}

/// Defaults of `bursar link`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct LinkConfig {
    /// Countries whose banks are offered.
    pub countries: Option<Vec<String>>,
    /// Language of the bank's pages.
    pub language: Option<String>,
    /// Days of history to ask for.
    pub days: Option<u16>,
}

impl Config {
    /// Reads the file; a default file that does not exist is an empty configuration.
    pub fn load(named: Option<&Path>, paths: &Paths) -> Result<Self, ConfigError> {
        let file = named.map_or_else(|| paths.config_file(), Path::to_owned);
        match std::fs::read_to_string(&file) {
            Ok(text) => Self::parse(&file, &text),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { file, source }),
        }
    }

    /// Parses and checks the text of a configuration file.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let document = document(file, text)?;
        check_keys(file, "", document.as_table())?;
        let config: Self = toml_edit::de::from_document(document).map_err(|e| invalid(file, e.message()))?;
        if config.link.days.is_some_and(|days| !(1..=730).contains(&days)) {
            let reason = "link.days is the days of history to ask for, 1 to 730".to_owned();
            return Err(ConfigError::Invalid { file: file.to_owned(), reason });
        }
        Ok(config)
    }

    /// How long to wait for another process.
    pub fn lock_timeout(&self) -> Option<Duration> {
        self.lock_timeout.map(Duration::from_secs)
    }

    /// Whether it says where a secret is.
    pub fn names_secret(&self) -> bool {
        self.secret_source().is_some()
    }

    pub(super) fn secret_source(&self) -> Option<SecretSource> {
        let file = self.passphrase_file.clone().map(SecretSource::PassphraseFile);
        let command = || self.passphrase_command.clone().map(SecretSource::PassphraseCommand);
        file.or_else(command).or_else(|| self.identity.clone().map(SecretSource::Identity))
    }
}

/// The values of the file as it stands, a text without its quotes, anything else as TOML; a missing file has none.
pub fn values(file: &Path) -> Result<HashMap<&'static str, String>, ConfigError> {
    let document = table(file)?;
    let value = |key: &str| match key.split_once('.') {
        Some((section, name)) => document.get(section)?.get(name),
        None => document.get(key),
    };
    let shown =
        |item: &toml_edit::Item| item.as_str().map_or_else(|| item.to_string().trim().to_owned(), str::to_owned);
    Ok(KEYS.iter().filter_map(|(key, _)| Some((*key, shown(value(key)?)))).collect())
}

/// The content of the file; a missing file is empty.
fn table(file: &Path) -> Result<DocumentMut, ConfigError> {
    match std::fs::read_to_string(file) {
        Ok(text) => document(file, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(DocumentMut::new()),
        Err(source) => Err(ConfigError::Read { file: file.to_owned(), source }),
    }
}

fn format<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Format>, D::Error> {
    let word = String::deserialize(source)?;
    Format::from_word(&word)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(format!("`{word}` is not an output format")))
}

fn products<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Vec<Product>>, D::Error> {
    let words = Vec::<String>::deserialize(source)?;
    let known = |word: &String| {
        Product::from_word(word).ok_or_else(|| {
            serde::de::Error::custom(format!("`{word}` is none of liabilities, investments, trades and recurring"))
        })
    };
    words.iter().map(known).collect::<Result<_, _>>().map(Some)
}

fn document(file: &Path, text: &str) -> Result<DocumentMut, ConfigError> {
    text.parse().map_err(|error: TomlError| invalid(file, error.message()))
}

fn invalid(file: &Path, message: &str) -> ConfigError {
    ConfigError::Invalid { file: file.to_owned(), reason: message.lines().collect::<Vec<_>>().join(" ") }
}

fn check_keys(file: &Path, prefix: &str, table: &dyn TableLike) -> Result<(), ConfigError> {
    for (name, item) in table.iter() {
        let key = format!("{prefix}{name}");
        match item.as_table_like() {
            Some(inner) if KEYS.iter().any(|(known, _)| known.starts_with(&format!("{key}."))) => {
                check_keys(file, &format!("{key}."), inner)?;
            }
            _ if KEYS.iter().any(|(known, _)| *known == key) => {}
            _ => return Err(ConfigError::UnknownKey { file: file.to_owned(), nearest: nearest(&key), key }),
        }
    }
    Ok(())
}

/// The known key closest to what was written, if one is close at all.
fn nearest(key: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|(known, _)| (strsim::jaro_winkler(known, key), *known))
        .filter(|(score, _)| *score > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// Refuses a key that nobody knows.
pub fn require_known(key: &str) -> Result<(), ConfigError> {
    if KEYS.iter().any(|(known, _)| *known == key) {
        return Ok(());
    }
    Err(ConfigError::NoSetting { key: key.to_owned(), nearest: nearest(key) })
}

/// Sets (`Some`) or removes (`None`) one key of the file, keeping comments and order.
pub fn edit(file: &Path, key: &str, value: Option<&str>) -> Result<(), ConfigError> {
    let text = edited(file, key, value)?;
    let write = |error: fsx::FsError| ConfigError::Write { file: file.to_owned(), reason: error.to_string() };
    if let Some(directory) = file.parent() {
        fsx::create_private_dir(directory).map_err(write)?;
    }
    fsx::replace(file, text.as_bytes()).map_err(write)
}

/// What the file would be then.
pub fn edited(file: &Path, key: &str, value: Option<&str>) -> Result<String, ConfigError> {
    require_known(key)?;
    let mut document = table(file)?;
    let (table, name) = match key.split_once('.') {
        Some((section, name)) => {
            let section = document.entry(section).or_insert_with(toml_edit::table);
            (section.as_table_mut().ok_or_else(|| invalid(file, &format!("{key} is not in a table")))?, name)
        }
        None => (document.as_table_mut(), key),
    };
    match value {
        Some(value) => table[name] = toml_edit::value(literal(value)),
        None => drop(table.remove(name)),
    }
    let text = document.to_string();
    Config::parse(file, &text).map_err(|error| match (error, value) {
        (ConfigError::Invalid { reason, .. }, Some(value)) => {
            ConfigError::Value { key: key.to_owned(), value: value.to_owned(), reason }
        }
        (error, _) => error,
    })?;
    Ok(text)
}

/// A value as typed on the command line: TOML if it is TOML, else text.
fn literal(text: &str) -> toml_edit::Value {
    text.parse().unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("config.toml"), text)
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let message = parse("colour = 'never'").unwrap_err().to_string();
        assert!(message.contains("`colour`") && message.contains("`color`"), "{message}");
        let message = parse("[link]\ncountry = ['US']").unwrap_err().to_string();
        assert!(message.contains("`link.country`") && message.contains("`link.countries`"), "{message}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_an_error() {
        assert!(matches!(parse("pager = 'perhaps'"), Err(ConfigError::Invalid { .. })));
    }

    #[test]
    fn every_listed_key_is_taken() {
        let text = "vault='v'\nformat='csv'\ncolor='auto'\npager=true\nprogress=true\noffline=false\nlock_timeout=3\n\
            passphrase_file='f'\npassphrase_command=['a','b']\nidentity='i'\n[link]\ncountries=['GB']\nlanguage='en'\ndays=30\n[plaid]\nmax_items=10\nmax_billable_per_day=5\n[sync]\nproducts=['trades']\nmax_per_day=4\n\
            [notify]\ncommand=['a']\ndesktop=true\nlow_balance='100'\nlarge_transaction=500\nfailures=2\ndue_days=3\nprice_rise=false\nmissed=false";
        let config = parse(text).unwrap();
        assert_eq!(config.lock_timeout(), Some(Duration::from_secs(3)));
        assert_eq!(config.link.days, Some(30));
        let document: DocumentMut = text.parse().unwrap();
        assert_eq!((config.notify.bounds().failures, config.notify.bounds().due_days), (2, 3));
        assert_eq!(config.plaid.max_billable_per_day, Some(5));
        assert_eq!((config.plaid.max_items, config.sync.max_per_day), (Some(10), Some(4)));
        assert_eq!(document.len(), KEYS.iter().filter(|k| !k.0.contains('.')).count() + 4);
    }
}
