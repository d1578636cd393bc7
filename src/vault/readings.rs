//! Readings that wait to be entered in the audit log: sealed, on this device, until somebody writes to the book.
//!
//! A commit waits for the disk, which takes longer than most readings; so what was read is appended to a file beside the
//! pin, one sealed record each, and entered by the next change. Invariant: a record leaves the file only
//! after its entry has been committed. Killed between the two, a reading is entered twice, never lost.

use std::{
    fs::{File, TryLockError},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    aead::{self, NONCE},
    error::{Result, VaultError},
    lockfile::WriterLock,
    material::{Key, VaultId, fill_random},
};
use crate::fsx::{self, Closed as _, FsError};

/// A record is a few hundred bytes; what claims to be longer is damage.
const LONGEST: usize = 16 << 10;

/// Past this many bytes nothing more is taken: nobody has entered anything for tens of thousands of readings.
const MOST: u64 = 8 << 20;

/// How long a reading waits for another one to be written down.
const PATIENCE: Duration = Duration::from_millis(100);

/// What waited.
#[derive(Debug, Default)]
pub struct Waiting {
    /// The records, in the order they were written.
    pub records: Vec<Vec<u8>>,
    /// How many could not be read: cut off, changed, or sealed under a key that is gone.
    pub unreadable: u64,
}

/// The file of one vault on this device.
#[derive(Debug)]
pub(super) struct Readings {
    path: PathBuf,
    vault_id: VaultId,
    key: Key,
    /// Bound into every seal, so that no record passes for one of another kind.
    label: &'static str,
}

impl Readings {
    pub(super) fn new(state_dir: &Path, vault_id: VaultId, key: Key) -> Self {
        Self { path: state_dir.join(format!("{vault_id}.readings")), vault_id, key, label: "bursar/v1/readings" }
    }

    /// A file of the same form beside this one, for records of another kind.
    pub(super) fn beside(&self, extension: &str, label: &'static str) -> Self {
        let key = Key::from_bytes(self.key.expose());
        Self { path: self.path.with_extension(extension), vault_id: self.vault_id, key, label }
    }

    /// The files beside this one whose extension begins with a word.
    pub(super) fn family(&self, word: &str, label: &'static str) -> Result<Vec<Self>> {
        let dir = fsx::parent(&self.path);
        let entries = match std::fs::read_dir(dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            outcome => outcome.map_err(FsError::io("list", dir))?,
        };
        let mut family = Vec::new();
        for entry in entries {
            let path = entry.map_err(FsError::io("list", dir))?.path();
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if path.file_stem() == self.path.file_stem() && extension.starts_with(word) {
                family.push(self.beside(extension, label));
            }
        }
        Ok(family)
    }

    /// How many bytes wait.
    pub(super) fn size(&self) -> u64 {
        [self.path.clone(), self.taken()].iter().filter_map(|path| Some(path.symlink_metadata().ok()?.len())).sum()
    }

    /// Adds a record. Not forced to the disk: a power cut may take the last seconds of readings with it.
    pub(super) fn add(&self, plain: &[u8]) -> Result<()> {
        self.append(plain).map(drop)
    }

    /// Adds a record that a power cut does not take either.
    pub(super) fn add_forced(&self, plain: &[u8]) -> Result<()> {
        self.append(plain)?.sync_data().map_err(FsError::io("sync", &self.path))?;
        Ok(fsx::sync_dir(fsx::parent(&self.path))?)
    }

    fn append(&self, plain: &[u8]) -> Result<File> {
        let record = self.seal(plain)?;
        let io = |action| FsError::io(action, &self.path);
        let mut file = self.lock()?;
        if file.metadata().map_err(io("look at"))?.len() >= MOST {
            return Err(io("append to")(std::io::ErrorKind::QuotaExceeded.into()).into());
        }
        file.write_all(&record).map_err(io("append to"))?;
        Ok(file)
    }

    /// What is in the file, for the one who writes.
    pub(super) fn read(&self) -> Result<Waiting> {
        Ok(self.parse(&fsx::read_private(&self.path, 2 * MOST)?))
    }

    /// Removes the file.
    pub(super) fn remove(&self) -> Result<()> {
        Ok(fsx::remove(&self.path)?)
    }

    /// Takes what waits out of the readers' way, for the one who writes. It stays on the disk until `forget`.
    pub(super) fn take(&self, _writer: &WriterLock) -> Result<Waiting> {
        let taken = self.taken();
        if !taken.exists() {
            if !self.path.exists() {
                return Ok(Waiting::default());
            }
            let locked = self.lock()?;
            std::fs::rename(&self.path, &taken).map_err(FsError::io("rename", &self.path))?;
            drop(locked);
        }
        Ok(self.parse(&fsx::read_private(&taken, 2 * MOST)?))
    }

