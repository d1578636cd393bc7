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
    // As the shell and age look: an empty place is the current directory, and what cannot be run is passed over.
    let places =
        path.into_iter().flat_map(|path| path.split(':')).map(|place| if place.is_empty() { "." } else { place });
    let found = places.map(|place| Path::new(place).join(program)).find(|file| is_program(file));
    let found = found.ok_or_else(|| PluginError::Missing { program: program.to_owned() })?;
    let real = std::fs::canonicalize(&found).map_err(FsError::io("look at", &found))?;
    for file in [&found, &real] {
        if let Some(place) = fsx::other_writers(file)?.into_iter().next() {
            return Err(PluginError::Exchangeable { place });
        }
    }
    Ok(real)
}

fn is_program(file: &Path) -> bool {
    // Elsewhere than on Unix the name tells what can be run, not the mode.
    std::fs::metadata(file).is_ok_and(|found| found.is_file() && (cfg!(not(unix)) || fsx::mode(&found) & 0o111 != 0))
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
        // A file that cannot be run, in a place of its own before it, is passed over: age would start the other one.
        let before = tempfile::tempdir().unwrap();
        std::fs::copy("/bin/true", before.path().join("age-plugin-x")).unwrap();
        std::fs::set_permissions(before.path().join("age-plugin-x"), std::fs::Permissions::from_mode(0o644)).unwrap();
        let both = format!("{}:{path}", before.path().display());
        assert_eq!(require_trusted("age-plugin-x", Some(&both)).unwrap(), std::fs::canonicalize(&program).unwrap());
        for (place, bad, good) in [(program.as_path(), 0o775, 0o755), (dir.path(), 0o777, 0o700)] {
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(bad)).unwrap();
            assert!(matches!(require_trusted("age-plugin-x", Some(path)), Err(PluginError::Exchangeable { .. })));
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(good)).unwrap();
        }
    }
}
