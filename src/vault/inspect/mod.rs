//! What a stranger with the files would see: sizes, slots, cipher, and a search for anything readable.
//!
//! Invariant: a report holds no content of any file, only where something readable was found.

mod scan;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use self::scan::Scan;
pub use self::scan::{Finding, FindingKind};
use super::{
    Access, KdfParams, Location, Unlocked,
    error::Result,
    keyset::{KEYS_FILE, LARGEST},
    locked::resolve,
    pending::PENDING_DIR,
    slots::SlotKind,
    stanza::{MARKER, Marker, TWO_FACTOR},
    unlocked::SAFETY_COPY,
    wrapped::WRAPPED,
};
use crate::fsx::{self, FsError};

/// The whole report.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inspection {
    /// The vault's directory.
    pub dir: PathBuf,
    /// Every file in it.
    pub files: Vec<FileReport>,
    /// The slots as the key file's header shows them to anybody.
    pub header_slots: Vec<HeaderSlot>,
    /// What only an open vault knows.
    pub inside: Option<Inside>,
    /// Whether nothing readable was found where nothing may be.
    pub nothing_readable: bool,
}

/// One file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FileReport {
    /// Name relative to the vault.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Permission bits in octal.
    pub mode: String,
    /// What kind of content the format puts there.
    pub content: &'static str,
    /// Bytes at the start that are readable by design (the key file's header).
    pub readable_header: u64,
    /// What was found readable beyond that.
    pub findings: Vec<Finding>,
}

/// A slot as seen from outside.
#[derive(Debug, Serialize, JsonSchema, PartialEq, Eq)]
pub struct HeaderSlot {
    /// `passphrase`, or the age stanza's type.
    pub kind: String,
    /// Cost of a guess, for a passphrase.
    pub kdf: Option<KdfParams>,
}

/// What the open vault adds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inside {
    /// The vault's id.
    pub vault_id: String,
    /// Version of the key file.
    pub format: u32,
    /// Generation of the key file.
    pub generation: u64,
    /// Kinds and labels of all slots.
    pub slots: Vec<InsideSlot>,
    /// SQLCipher's version and settings, as it reports them.
    pub cipher: Vec<String>,
}

/// A slot as the open vault knows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InsideSlot {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its label.
    pub label: String,
    /// Whether it reaches the banks.
    pub bank: bool,
}

/// Looks at every file of a vault. `markers` are texts known to be in the ledger, which must not be found.
pub fn inspect(location: &Location, unlocked: Option<&Unlocked>, markers: &[&str]) -> Result<Inspection> {
    let dir = resolve(location)?.dir;
    let header = fsx::read_private(&dir.join(KEYS_FILE), LARGEST)?;
    let header = &header[..header_length(&header)];
    let mut files = Vec::new();
    for name in names(&dir)? {
        let readable = if name == KEYS_FILE { header.len() as u64 } else { 0 };
        files.push(look(&dir, name, readable, markers)?);
    }
    let nothing_readable = files.iter().all(|file| file.findings.is_empty());
    let inside = unlocked.map(inside).transpose()?;
    Ok(Inspection { files, header_slots: header_slots(header), inside, nothing_readable, dir })
}

fn inside(vault: &Unlocked) -> Result<Inside> {
    let connection = vault.connect(Access::Read)?;
    let mut cipher = Vec::new();
    for pragma in ["PRAGMA cipher_version", "PRAGMA cipher_provider_version", "PRAGMA cipher_settings"] {
        let mut rows = connection.prepare(pragma)?;
        for row in rows.query_map((), |row| row.get::<_, String>(0))? {
            cipher.push(row?);
        }
    }
    let slots = vault.slots().iter().map(|slot| InsideSlot {
        id: slot.id.to_string(),
        kind: slot.kind.as_str().to_owned(),
        label: slot.label.clone(),
        bank: slot.may(super::Cap::Bank),
    });
    Ok(Inside {
        vault_id: vault.vault_id().to_string(),
        format: vault.format(),
        generation: vault.generation(),
        slots: slots.collect(),
        cipher,
    })
}

fn look(dir: &Path, name: String, readable_header: u64, markers: &[&str]) -> Result<FileReport> {
    let path = dir.join(&name);
    let found = std::fs::symlink_metadata(&path).map_err(FsError::io("look at", &path))?;
    let file = fsx::open_private(&path)?;
    let findings = Scan::new(markers).file(file, readable_header).map_err(FsError::io("read", &path))?;
    let mode = fsx::mode(&found);
    let content = content_of(&name);
    Ok(FileReport { name, bytes: found.len(), mode: format!("{mode:04o}"), content, readable_header, findings })
}

/// The names of all files in the vault, sorted; `pending/` included.
fn names(dir: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (sub, prefix) in [(dir.to_owned(), ""), (dir.join(PENDING_DIR), "pending/")] {
        let Ok(entries) = std::fs::read_dir(&sub) else { continue };
        for entry in entries {
            let entry = entry.map_err(FsError::io("list", &sub))?;
            let kind = entry.file_type().map_err(FsError::io("look at", &entry.path()))?;
            if !kind.is_dir() {
                names.push(format!("{prefix}{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    names.sort();
    Ok(names)
}

fn content_of(name: &str) -> &'static str {
    match name {
        KEYS_FILE => "age file: readable header, encrypted keys",
        "vault.db" | "vault.db-wal" => "SQLCipher pages, encrypted and authenticated",
        "vault.db.new" | "vault.db.new-journal" => "SQLCipher pages, copied under a new key",
        SAFETY_COPY => "SQLCipher pages, from before a migration",
        "vault.db-shm" => "page numbers of the write-ahead log, no content",
        "vault.lock" | "writer.lock" => "empty, only locked",
        _ if name.starts_with("pending/") => "age file on its way into the database",
        _ => "not part of the format",
    }
}

/// Length of an age header: up to and with the line of its MAC.
pub(super) fn header_length(file: &[u8]) -> usize {
    let mac = file.windows(5).position(|window| window == b"\n--- ").map_or(0, |at| at + 5);
    file[mac..].iter().position(|byte| *byte == b'\n').map_or(mac, |end| mac + end + 1)
}

/// The slots that a header shows.
pub(super) fn header_slots(header: &[u8]) -> Vec<HeaderSlot> {
    let text = String::from_utf8_lossy(header);
    let mut slots = Vec::new();
    let mut after_marker = false;
    for line in text.lines().filter_map(|line| line.strip_prefix("-> ")) {
        let words: Vec<&str> = line.split(' ').collect();
        // A marker stands for its slot; the stanza after it belongs to it.
        let marked = matches!(words[0], MARKER | TWO_FACTOR | WRAPPED);
        if marked || (!after_marker && !words[0].ends_with("-grease")) {
            let kind = match words[0] {
                MARKER => SlotKind::Passphrase.as_str(),
                TWO_FACTOR => SlotKind::TwoFactor.as_str(),
                tag => tag,
            };
            let kdf = Marker::parse(words[0], &words[1..], b"").map(|marker| marker.params);
            slots.push(HeaderSlot { kind: kind.to_owned(), kdf });
        }
        after_marker = marked;
    }
    slots
}
