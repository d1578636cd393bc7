//! Single bits, flipped: in the key file every one, in the database all over page 1 and at drawn places, in its log.
//! None may go unnoticed, and each gets an exit code that says what it is.

use std::{sync::Arc, time::Duration};

use bursar::{
    domain::dates::Timestamp,
    error::Error,
    store::{Event, Store},
    vault::{Access, Location, Locked, Unlocked, VaultError},
};
use sha2::{Digest as _, Sha256};

use super::{NOW, Place, identity, passphrase};

const PAGE: usize = 4096;
/// Places drawn in the rest of the database, and in its log.
const DRAWN: usize = 4096;
const DRAWN_OF_LOG: usize = 400;
const PATIENCE: Duration = Duration::from_secs(1);

/// The n-th of the bits drawn from so many; the same in every run.
fn draw(n: usize, bits: usize) -> usize {
    let drawn: [u8; 32] = Sha256::digest(n.to_le_bytes()).into();
    usize::from_le_bytes(*drawn.first_chunk().unwrap()) % bits
}

fn says_so(error: VaultError) -> bool {
    matches!(Error::from(error).kind.exit_code(), 4 | 10)
}

#[test]
fn every_bit_of_the_key_file() {
    let place = Place::new();
    let code = identity(place.create().recovery_code.unwrap().expose());
    let keys = place.file("bursar.keys");
    let whole = std::fs::read(&keys).unwrap();
    let words = passphrase(super::PASSPHRASE);
    for bit in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&keys, &changed).unwrap();
        let locked = Locked::open(&place.location).unwrap();
        for secret in [&code, &words] {
            let refused = locked.unlock(secret, NOW).map(drop);
            assert!(refused.is_err_and(says_so), "bit {bit} changed, opened by {secret:?}");
        }
    }
    std::fs::write(&keys, &whole).unwrap();
    assert!(Locked::open(&place.location).unwrap().unlock(&words, NOW).is_ok());
}

/// A vault with a book of some entries.
fn written(place: &Place) -> Arc<Unlocked> {
    let vault = Arc::new(place.create().unlocked);
    let mut book = Store::open(&vault, Access::Write, PATIENCE).unwrap();
    enter(&mut book, 20);
    vault
}

fn enter(book: &mut Store, times: usize) {
    for _ in 0..times {
        let event = Event { at: Timestamp::UNIX_EPOCH, action: "test".to_owned(), resource: None };
        book.write(&event, |tx| tx.set_environment("sandbox")).unwrap();
    }
}

/// Whether somebody who opens the database and checks its pages hears of damage.
fn is_heard(vault: &Unlocked) -> bool {
    let heard = |db: rusqlite::Connection| {
        let mut check = db.prepare("PRAGMA cipher_integrity_check")?;
        check.exists([])
    };
    match vault.connect(Access::Read) {
        Err(error) => says_so(error),
        Ok(db) => heard(db).unwrap_or(true),
    }
}

#[test]
fn page_one_and_drawn_bits_of_the_database() {
    let place = Place::new();
    let vault = written(&place);
    let db = place.file("vault.db");
    let whole = std::fs::read(&db).unwrap();
    assert!(whole.len() > 10 * PAGE && !is_heard(&vault));
    let first = (0..PAGE).map(|at| at * 8 + at % 8);
    let drawn = (0..DRAWN).map(|n| draw(n, whole.len() * 8));
    for bit in first.chain(drawn) {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&db, &changed).unwrap();
        assert!(is_heard(&vault), "bit {bit} changed in silence");
    }
    std::fs::write(&db, &whole).unwrap();
    assert!(!is_heard(&vault));
}

#[test]
fn drawn_bits_of_the_write_ahead_log() {
    let place = Place::new();
    let vault = written(&place);
    let mut book = Store::open(&vault, Access::Write, PATIENCE).unwrap();
    enter(&mut book, 5);
    let epoch = book.epoch().unwrap();
    let (db, log) = (place.file("vault.db"), place.file("vault.db-wal"));
    let (whole, logged) = (std::fs::read(&db).unwrap(), std::fs::read(&log).unwrap());
    assert!(logged.len() > 5 * PAGE, "the log has the last changes");
    let keys = std::fs::read(place.file("bursar.keys")).unwrap();
    drop(book);
    let mut noticed = 0;
    for number in 0..DRAWN_OF_LOG {
        let bit = draw(number, logged.len() * 8);
        let mut changed = logged.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let dir = place.root.path().join(format!("copy-{number}"));
        let elsewhere =
            Place { location: Location { dir, ..place.location.clone() }, root: tempfile::tempdir().unwrap() };
        std::fs::create_dir(&elsewhere.location.dir).unwrap();
        crate::env::mode(&elsewhere.location.dir, 0o700);
        for (name, bytes) in [("bursar.keys", &keys), ("vault.db", &whole), ("vault.db-wal", &changed)] {
            std::fs::write(elsewhere.file(name), bytes).unwrap();
            crate::env::mode(&elsewhere.file(name), 0o600);
        }
        let vault = Arc::new(elsewhere.unlock().unwrap());
        match Store::open(&vault, Access::Write, PATIENCE) {
            Err(error) => {
                assert_eq!(Error::from(error).kind.exit_code(), 10, "bit {bit}");
                noticed += 1;
            }
            // A bit in what later frames wrote over, or that no checksum covers and nobody reads: the book is as it was.
            Ok(book) => {
                let whole = book.check().unwrap().iter().all(|check| check.ok);
                assert!(whole && book.epoch().unwrap() == epoch, "bit {bit} changed in silence");
            }
        }
        std::fs::remove_dir_all(&elsewhere.location.dir).unwrap();
    }
    assert!(noticed > DRAWN_OF_LOG / 2, "only {noticed} were noticed");
}
