//! Backups: the vault's two files in one archive, as they are: encrypted, and opened by the same keys.
//!
//! An ordinary tar archive, so that it comes apart without bursar. Invariant: what is packed was proved and reads back as it is, and what is unpacked lies in
//! no vault's place before it has been proved.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use tar::{Archive, Builder, EntryType, Header};

use super::{
    Location,
    connect::{self, DB_FILE, Keyed},
    create::free_place,
    error::{Result, VaultError},
    keyset::{KEYS_FILE, LARGEST},
    lockfile::WriterLock,
    pending::PENDING_DIR,
    unlocked::Unlocked,
};
use crate::fsx::{self, Closed as _, FsError, Scratch, Staged};

/// Bytes compared at once.
const PIECE: usize = 1 << 16;

/// The directory in the archive.
const ROOT: &str = "vault";

/// A backup that is being made. To be dropped after every connection to the database: POSIX takes a process's locks on a file when
/// any of its handles is closed, those of SQLite among them.
#[derive(Debug)]
pub struct BackupDraft {
    database: File,
    source: PathBuf,
    keys: Vec<u8>,
    file: PathBuf,
}

/// A backup that has been taken apart beside the place it shall have.
#[derive(Debug)]
pub struct Unpacked {
    staging: Scratch,
    place: PathBuf,
    state_dir: PathBuf,
}

impl Unlocked {
    /// Makes the vault's files ready for a backup: everything of the log is in the database. The writer's lock keeps them from changing
    /// until the backup is made.
    pub fn draft_backup(&self, _writer: &WriterLock, file: &Path) -> Result<BackupDraft> {
        if self.rotates() || self.keys_moved() {
            return Err(VaultError::KeysMoved);
        }
        let parent = fsx::parent(file);
        let parent = std::fs::canonicalize(parent).map_err(FsError::io("look at", parent))?;
        if parent.starts_with(self.dir()) {
            return Err(VaultError::InsideVault);
        }
        let file = parent.join(file.file_name().ok_or(VaultError::InsideVault)?);
        let keys = fsx::read_private(&self.dir().join(KEYS_FILE), LARGEST)?;
        let (path, database) = (self.dir().join(DB_FILE), self.database()?);
        let source = Keyed { path, key: self.key_of(database)?, salt: database.salt };
        connect::settle_log(&source)?;
        Ok(BackupDraft { database: fsx::open_private(&source.path)?, source: source.path, keys, file })
    }
}

impl BackupDraft {
    /// Packs the vault, whose book was proved, reads the archive back, and puts it in its place, which must be free. Gives its size in
    /// bytes; there is never a second copy.
    pub fn finish(&self, now: Timestamp) -> Result<u64> {
        let size = self.database.metadata().map_err(FsError::io("look at", &self.source))?.len();
        let mut staged = Staged::create(&self.file)?;
        self.pack(staged.file(), size, now).map_err(FsError::io("write", &self.file))?;
        let whole = self.is_packed(staged.file()).map_err(FsError::io("read back", &self.file))?;
        if !whole {
            return Err(FsError::ReadBack { path: self.file.clone() }.into());
        }
        let written = staged.file().metadata().map_err(FsError::io("look at", &self.file))?.len();
        staged.commit_new()?;
        Ok(written)
    }

    fn pack(&self, out: &mut File, size: u64, now: Timestamp) -> io::Result<()> {
        let mut database = &self.database;
        database.rewind()?;
        let mut archive = Builder::new(out);
        let mtime = now.as_second().try_into().unwrap_or_default();
        let entry = |kind, mode, size| header(kind, mode, size, mtime);
        let directory = entry(EntryType::Directory, 0o700, 0);
        archive.append_data(&mut directory.clone(), format!("{ROOT}/"), io::empty())?;
        archive.append_data(&mut directory.clone(), format!("{ROOT}/{PENDING_DIR}/"), io::empty())?;
        let mut keys = entry(EntryType::Regular, 0o600, self.keys.len() as u64);
        archive.append_data(&mut keys, format!("{ROOT}/{KEYS_FILE}"), self.keys.as_slice())?;
        let mut whole = entry(EntryType::Regular, 0o600, size);
        archive.append_data(&mut whole, format!("{ROOT}/{DB_FILE}"), database.take(size))?;
        archive.into_inner()?.flush()
    }