    /// Forgets what was taken: it has been entered.
    pub(super) fn forget(&self) -> Result<()> {
        match std::fs::remove_file(self.taken()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(FsError::io("remove", &self.taken())(error).into())
            }
            _ => Ok(()),
        }
    }

    fn taken(&self) -> PathBuf {
        self.path.with_extension("entering")
    }

    /// The file, open for appending and locked. Whoever enters the records renames the file under the same lock, so
    /// the name is compared once the lock is there.
    fn lock(&self) -> Result<File> {
        let io = |action| FsError::io(action, &self.path);
        fsx::ensure_dir(fsx::parent(&self.path))?;
        let begin = Instant::now();
        loop {
            let file = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .closed()
                .unfollowed()
                .open(&self.path)
                .map_err(io("open"))?;
            match file.try_lock() {
                Ok(()) => {
                    if fsx::is_at(&file, &self.path).map_err(io("look at"))? {
                        return Ok(file);
                    }
                }
                Err(TryLockError::Error(error)) => return Err(io("lock")(error).into()),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
            let waited = begin.elapsed();
            if waited > PATIENCE {
                return Err(VaultError::Busy { file: "readings", waited_ms: waited.as_millis() });
            }
        }
    }

    fn bound(&self) -> Vec<u8> {
        [self.label.as_bytes(), &self.vault_id.0].concat()
    }

    /// Length (4 bytes), nonce, ciphertext with tag.
    fn seal(&self, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        fill_random(&mut nonce)?;
        let mut body = plain.to_vec();
        aead::encrypt(&self.key, &nonce, &self.bound(), &mut body)?;
        let length = u32::try_from(body.len()).map_err(|_| VaultError::Crypto("a record is too long"))?;
        Ok([&length.to_be_bytes()[..], &nonce, &body].concat())
    }

    fn open(&self, nonce: &[u8; NONCE], body: &[u8]) -> Option<Vec<u8>> {
        let mut plain = body.to_vec();
        aead::decrypt(&self.key, nonce, &self.bound(), &mut plain)?;
        Some(plain)
    }

    fn parse(&self, mut bytes: &[u8]) -> Waiting {
        let mut waiting = Waiting::default();
        while !bytes.is_empty() {
            let Some((nonce, body, rest)) = split(bytes) else {
                waiting.unreadable += 1;
                break;
            };
            match self.open(nonce, body) {
                Some(plain) => waiting.records.push(plain),
                None => waiting.unreadable += 1,
            }
            bytes = rest;
        }
        waiting
    }
}

/// The first record: its nonce, its body, and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8; NONCE], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| *length <= LONGEST)?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let (body, rest) = rest.split_at_checked(length)?;
    Some((nonce, body, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::material::Hex;

    fn readings(dir: &Path) -> Readings {
        Readings::new(dir, Hex([3; 16]), Key::from_bytes(&[4; 32]))
    }

    #[test]
    fn records_wait_until_they_are_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let (mine, writer) = (readings(dir.path()), WriterLock::acquire(dir.path(), PATIENCE).unwrap());
        assert!(mine.take(&writer).unwrap().records.is_empty());
        mine.add(b"one").unwrap();
        mine.add(b"two").unwrap();
        assert_eq!(mine.take(&writer).unwrap().records, [b"one", b"two"]);
        mine.add(b"three").unwrap();
        assert_eq!(mine.take(&writer).unwrap().records.len(), 2, "what was taken first is not lost");
        mine.forget().unwrap();
        assert_eq!(mine.take(&writer).unwrap().records, [b"three"]);
        mine.forget().unwrap();
        assert_eq!(mine.size(), 0);
    }

    #[test]
    fn cut_changed_and_foreign_records_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let mine = readings(dir.path());
        let (one, two) = (mine.seal(b"one").unwrap(), mine.seal(b"two").unwrap());
        let cut = [&one[..], &two[..two.len() - 1]].concat();
        let waiting = mine.parse(&cut);
        assert_eq!((waiting.records.len(), waiting.unreadable), (1, 1));
        let mut changed = [one, two].concat();
        changed[40] ^= 1;
        let waiting = mine.parse(&changed);
        assert_eq!((waiting.records.len(), waiting.unreadable), (1, 1));
        assert_eq!(Readings { key: Key::from_bytes(&[5; 32]), ..mine }.parse(&changed).unreadable, 2);
        assert_eq!(readings(dir.path()).parse(&[0xff; 100]).unreadable, 1);
    }

    #[test]
    fn two_readers_lose_nothing_to_a_writer() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let writer = WriterLock::acquire(dir.path(), PATIENCE).unwrap();
        let mut found = 0;
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| (0..100).filter(|_| readings(dir.path()).add(b"read").is_ok()).count()))
                .collect();
            while workers.iter().any(|worker| !worker.is_finished()) {
                found += readings(dir.path()).take(&writer).unwrap().records.len();
                readings(dir.path()).forget().unwrap();
            }
            let written: usize = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
            found += readings(dir.path()).take(&writer).unwrap().records.len();
            assert_eq!(found, written);
        });
    }
}
