//! The search for readable bytes: SQLite's magic, known texts, long printable runs.
//!
//! Invariant: memory does not grow with the file; a finding is a place, never the bytes.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use schemars::JsonSchema;
use serde::Serialize;

/// In random bytes a run of 32 printable ones happens once in 10^13 bytes.
const LONG_RUN: u64 = 32;

const CHUNK: usize = 1 << 18;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The header of an unencrypted SQLite database.
    SqliteMagic,
    /// A text that was known to be in the ledger.
    KnownText,
    /// A long run of printable characters.
    PrintableRun,
}

/// Where something readable lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Its offset in the file.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
}

/// One search.
pub(super) struct Scan {
    needles: Vec<(FindingKind, Vec<u8>)>,
}

impl Scan {
    /// Looks for SQLite's magic, printable runs, and the given texts (those of three bytes or more).
    pub(super) fn new(markers: &[&str]) -> Self {
        let known = markers.iter().filter(|text| text.len() > 2);
        let known = known.map(|text| (FindingKind::KnownText, text.as_bytes().to_vec()));
        let magic = (FindingKind::SqliteMagic, b"SQLite format 3\0".to_vec());
        Self { needles: std::iter::once(magic).chain(known).collect() }
    }

    /// Searches a file from an offset on, in pieces that overlap by the longest text sought.
    pub(super) fn file(&self, mut file: File, from: u64) -> io::Result<Vec<Finding>> {
        file.seek(SeekFrom::Start(from))?;
        let overlap = self.needles.iter().map(|(_, needle)| needle.len() - 1).max().unwrap_or(0);
        let mut findings = Vec::new();
        let mut run = Run { begin: from, length: 0 };
        let mut window = Vec::with_capacity(CHUNK + overlap);
        let mut start = from;
        loop {
            let kept = window.len();
            file.by_ref().take(CHUNK as u64).read_to_end(&mut window)?;
            let at_end = window.len() == kept;
            for (at, byte) in window.iter().enumerate().skip(kept) {
                findings.extend(run.step(start + at as u64, *byte));
            }
            if at_end {
                findings.extend(run.close());
                findings.sort_by_key(|finding| finding.offset);
                return Ok(findings);
            }
            self.search(&window, kept, start, &mut findings);
            let drop = window.len().saturating_sub(overlap);
            window.drain(..drop);
            start += drop as u64;
        }
    }

    /// Finds the needles that end among the bytes new in this window.
    fn search(&self, window: &[u8], kept: usize, start: u64, findings: &mut Vec<Finding>) {
        for (kind, needle) in &self.needles {
            let hits = window
                .windows(needle.len())
                .enumerate()
                .filter(|(at, here)| at + needle.len() > kept && here == needle);
            findings.extend(hits.map(|(at, _)| Finding {
                kind: *kind,
                offset: start + at as u64,
                length: needle.len() as u64,
            }));
        }
    }
}

/// The printable run that ends at the current byte.
struct Run {
    begin: u64,
    length: u64,
}

impl Run {
    fn step(&mut self, offset: u64, byte: u8) -> Option<Finding> {
        if matches!(byte, b' '..=b'~' | b'\n' | b'\t') {
            if self.length == 0 {
                self.begin = offset;
            }
            self.length += 1;
            return None;
        }
        self.close()
    }

    fn close(&mut self) -> Option<Finding> {
        let length = std::mem::take(&mut self.length);
        (length >= LONG_RUN).then_some(Finding { kind: FindingKind::PrintableRun, offset: self.begin, length })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn found(bytes: &[u8], markers: &[&str]) -> Vec<(FindingKind, u64, u64)> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let findings = Scan::new(markers).file(file, 0).unwrap();
        findings.into_iter().map(|finding| (finding.kind, finding.offset, finding.length)).collect()
    }

    #[test]
    fn finds_what_is_readable_wherever_pieces_meet() {
        let mut bytes = vec![0x80; 2 * CHUNK + 100];
        bytes[CHUNK - 5..CHUNK + 3].copy_from_slice(b"Groceryx");
        bytes[2 * CHUNK - 20..2 * CHUNK + 20].fill(b'a');
        bytes[..16].copy_from_slice(b"SQLite format 3\0");
        let (run, chunk) = (2 * CHUNK as u64 - 20, CHUNK as u64);
        assert_eq!(
            found(&bytes, &["Grocery", "no"]),
            [
                (FindingKind::SqliteMagic, 0, 16),
                (FindingKind::KnownText, chunk - 5, 7),
                (FindingKind::PrintableRun, run, 40),
            ]
        );
        assert!(found(&vec![0x80; CHUNK], &["Grocery"]).is_empty());
        assert!(found(b"", &[]).is_empty());
    }
}
