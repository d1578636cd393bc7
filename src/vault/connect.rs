//! Opening `vault.db`: SQLCipher with a raw key, and the settings every connection gets.
//!
//! Invariant: the key reaches SQLCipher as bytes in a wiped buffer, never as SQL; and SQLCipher's own log is off
//! before anything else happens.

use std::{
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use zeroize::Zeroizing;

use super::{
    error::{Result, VaultError},
    material::{Hex, Key},
};
use crate::{fsx, sys};

/// The database's file name.
pub(super) const DB_FILE: &str = "vault.db";

/// Marks the file as bursar's (SQLite header, offset 68): `BRSR`.
pub const APPLICATION_ID: i32 = 0x4252_5352;

/// How long SQLite itself waits, for the short locks that `writer.lock` does not cover (checkpoints).
const BUSY: Duration = Duration::from_secs(10);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Looking only; the connection cannot write.
    Read,
    /// Writing too.
    Write,
}

/// Opens an existing database.
pub(super) fn open(dir: &Path, key: &Key, salt: Hex<16>, access: Access) -> Result<Connection> {
    let path = dir.join(DB_FILE);
    check_salt(&path, salt)?;
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let connection = keyed(&path, key, salt, flags)?;
    configure(&connection, access).map_err(said_plainly)?;
    Ok(connection)
}

/// Creates an empty database and closes it, so that its first page is on the disk.
pub(super) fn create(dir: &Path, key: &Key, salt: Hex<16>) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = keyed(&dir.join(DB_FILE), key, salt, flags)?;
    configure(&connection, Access::Write)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// A database file with its key and salt.
pub(super) struct Keyed {
    pub path: PathBuf,
    pub key: Key,
    pub salt: Hex<16>,
}

impl Keyed {
    fn open(&self) -> Result<Connection> {
        let connection = keyed(&self.path, &self.key, self.salt, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    }
}

/// Brings everything out of the write-ahead log into the database.
pub(super) fn settle_log(source: &Keyed) -> Result<()> {
    let connection = source.open()?;
    configure(&connection, Access::Write).map_err(said_plainly)?;
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
    connection.close().map_err(|(_, error)| error)?;
    if busy == 0 { Ok(()) } else { Err(VaultError::Busy { file: "vault.db-wal", waited_ms: BUSY.as_millis() }) }
}

/// Writes the database once more, under another key. `progress` is told bytes done and in all.
pub(super) fn export(
    source: &Keyed,
    target: &Keyed,
    mut progress: impl FnMut(u64, u64) + Send + 'static,
) -> Result<()> {
    const INSTRUCTIONS: i32 = 200_000;
    let mut connection = source.open()?;
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let (all, growing) = (length(&source.path), target.path.clone());
    let watch = move || {
        progress(length(&growing), all);
        false
    };
    connection.progress_handler(INSTRUCTIONS, Some(watch))?;
    let key = raw_key(&target.key, target.salt);
    let key = std::str::from_utf8(&key).map_err(|_| VaultError::Crypto("the raw key is not text"))?;
    connection.execute("ATTACH ?1 AS copy KEY ?2", (target.path.to_string_lossy(), key))?;
    // What is written here counts only once it has been synced and proved.
    connection.execute_batch("PRAGMA copy.synchronous = OFF; PRAGMA copy.secure_delete = ON")?;
    // Inside the function every failure has the same code: of reading, of writing, of space.
    let copied = connection.query_row("SELECT sqlcipher_export('copy')", (), |_| Ok(()));
    copied.map_err(|error| VaultError::Copy { reason: error.to_string() })?;
    for pragma in ["user_version", "application_id"] {
        let number: i64 = connection.query_row(&format!("PRAGMA main.{pragma}"), (), |row| row.get(0))?;
        connection.pragma_update(Some("copy"), pragma, number)?;
    }
    connection.execute_batch("DETACH copy")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Opens a copy that nobody else knows of, for changing it.
pub(super) fn open_draft(copy: &Keyed) -> Result<Connection> {
    let connection = copy.open()?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")?;
    Ok(connection)
}

/// Opens a copy that nobody else knows of, for reading.
pub(super) fn open_copy(copy: &Keyed) -> Result<Connection> {
    let connection = keyed(&copy.path, &copy.key, copy.salt, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    configure(&connection, Access::Read).map_err(said_plainly)?;
    Ok(connection)
}

fn keyed(path: &Path, key: &Key, salt: Hex<16>, flags: OpenFlags) -> Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    sys::key_database(&connection, &raw_key(key, salt))?;
    Ok(connection)
}

/// SQLCipher's spelling of a raw key with its salt: `x'<64 hex digits><32 hex digits>'`.
fn raw_key(key: &Key, salt: Hex<16>) -> Zeroizing<Vec<u8>> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Zeroizing::new(Vec::with_capacity(99));
    text.extend_from_slice(b"x'");
    for byte in key.expose().iter().chain(&salt.0) {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text.push(b'\'');
    text
}

fn configure(connection: &Connection, access: Access) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    if access == Access::Write {
        // Answers with the mode it chose, hence not `pragma_update`.
        connection.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))?;
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    if access == Access::Write {
        connection.query_row("PRAGMA secure_delete = ON", (), |_| Ok(()))?;
    }
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "cell_size_check", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    // The first page is read here, so that a wrong key shows now and not in the middle of something.
    connection.query_row("PRAGMA user_version", (), |_| Ok(()))
}

/// The key came out of an authenticated file, so "not a database" means the database is at fault.
fn said_plainly(error: rusqlite::Error) -> VaultError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            VaultError::damaged(DB_FILE, "its first page does not decrypt")
        }
        _ => error.into(),
    }
}

/// The file's first 16 bytes are the salt, which SQLCipher does not check when it is told the salt.
fn check_salt(path: &Path, salt: Hex<16>) -> Result<()> {
    let mut found = [0; 16];
    let mut file = match fsx::open_private(path) {
        Err(error) if error.is_missing() => return Err(VaultError::damaged(DB_FILE, "it is missing")),
        outcome => outcome?,
    };
    file.read_exact(&mut found).map_err(|_| VaultError::damaged(DB_FILE, "it is cut short"))?;
    if found == salt.0 { Ok(()) } else { Err(VaultError::damaged(DB_FILE, "its salt is not the key file's")) }
}
