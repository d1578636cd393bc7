//! Where things are: the platform's own places (XDG on Linux), by crate `directories`.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

const DEFAULT_VAULT: &str = "default";

/// Why the places are not known.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    /// No home directory.
    #[error("there is no home directory, so bursar does not know where its vaults are")]
    NoHome,
    /// A vault name that could leave the data directory.
    #[error("{0:?} is not a name for a vault; use letters, digits, - and _, or give a directory with a / in it")]
    VaultName(String),
}

/// The file of the program that runs.
pub fn program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// bursar's directories on this platform.
#[derive(Debug, Clone)]
pub struct Paths {
    /// Holds config.toml.
    pub config_dir: PathBuf,
    /// Holds one directory a vault.
    pub data_dir: PathBuf,
    /// Holds the freshness pins and logs.
    pub state_dir: PathBuf,
    /// Holds sockets and one-time pages; private to the user.
    pub runtime_dir: PathBuf,
}

impl Paths {
    /// Finds the platform's directories.
    pub fn find() -> Result<Self, PathsError> {
        let dirs = ProjectDirs::from("", "", "bursar").ok_or(PathsError::NoHome)?;
        let state_dir = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned();
        Ok(Self {
            config_dir: dirs.config_dir().to_owned(),
            data_dir: dirs.data_dir().to_owned(),
            runtime_dir: dirs.runtime_dir().map_or_else(|| state_dir.join("run"), Path::to_owned),
            state_dir,
        })
    }

    /// The default configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config_dir.join("config.toml")
    }

    /// The directory of a vault named on the command line: a path if it has a separator or exists, else a name.
    pub fn vault(&self, named: Option<&str>) -> Result<PathBuf, PathsError> {
        let Some(named) = named else { return Ok(self.data_dir.join(DEFAULT_VAULT)) };
        let path = Path::new(named);
        if named.contains(std::path::is_separator) || named == "." || named == ".." {
            return Ok(path.to_owned());
        }
        if named.is_empty() || !named.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '.') {
            return Err(PathsError::VaultName(named.to_owned()));
        }
        let by_name = self.data_dir.join(named);
        Ok(if !by_name.exists() && path.is_dir() { path.to_owned() } else { by_name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> Paths {
        let dir = PathBuf::from("/nowhere");
        Paths { config_dir: dir.clone(), data_dir: dir.join("data"), state_dir: dir.clone(), runtime_dir: dir }
    }

    #[test]
    fn a_bare_word_is_a_name_and_a_slash_makes_a_directory() {
        assert_eq!(paths().vault(Some("home")).unwrap(), Path::new("/nowhere/data/home"));
        assert_eq!(paths().vault(Some("./home")).unwrap(), Path::new("./home"));
        assert_eq!(paths().vault(None).unwrap(), Path::new("/nowhere/data/default"));
    }

    #[test]
    fn a_name_cannot_leave_the_data_directory() {
        assert!(paths().vault(Some("a b")).is_err());
        assert!(paths().vault(Some("")).is_err());
    }
}
