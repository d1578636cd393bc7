//! The vault's files under attack: changed, cut, swapped, rolled back, opened up.

mod bits;
mod files;
mod keys;
mod rewritten;
mod room;
mod without_bursar;

use std::path::Path;

use bursar::{
    secret::Secret,
    vault::{Create, Created, Location, Locked, SlotSecret, Unlocked, VaultError, create},
};
use jiff::Timestamp;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const PASSPHRASE: &str = "mist and anchors, nine of them";

/// A vault of its own, on a disk of its own as far as pins are concerned.
struct Place {
    root: TempDir,
    location: Location,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let location = Location { dir: root.path().join("vault"), state_dir: root.path().join("state") };
        Self { root, location }
    }

    fn create(&self) -> Created {
        let passphrase = Secret::new(PASSPHRASE.to_owned());
        let request = Create { passphrase: &passphrase, recovery: true, now: Timestamp::UNIX_EPOCH };
        create(&self.location, &request).unwrap()
    }

    fn unlock(&self) -> Result<Unlocked, VaultError> {
        Locked::open(&self.location)?.unlock(&passphrase(PASSPHRASE), NOW)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.location.dir.join(name)
    }

    /// A second vault in the same root.
    fn sibling(&self) -> Self {
        let other = Self::new();
        Self { location: Location { state_dir: self.location.state_dir.clone(), ..other.location }, root: other.root }
    }
}

fn passphrase(text: &str) -> SlotSecret {
    SlotSecret::Passphrase(Secret::new(text.to_owned()))
}

fn identity(text: &str) -> SlotSecret {
    SlotSecret::Identity(Secret::new(text.to_owned()))
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
