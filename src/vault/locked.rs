//! A vault before its secret is known: found, private, local, whole enough to try.
//!
//! Invariant: opening and unlocking write nothing into the vault.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use age::DecryptError;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{
    Location,
    agefile::{self, ContentKey, Opened, SlotIdentity},
    attempts::Attempts,
    connect::DB_FILE,
    error::{Result, VaultError},
    factor::second_factor,
    keyset::{KEYS_FILE, LARGEST, Outer},
    lockfile::VaultLock,
    material::{Hex, Key},
    passphrase,
    slots::{SlotSecret, parse_identities},
    stanza::PassphraseIdentity,
    unlocked::{KeyFile, Opener, Seen, Surroundings, Unlocked},
    wrapped::WrappedIdentity,
};
use crate::{
    fsx::{self, Shape},
    secret::Secret,
};

/// How long `Locked::open` waits for a rotation or restore to finish, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A vault that has been looked at but not opened.
#[derive(Debug)]
pub struct Locked {
    location: Location,
    sealed: Vec<u8>,
    attempts: Attempts,
    lock: Arc<VaultLock>,
}

impl Locked {
    /// Looks at a vault: refuses symlinks, files others may touch, network file systems, and what is not a vault.
    pub fn open(location: &Location) -> Result<Self> {
        Self::open_within(location, PATIENCE)
    }

    /// Like `open`, waiting at most this long for whoever has the vault alone.
    pub fn open_within(location: &Location, patience: Duration) -> Result<Self> {
        let location = resolve(location)?;
        fsx::check_local(&location.dir)?;
        let lock = Arc::new(VaultLock::shared(&location.dir, patience)?);
        let sealed = fsx::read_private(&location.dir.join(KEYS_FILE), LARGEST)?;
        for (suffix, required) in [("", true), ("-wal", false), ("-shm", false)] {
            match fsx::check_private(&location.dir.join(format!("{DB_FILE}{suffix}")), Shape::File) {
                Err(error) if error.is_missing() && required => {
                    return Err(VaultError::damaged(DB_FILE, "it is missing"));
                }
                Err(error) if error.is_missing() => {}
                outcome => outcome?,
            }
        }
        let attempts = Attempts::new(&location.state_dir, &location.dir);
        Ok(Self { location, sealed, attempts, lock })
    }

    /// How many unlocks have failed since the last one that was entered in the audit log.
    pub fn failed_unlocks(&self) -> u64 {
        self.attempts.count()
    }

    /// How long to wait before the next try to unlock, after recent failures: 2, 4, 8 … up to 60 seconds.
    pub fn wait_after_failures(&self) -> Duration {
        self.attempts.wait()
    }

    /// Opens the vault. A key file older than this device's pin is refused (`VaultError::RolledBack`).
    /// A slot whose time is over opens nothing (`VaultError::Expired`).
    pub fn unlock(&self, secret: &SlotSecret, now: Timestamp) -> Result<Unlocked> {
        let unlocked = self.unlock_even_if_older(secret, now)?;
        let Err(older) = unlocked.check_generation() else { return Ok(unlocked) };
        // While the secret was tried another process may have changed the keys.
        let sealed = fsx::read_private(&self.location.dir.join(KEYS_FILE), LARGEST)?;
        if sealed == self.sealed {
            return Err(older);
        }
        Self { location: self.location.clone(), sealed, attempts: self.attempts.clone(), lock: self.lock.clone() }
            .unlock(secret, now)
    }

    /// Opens the vault for the one who has decided to accept an older copy; `Unlocked::accept` makes that last.
    pub fn unlock_even_if_older(&self, secret: &SlotSecret, now: Timestamp) -> Result<Unlocked> {
        let opened = self.unlock_uncounted(secret, now);
        if matches!(opened, Err(VaultError::WrongSecret { .. } | VaultError::Expired { .. })) {
            self.attempts.add();
        }
        opened
    }

    /// The same where failures are not counted: the vault has no place yet, or nobody in particular tries.
    pub fn unlock_uncounted(&self, secret: &SlotSecret, now: Timestamp) -> Result<Unlocked> {
        let (outer, key, identity) = self.open_outer(secret)?;
        let unlocked = self.assemble(outer, key, identity)?;
        unlocked.check_expiry(now)?;
        Ok(unlocked)
    }

    /// Tells whether a secret opens the vault; a failure is not counted.
    pub fn is_opened_by(&self, secret: &SlotSecret) -> bool {
        self.open_outer(secret).is_ok()
    }

    /// An unlocked vault from a payload that has been opened.
    pub(super) fn assemble(&self, outer: Outer, key: ContentKey, identity: SlotIdentity) -> Result<Unlocked> {
        Unlocked::assemble(self.surroundings(outer.generation), outer, key, Opener::Slot(identity))
    }

