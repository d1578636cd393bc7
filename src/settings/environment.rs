//! The process's environment, read once at the start.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// A snapshot of the environment; tests make their own.
#[derive(Debug, Default, Clone)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Takes the snapshot.
    pub fn capture() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// An environment of just these variables.
    pub fn of<K: Into<OsString>, V: Into<OsString>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A variable's text; unset, empty and not-UTF-8 are all `None`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(OsStr::new(name)).and_then(|value| value.to_str()).filter(|text| !text.is_empty())
    }

    /// A variable as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Whether a variable is set to anything but nothing or `0`.
    pub fn is_on(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value != "0")
    }

    /// All variables that are text, for handing a chosen few to a child.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let text = |value: &OsString| value.to_str().map(str::to_owned);
        self.0.iter().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
    }
}
