//! The fuzz targets on stable, without libFuzzer: every seed of `fuzz/corpus`, and drawn mutations of each.
//!
//! Invariant: the draws are the same on every machine; what fails is printed as it was put in.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use bursar::fuzz::{self, Secrets};

/// The public secrets of the fixture that the corpora of key files grew from.
const SECRETS: Secrets<'_> =
    Secrets { passphrase: "fixture-passphrase-of-format-1", identity: include_str!("fixtures/vaults/v1/recovery.txt") };

/// Words that a byte at a time would not find.
const WORDS: [&[u8]; 14] = [
    b"\r\n\r\n",
    b"\n--- ",
    b"\n-> ",
    b"..",
    b"\"",
    b"{",
    b"]",
    b"e999",
    b"-",
    b"null",
    b"\xff\xfe",
    b"\x1b[31m",
    b":",
    b"99999999999",
];

/// SplitMix64: numbers enough like drawn ones, and always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// One to four changes: a bit, a word, a cut, a piece twice, a piece of another seed.
    fn mutate(&mut self, seed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let (at, end) = (self.below(bytes.len() + 1), self.below(bytes.len() + 1));
            let (from, to) = (at.min(end), at.max(end).min(at.min(end) + 64));
            match self.below(6) {
                0 if from < bytes.len() => bytes[from] ^= 1 << self.below(8),
                1 if from < bytes.len() => bytes[from] = u8::try_from(self.below(256)).unwrap(),
                2 => drop(bytes.splice(from..from, WORDS[self.below(WORDS.len())].iter().copied())),
                3 => drop(bytes.drain(from..to)),
                4 => {
                    let piece = bytes[from..to].to_vec();
                    bytes.splice(from..from, piece);
                }
                _ => {
                    let start = self.below(other.len() + 1);
                    let piece = &other[start..other.len().min(start + 64)];
                    bytes.splice(from..to, piece.iter().copied());
                }
            }
        }
        bytes
    }
}

/// Puts in every seed and so many mutations of all together; both answers must occur among the seeds. `BURSAR_FUZZ_TIMES` makes it
/// as many times more.
fn smoke(target: &str, mutations: usize, enter: impl Fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let held = |bytes: &[u8]| {
        catch_unwind(AssertUnwindSafe(|| enter(bytes)))
            .unwrap_or_else(|_| panic!("{target} does not hold for b\"{}\"", bytes.escape_ascii()))
    };
    let accepted = seeds.iter().filter(|seed| held(seed)).count();
    assert!(accepted > 0 && accepted < seeds.len(), "{target}: {accepted} of {} seeds were accepted", seeds.len());
    let mut draw = Draw(20);
    let times = std::env::var("BURSAR_FUZZ_TIMES").map_or(1, |times| times.parse().unwrap());
    for turn in 0..mutations * times {
        let other = draw.below(seeds.len());
        held(&draw.mutate(&seeds[turn % seeds.len()], &seeds[other]));
    }
}

#[test]
fn a_key_file_from_anybody_is_opened_or_refused() {
    smoke("key_header", 4000, |bytes| fuzz::key_header(bytes, &SECRETS));
}

#[test]
fn a_payload_is_read_as_it_is_written_or_refused() {
    smoke("key_payload", 4000, |bytes| fuzz::key_payload(bytes, &SECRETS));
}

#[test]
fn a_request_passes_with_host_path_and_origin_only() {
    smoke("http_guard", 20_000, fuzz::http_guard);
}

#[test]
fn an_edited_audit_log_is_found_out_at_the_first_edit() {
    smoke("audit_verify", 4000, fuzz::audit_verify);
}

#[test]
fn no_row_of_a_page_is_lost() {
    smoke("plaid_page", 10_000, fuzz::plaid_page);
}

#[test]
fn no_account_of_a_simplefin_server_is_lost() {
    smoke("simplefin_accounts", 10_000, fuzz::simplefin_accounts);
}

#[test]
fn a_query_reads_as_it_is_written() {
    smoke("query", 20_000, fuzz::query);
}

#[test]
fn a_period_reads_as_it_is_written() {
    smoke("period", 20_000, fuzz::period);
}