    /// An unlocked vault from the keys that a session kept of its two files.
    pub(super) fn reassemble(&self, slot: Hex<8>, outer: &ContentKey, inner: Option<ContentKey>) -> Result<Unlocked> {
        let Opened { plain, key } =
            agefile::open_keeping(&self.sealed, outer).map_err(|error| refusal(&error, "session"))?;
        let outer = Outer::parse(&plain)?;
        Unlocked::assemble(self.surroundings(outer.generation), outer, key, Opener::Session { slot, inner })
    }

    /// The vault's directory, canonical.
    pub fn dir(&self) -> &Path {
        &self.location.dir
    }

    fn surroundings(&self, generation: u64) -> Surroundings {
        let keys = KeyFile { digest: Sha256::digest(&self.sealed).into(), generation };
        Surroundings {
            location: self.location.clone(),
            attempts: self.attempts.clone(),
            seen: Seen { keys: Mutex::new(keys), lock: self.lock.clone() },
        }
    }

    fn open_outer(&self, secret: &SlotSecret) -> Result<(Outer, ContentKey, SlotIdentity)> {
        match secret {
            SlotSecret::Passphrase(text) => self.open_by_passphrase(text, None, "passphrase"),
            SlotSecret::TwoFactor { passphrase, key_file } => {
                let key_file = second_factor(key_file)?;
                self.open_by_passphrase(passphrase, Some(&key_file), "passphrase with this key file")
            }
            SlotSecret::Identity(text) => {
                for identity in parse_identities(text)? {
                    match agefile::open_keeping(&self.sealed, &identity) {
                        Err(DecryptError::NoMatchingKeys) => {}
                        Err(error) => return Err(refusal(&error, "identity")),
                        Ok(Opened { plain, key }) => return Ok((Outer::parse(&plain)?, key, identity)),
                    }
                }
                Err(VaultError::WrongSecret { secret: "identity" })
            }
            SlotSecret::Held { holder, voice } => {
                let identity = WrappedIdentity::new(holder, voice);
                let opened = agefile::open_keeping(&self.sealed, &identity);
                let found = identity.into_found()?;
                let Opened { plain, key } = opened.map_err(|error| refusal(&error, "identity"))?;
                let found = found.ok_or(VaultError::WrongSecret { secret: "identity" })?;
                Ok((Outer::parse(&plain)?, key, found))
            }
        }
    }
}

impl Locked {
    fn open_by_passphrase(
        &self,
        text: &Secret<String>,
        key_file: Option<&Key>,
        secret: &'static str,
    ) -> Result<(Outer, ContentKey, SlotIdentity)> {
        let normal = passphrase::normalize(text);
        let identity = PassphraseIdentity::new(&normal, key_file);
        let Opened { plain, key } =
            agefile::open_keeping(&self.sealed, &identity).map_err(|error| refusal(&error, secret))?;
        let derived = identity.into_derived().ok_or(VaultError::WrongSecret { secret })?;
        Ok((Outer::parse(&plain)?, key, derived))
    }
}

/// The canonical place of a vault; the vault itself may not be a symlink, its parents may.
pub(super) fn resolve(location: &Location) -> Result<Location> {
    let missing = || VaultError::NotFound { dir: location.dir.clone() };
    match fsx::check_private(&location.dir, Shape::Directory) {
        Err(error) if error.is_missing() => return Err(missing()),
        outcome => outcome?,
    }
    let dir: PathBuf = std::fs::canonicalize(&location.dir).map_err(|_| missing())?;
    match fsx::check_private(&dir.join(KEYS_FILE), Shape::File) {
        Err(error) if error.is_missing() => return Err(missing()),
        outcome => outcome?,
    }
    Ok(Location { dir, state_dir: location.state_dir.clone() })
}

/// What is said of a key file that does not open.
pub(super) fn refusal(error: &DecryptError, secret: &'static str) -> VaultError {
    match error {
        DecryptError::NoMatchingKeys => VaultError::WrongSecret { secret },
        DecryptError::ExcessiveWork { .. } => {
            VaultError::damaged(KEYS_FILE, "it asks for more work than bursar ever writes")
        }
        DecryptError::Io(source) if source.kind() == std::io::ErrorKind::OutOfMemory => VaultError::OutOfMemory,
        DecryptError::InvalidMac => VaultError::damaged(KEYS_FILE, "its header was changed"),
        DecryptError::UnknownFormat | DecryptError::InvalidHeader => {
            VaultError::damaged(KEYS_FILE, "it is not a key file")
        }
        _ => VaultError::damaged(KEYS_FILE, "it does not decrypt"),
    }
}
