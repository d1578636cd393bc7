//! Write-ahead for what a bank gives only once: access tokens on their way into the database.
//!
//! Space is reserved before the call; the reply is sealed to the bank slots and made durable; then the database
//! commits; then the file goes. Every step belongs under the writer's lock.
//! Invariant: a token that has been received is either in the database or in `pending/`, never only in memory.

use std::path::PathBuf;

use super::{
    agefile,
    error::{Result, VaultError},
    keyset::borrow,
    lockfile::WriterLock,
    material::Hex,
    unlocked::Unlocked,
};
use crate::{
    fsx::{self, FsError, Reserved},
    secret::Secret,
};

/// The directory's name inside the vault.
pub(super) const PENDING_DIR: &str = "pending";

/// What is reserved for one reply.
const RESERVED: usize = 1 << 20;

const MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// Space on the disk for one reply.
#[derive(Debug)]
pub struct Reservation {
    space: Reserved,
    path: PathBuf,
    recipients: Vec<age::x25519::Recipient>,
}

impl Reservation {
    /// Seals what the bank gave and makes it durable in the reserved space; tells whether that could be done. If even the
    /// reserved space fails, the commit is the reply's last chance and has to be tried.
    pub fn keep(self, reply: &Secret<String>) -> (PendingSecret, Result<()>) {
        let Self { space, path, recipients } = self;
        let sealed = agefile::seal(&borrow(&recipients), reply.expose().as_bytes());
        let kept = sealed.and_then(|sealed| Ok(space.fill(&sealed)?));
        (PendingSecret { path }, kept)
    }

    /// Gives the space back when no reply came.
    pub fn release(self) -> Result<()> {
        Ok(self.space.release()?)
    }
}

/// A sealed reply that is not yet in the database.
#[derive(Debug)]
pub struct PendingSecret {
    path: PathBuf,
}

impl PendingSecret {
    /// Opens it with a slot that reaches the banks.
    pub fn open(&self, vault: &Unlocked) -> Result<Secret<String>> {
        if !vault.can_use_bank() {
            return Err(VaultError::NoBankKey);
        }
        let sealed = fsx::read_private(&self.path, RESERVED as u64)?;
        let damaged = || VaultError::damaged("pending", "a token on its way into the database does not decrypt");
        let plain = agefile::open(&sealed, vault.identity()?).map_err(|_| damaged())?;
        std::str::from_utf8(&plain).map(|text| Secret::new(text.to_owned())).map_err(|_| damaged())
    }

    /// Removes it, once the database has it.
    pub fn discard(self) -> Result<()> {
        Ok(fsx::remove(&self.path)?)
    }
}

impl Unlocked {
    /// Reserves 1 MiB for a reply that must not be lost.
    pub fn reserve_pending(&self, _writer: &WriterLock) -> Result<Reservation> {
        let dir = self.dir().join(PENDING_DIR);
        fsx::create_private_dir(&dir)?;
        let path = dir.join(format!("{}.age", Hex::<8>::random()?));
        let recipients = self.bank_recipients()?;
        Ok(Reservation { space: Reserved::create(&path, RESERVED)?, path, recipients })
    }

    /// Tells whether a process has left something, or is at work.
    pub fn has_pending(&self) -> bool {
        std::fs::read_dir(self.dir().join(PENDING_DIR)).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// Lists the replies a killed process left behind, oldest first, and removes reservations that were never filled.
    pub fn pending(&self, _writer: &WriterLock) -> Result<Vec<PendingSecret>> {
        let dir = self.dir().join(PENDING_DIR);
        let entries = match std::fs::read_dir(&dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            outcome => outcome.map_err(FsError::io("list", &dir))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(FsError::io("list", &dir))?.path();
            if path.extension().is_none_or(|extension| extension != "age") {
                continue;
            }
            if fsx::read_private(&path, RESERVED as u64)?.starts_with(MAGIC) {
                let written = std::fs::metadata(&path).and_then(|found| found.modified());
                found.push((written.map_err(FsError::io("look at", &path))?, PendingSecret { path }));
            } else {
                fsx::remove(&path)?;
            }
        }
        found.sort_by_key(|(written, _)| *written);
        Ok(found.into_iter().map(|(_, secret)| secret).collect())
    }
}
