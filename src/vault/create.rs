//! Making a vault: built whole in a hidden directory beside its place, then renamed into it. What a killed `init` left of
//! such a directory goes with the next one.
//!
//! Invariant: at the vault's path there is either nothing, or a vault as complete as its maker wanted it, whose key file
//! has been read back and opened.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use age::secrecy::ExposeSecret as _;
use jiff::Timestamp;

use super::{
    Location,
    agefile::{self, ContentKey, Opened, SlotIdentity},
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
    slots::{Slot, SlotSecret, Terms},
    unlocked::Unlocked,
};
use crate::{
    fsx::{self, Closed as _, FsError, Scratch, Staged},
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

/// A vault that is being made: open, and not yet in its place. Dropped, it was never there.
pub struct NewVault {
    staging: Option<Scratch>,
    vault: Arc<Unlocked>,
    /// Opens the finished vault without another key derivation.
    identity: SlotIdentity,
    location: Location,
    recovery_code: Option<Secret<String>>,
    kdf: KdfParams,
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

/// Makes a vault with an empty database. Its place must be free, or an empty directory; parents are made as needed.
pub fn create(location: &Location, request: &Create<'_>) -> Result<Created> {
    begin(location, request)?.finish()
}

/// Makes everything of a vault but its place, for those who put a book into it first.
pub fn begin(location: &Location, request: &Create<'_>) -> Result<NewVault> {
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

    let staging = Scratch::make(&parent, ".bursar-init-")?;
    let key = furnish(staging.path(), &outer, &sealed, &identity)?;
    let meanwhile = Location { dir: staging.path().to_owned(), state_dir: location.state_dir.clone() };
    let vault = Arc::new(Locked::open(&meanwhile)?.assemble(outer, key, identity.clone())?);
    let location = Location { dir: parent.join(name), state_dir: location.state_dir.clone() };
    vault.accept(0, &audit::genesis(vault.vault_id()))?;
    Ok(NewVault { staging: Some(staging), vault, identity, location, recovery_code, kdf })
}

impl NewVault {
    /// The vault, as it is until it has its place.
    pub fn vault(&self) -> &Arc<Unlocked> {
        &self.vault
    }

    /// The recovery code, if one was made.
    pub fn recovery_code(&self) -> Option<&Secret<String>> {
        self.recovery_code.as_ref()
    }

    /// Puts the vault in its place. Its database must be closed.
    pub fn finish(mut self) -> Result<Created> {
        if let Some(staging) = self.staging.take() {
            fsx::sync_dir(staging.path())?;
            staging.keep_as(&self.location.dir)?;
            fsx::sync_dir(fsx::parent(&self.location.dir))?;
        }
        let secret = SlotSecret::Identity(Secret::new(self.identity.to_string().expose_secret().to_owned()));
        let unlocked = Locked::open(&self.location)?.unlock_even_if_older(&secret, self.vault.created())?;
        Ok(Created { unlocked, recovery_code: self.recovery_code.take(), kdf: self.kdf })
    }
}

impl Drop for NewVault {
    fn drop(&mut self) {
        if self.staging.is_some() {
            // What this device remembers of a vault that never was is of no use, and in nobody's way.
            drop(self.vault.forget_pin());
        }
    }
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
fn furnish(dir: &Path, outer: &Outer, sealed: &[u8], identity: &SlotIdentity) -> Result<ContentKey> {
    let db = dir.join(DB_FILE);
    // SQLite would follow the umask; a file that is there already keeps its mode, and its journals copy it.
    let fresh = OpenOptions::new().write(true).create_new(true).closed().open(&db);
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