    /// Whether the archive, read from its beginning, holds the two files as they are.
    fn is_packed(&self, packed: &mut File) -> io::Result<bool> {
        let mut database = &self.database;
        packed.rewind()?;
        database.rewind()?;
        let (mut keys, mut book) = (false, false);
        for entry in Archive::new(packed).entries()? {
            let entry = entry?;
            let path = entry.path()?.into_owned();
            if path == Path::new(ROOT).join(KEYS_FILE) {
                keys = same(entry, self.keys.as_slice())?;
            } else if path == Path::new(ROOT).join(DB_FILE) {
                book = same(entry, database)?;
            }
        }
        Ok(keys && book)
    }
}

/// Whether two readers give the same bytes.
fn same(one: impl Read, other: impl Read) -> io::Result<bool> {
    let (mut one, mut other) = (BufReader::with_capacity(PIECE, one), BufReader::with_capacity(PIECE, other));
    loop {
        let (mine, theirs) = (one.fill_buf()?, other.fill_buf()?);
        let length = mine.len().min(theirs.len());
        if length == 0 {
            return Ok(mine.is_empty() && theirs.is_empty());
        }
        if mine[..length] != theirs[..length] {
            return Ok(false);
        }
        one.consume(length);
        other.consume(length);
    }
}

fn header(kind: EntryType, mode: u32, size: u64, mtime: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(mtime);
    header
}

/// Takes a backup apart beside the place that the vault shall have, which must be free.
pub fn unpack(file: &Path, location: &Location) -> Result<Unpacked> {
    let (parent, name) = free_place(&location.dir)?;
    let archive = File::open(file).map_err(FsError::io("read", file))?;
    let size = archive.metadata().map_err(FsError::io("look at", file))?.len();
    let free = fsx::free_space(&parent)?;
    if free < size {
        return Err(VaultError::NoSpace { needed: size, free });
    }
    let staging = Scratch::make(&parent, ".bursar-restore-")?;
    let mut missing = BTreeSet::from([KEYS_FILE, DB_FILE]);
    let mut archive = Archive::new(archive);
    let broken = |reason: &str| VaultError::NotABackup { file: file.to_owned(), reason: reason.to_owned() };
    let unreadable = |_: &io::Error| broken("it is no whole archive of a vault");
    for entry in archive.entries().map_err(|error| unreadable(&error))? {
        let mut entry = entry.map_err(|error| unreadable(&error))?;
        let (path, kind) =
            (entry.path().map_err(|error| unreadable(&error))?.into_owned(), entry.header().entry_type());
        if kind == EntryType::Directory && (path == Path::new(ROOT) || path == Path::new(ROOT).join(PENDING_DIR)) {
            continue;
        }
        let wanted = missing.iter().copied().find(|name| path == Path::new(ROOT).join(name));
        let Some(name) = wanted.filter(|_| kind == EntryType::Regular) else {
            return Err(broken("it contains something that no backup has"));
        };
        missing.remove(name);
        let (size, cap) = (entry.size(), if name == KEYS_FILE { LARGEST } else { size });
        if size > cap {
            return Err(broken(&format!("{name} is too large in it")));
        }
        let target = staging.path().join(name);
        let mut out = create_file(&target)?;
        let copied = io::copy(&mut entry.by_ref().take(size), &mut out);
        // A full disk is not the archive's fault.
        let copied = copied.map_err(|error| match error.raw_os_error() {
            Some(_) => FsError::io("write", &target)(error).into(),
            None => unreadable(&error),
        })?;
        if copied != size {
            return Err(broken("it is cut short"));
        }
        out.sync_all().map_err(FsError::io("sync", &target))?;
    }
    if !missing.is_empty() {
        return Err(broken("it is no backup of a vault, or it is cut short"));
    }
    fsx::create_private_dir(&staging.path().join(PENDING_DIR))?;
    Ok(Unpacked { staging, place: parent.join(name), state_dir: location.state_dir.clone() })
}

impl Unpacked {
    /// Where the vault is until it has been proved.
    pub fn location(&self) -> Location {
        Location { dir: self.staging.path().to_owned(), state_dir: self.state_dir.clone() }
    }

    /// Puts the vault in its place. Its database must be closed.
    pub fn finish(self) -> Result<PathBuf> {
        fsx::sync_dir(self.staging.path())?;
        self.staging.keep_as(&self.place)?;
        fsx::sync_dir(fsx::parent(&self.place))?;
        Ok(self.place)
    }
}

fn create_file(path: &Path) -> Result<File> {
    let made = OpenOptions::new().write(true).create_new(true).closed().open(path);
    Ok(made.map_err(FsError::io("create", path))?)
}
