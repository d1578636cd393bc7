//! Making a vault: built whole in a hidden directory beside its place, then renamed into it.
//!
//! Invariant: at the vault's path there is either nothing, or a complete vault whose key file has been read back and
//! opened.

use std::{
    ffi::OsString,
    fs::{OpenOptions, Permissions},
    io::ErrorKind,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use age::x25519;
use jiff::Timestamp;

use super::{
    Location,
    agefile::{self, ContentKey, Opened},
    audit,
    connect::{self, DB_FILE},
    derive::Purpose,
    error::{Result, VaultError},
    factor::Factor,
    kdf::{self, KdfParams},
    keyset::{KEYS_FILE, Outer},
    locked::Locked,
    passphrase,
    pending::PENDING_DIR,
    slots::{Slot, Terms},
    unlocked::Unlocked,
};
use crate::{
    fsx::{self, FsError, Staged},
    secret::Secret,
};

/// What a new vault shall have.
#[derive(Debug)]
pub struct Create<'a> {
    /// The owner's passphrase; weak ones are refused.
    pub passphrase: &'a Secret<String>,
    /// Whether to add a recovery code, which is then told once.
    pub recovery: bool,
    /// The present.
    pub now: Timestamp,
}

/// A new vault, open.
#[derive(Debug)]
pub struct Created {
    /// The vault.
    pub unlocked: Unlocked,
    /// The recovery code (`AGE-SECRET-KEY-1…`); it is kept nowhere.
    pub recovery_code: Option<Secret<String>>,
    /// The cost of a guess at the passphrase.
    pub kdf: KdfParams,
}

impl Created {
    /// Takes the vault back: removes its directory and pin, for an owner who would not finish.
    pub fn abandon(self) -> Result<()> {
        let dir = self.unlocked.dir().to_owned();
        self.unlocked.forget_pin()?;
        drop(self);
        std::fs::remove_file(dir.join(KEYS_FILE)).map_err(FsError::io("remove", &dir))?;
        Ok(std::fs::remove_dir_all(&dir).map_err(FsError::io("remove", &dir))?)
    }
}

/// Makes a vault. Its place must be free, or an empty directory; parents are made as needed.
pub fn create(location: &Location, request: &Create<'_>) -> Result<Created> {
    passphrase::check(request.passphrase, &[])?;
    let (parent, name) = free_place(&location.dir)?;
    let kdf = kdf::tune()?;

    let terms = Terms::owner(request.now);
    let (slot, identity) = Slot::of_passphrase(request.passphrase, None, kdf, &terms)?;
    let mut slots = vec![slot];
    let recovery_code = if request.recovery {
        let made = Factor::Recovery.make(&terms)?;
        slots.push(made.slot);
        made.handover
    } else {
        None
    };
    let (mut outer, inner) = Outer::generate(slots, request.now)?;
    let sealed = outer.seal(&inner)?;

    let staging = tempfile::Builder::new()
        .prefix(".bursar-init-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(&parent)
        .map_err(FsError::io("create a directory in", &parent))?;
    let key = furnish(staging.path(), &outer, &sealed, &identity)?;
    fsx::sync_dir(staging.path())?;
    std::fs::rename(staging.path(), parent.join(name)).map_err(FsError::io("create", &location.dir))?;
    // The directory has its final name; there is nothing left to clean up.
    let _moved = staging.keep();
    fsx::sync_dir(&parent)?;

    let unlocked = Locked::open(location)?.assemble(outer, key, identity)?;
    unlocked.accept(0, &audit::genesis(unlocked.vault_id()))?;
    Ok(Created { unlocked, recovery_code, kdf })
}

/// Checks that the vault's place is free, and returns the canonical directory it will lie in and its name there.
pub(super) fn free_place(dir: &Path) -> Result<(PathBuf, OsString)> {
    let taken = || VaultError::AlreadyExists { dir: dir.to_owned() };
    let name = dir.file_name().ok_or_else(taken)?.to_owned();
    match std::fs::symlink_metadata(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(FsError::io("look at", dir)(error).into()),
        Ok(found) if !found.is_dir() => return Err(taken()),
        Ok(_) => {
            if std::fs::read_dir(dir).map_err(FsError::io("list", dir))?.next().is_some() {
                return Err(taken());
            }
        }
    }
    let parent = fsx::parent(dir);
    fsx::ensure_dir(parent)?;
    fsx::check_local(parent)?;
    // SQLite is told to follow no symlink, not even above the vault.
    let parent = std::fs::canonicalize(parent).map_err(FsError::io("resolve", parent))?;
    Ok((parent, name))
}

/// Fills the new directory: database, key file (whose own key comes back), room for write-ahead.
fn furnish(dir: &Path, outer: &Outer, sealed: &[u8], identity: &x25519::Identity) -> Result<ContentKey> {
    let db = dir.join(DB_FILE);
    // SQLite would follow the umask; a file that is there already keeps its mode, and its journals copy it.
    let fresh = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&db);
    drop(fresh.map_err(FsError::io("create", &db))?);
    let key_id = outer.db.key_id;
    let key = Purpose::Database { key_id }.key(outer.ledger.get(key_id)?, outer.vault_id);
    connect::create(dir, &key, outer.db.salt)?;

    fsx::create_private_dir(&dir.join(PENDING_DIR))?;
    let mut keys = Staged::write(&dir.join(KEYS_FILE), sealed)?;
    let unreadable = || VaultError::damaged(KEYS_FILE, "it does not open right after it was written");
    let Opened { plain, key } = agefile::open_keeping(&keys.read_back()?, identity).map_err(|_| unreadable())?;
    Outer::parse(&plain)?.open_inner(identity)?.ok_or_else(unreadable)?;
    keys.commit()?;
    Ok(key)
}
