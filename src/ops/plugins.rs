//! The programs that hold keys for others (`age-plugin-…`): where they are, and whether somebody else could exchange them.
//!
//! Invariant: a plugin that others than its user and root may write is never started.

use std::path::{Path, PathBuf};

use crate::fsx::{self, FsError};

/// Why a plugin is not started.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// It is not on the path.
    #[error("{program} is not on the path, and without it this key cannot be used")]
    Missing {
        /// Its name.
        program: String,
    },
    /// Somebody else could put another program in its place.
    #[error("{} may be written by other users, so it is not started", place.display())]
    Exchangeable {
        /// The program or its directory.
        place: PathBuf,
    },
    /// It cannot be looked at.
    #[error(transparent)]
    Fs(#[from] FsError),
}

/// Finds the program that `PATH` names first, as age will, and refuses one that others may write.
pub fn require_trusted(program: &str, path: Option<&str>) -> Result<PathBuf, PluginError> {
    let places = path.into_iter().flat_map(|path| path.split(':')).filter(|place| !place.is_empty());
    let found = places.map(|place| Path::new(place).join(program)).find(|file| file.is_file());
    let found = found.ok_or_else(|| PluginError::Missing { program: program.to_owned() })?;
    let real = std::fs::canonicalize(&found).map_err(FsError::io("look at", &found))?;
    for file in [&found, &real] {
        if let Some(place) = fsx::other_writers(file)?.into_iter().next() {
            return Err(PluginError::Exchangeable { place });
        }
    }
    Ok(real)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_plugin_must_be_there_and_nobody_elses_to_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().unwrap();
        assert!(matches!(require_trusted("age-plugin-x", Some(path)), Err(PluginError::Missing { .. })));
        assert!(matches!(require_trusted("age-plugin-x", None), Err(PluginError::Missing { .. })));
        let program = dir.path().join("age-plugin-x");
        std::fs::copy("/bin/true", &program).unwrap();
        assert_eq!(require_trusted("age-plugin-x", Some(path)).unwrap(), std::fs::canonicalize(&program).unwrap());
        for (place, bad, good) in [(program.as_path(), 0o775, 0o755), (dir.path(), 0o777, 0o700)] {
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(bad)).unwrap();
            assert!(matches!(require_trusted("age-plugin-x", Some(path)), Err(PluginError::Exchangeable { .. })));
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(good)).unwrap();
        }
    }
}
