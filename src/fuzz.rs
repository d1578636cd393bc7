//! What must hold for any bytes at all: one function a fuzz target, the same for `cargo fuzz` and for tests/fuzz.rs.
//!
//! Only under the feature `fuzzing`. Each function takes the bytes in through the doors that a room opens for it, asserts
//! what must hold of every input, and tells whether the input was accepted, so that a corpus can be shown to reach both
//! sides. Invariant: nothing of the product calls anything here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    domain::{
        accounts::KnownCurrencies,
        dates::{Date, Period, Timestamp, duration, parse_bound, parse_day},
        money::Currency,
        query::Query,
        sync::RowKind,
        syntax::SyntaxError,
    },
    error::{Error, Kind},
    loopback::fuzz::{AUTHORITY, Visit, visit},
    plaid,
    simplefin::{self, wire::AccountSet},
    store::audit_tampered,
    vault::{VaultError, fuzz as vault},
};
pub use crate::{loopback::fuzz::PATH, vault::fuzz::Secrets};

/// The day that periods are read on.
const TODAY: Date = Date::constant(2026, 3, 20);

/// A key file from anybody: shown to a stranger, opened by its passphrase and by its identity. A refusal is exit 4, 10 or 12.
///
/// # Panics
/// When something does not hold.
pub fn key_header(file: &[u8], secrets: &Secrets<'_>) -> bool {
    assert!(vault::slots_shown(file).len() <= file.len());
    let by_passphrase = vault::open_by_passphrase(file, secrets).is_some_and(opened);
    let by_identity = opened(vault::open_by_identity(file, secrets));
    by_passphrase || by_identity
}

fn opened(outcome: Result<(), VaultError>) -> bool {
    outcome.map_err(refused).is_ok()
}

/// What is said of a refused key file is one of the things there are to say: wrong secret, damaged, too new.
fn refused(error: VaultError) {
    let error = Error::from(error);
    assert!(matches!(error.kind, Kind::Auth | Kind::Integrity | Kind::TooNew), "{error:?}");
}

/// What a key file holds once it is open: what is read is written and read again as the same.
///
/// # Panics
/// When something does not hold.
pub fn key_payload(plain: &[u8], secrets: &Secrets<'_>) -> bool {
    match vault::payload(plain, secrets) {
        Ok(written) => {
            let again = vault::payload(&written, secrets).map_err(refused);
            assert!(again.is_ok_and(|again| *again == *written), "read, written and read again it is another");
            true
        }
        Err(error) => {
            refused(error);
            false
        }
    }
}

/// One request to the loopback listener. Whatever passes named the one host and the secret path, and a post our origin too;
/// in how many pieces a request arrives makes no difference.
///
/// # Panics
/// When something does not hold.
pub fn http_guard(request: &[u8]) -> bool {
    let (at_once, _) = visit(request, usize::MAX);
    for size in [1, 7] {
        let (in_pieces, read) = visit(request, size);
        assert!(read <= 32 * 1024, "{read} bytes were read");
        assert_eq!(in_pieces, at_once, "in pieces of {size}");
    }
    let names = |text: &str| request.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
    match at_once {
        Visit::Refused(status) => {
            assert!(matches!(status, 0 | 400..=431), "{status}");
            return false;
        }
        Visit::Page => assert!(request.starts_with(b"GET ") || names("\nGET ")),
        Visit::Taken(length) => {
            assert!(length <= 8 * 1024 && names("public-sandbox-") | names("\"exit\""));
            assert!(names("origin:") && names(&format!("http://{AUTHORITY}")));
        }
    }
    assert!(names(PATH) && names("host:") && names(AUTHORITY));
    true
}

/// An audit log after edits: what following the chain finds is what comparing the rows finds.
///
/// # Panics
/// When something does not hold.
pub fn audit_verify(edits: &[u8]) -> bool {
    let Ok(log) = audit_tampered(edits) else { return false };
    let verdict = match log.verdict {
        Ok(verdict) => verdict,
        Err(error) => {
            assert!(log.state_changed, "the log cannot be followed: {error}");
            return false;
        }
    };
    if log.first_changed.is_some() {
        assert_eq!(verdict.first_bad, log.first_changed, "{verdict:?}");
    }
    assert_eq!(verdict.first_bad.is_some(), log.first_changed.is_some() || log.state_changed, "{verdict:?}");
    assert!(!verdict.ok || verdict.first_bad.is_none());
    verdict.first_bad.is_none()
}

/// A page of `/transactions/sync`: no row is lost, each is kept or refused by name, and a sentence about one is one line.
///
/// # Panics
/// When something does not hold.
pub fn plaid_page(json: &[u8]) -> bool {
    let Ok(delta) = plaid::page(json, &KnownCurrencies::new()) else { return false };
    // The judge reads numbers as binary, and so gives up on a few that the client reads.
    if let Ok(page) = serde_json::from_slice::<Value>(json) {
        let rows = |name: &str| page.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        let all = rows("accounts") + rows("added") + rows("modified");
        assert_eq!(delta.accounts.len() + delta.added.len() + delta.modified.len() + delta.refused.len(), all);
        assert_eq!(delta.removed.len(), rows("removed"));
    }
    for refusal in &delta.refused {
        let sentence = refusal.to_string();
        assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
    }
    delta.refused.is_empty()
}

/// An answer of a SimpleFIN server: no account and no row of one that is kept gets lost, each is kept or refused by name; amounts
/// are in their account's currency, and what the server says is one line without anything like a password.
///
/// # Panics
/// When something does not hold.
pub fn simplefin_accounts(json: &[u8]) -> bool {
    let Ok(set) = serde_json::from_slice::<AccountSet>(json) else { return false };
    let listed = set.accounts.len();
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for account in &set.accounts {
        let ids: BTreeSet<&str> = account.transactions.iter().map(|row| row.id.as_str()).collect();
        rows.entry(account.id.clone()).or_insert(ids.len());
    }
    let batch = simplefin::batch(set, &|_| None, Timestamp::UNIX_EPOCH);
    let refused = |kind: RowKind| batch.refused.iter().filter(|refusal| refusal.kind == kind).count();
    assert_eq!(batch.accounts.len() + refused(RowKind::Account), listed, "an account is lost");
    let kept: BTreeMap<&str, Currency> =
        batch.accounts.iter().map(|account| (account.id.as_str(), account.currency)).collect();
    assert_eq!(kept.len(), batch.accounts.len(), "two accounts have one id");
    let expected: usize = rows.iter().filter(|(id, _)| kept.contains_key(id.as_str())).map(|(_, count)| count).sum();
    assert_eq!(batch.transactions.len() + refused(RowKind::Transaction), expected, "a row is lost");
    for row in &batch.transactions {
        assert_eq!(kept.get(row.account.as_str()), Some(&row.amount.currency));
    }
    for sentence in batch.said.iter().map(|one| &one.sentence).chain(&batch.banks) {
        assert!(!sentence.is_empty() && !sentence.chars().any(char::is_control), "{sentence:?}");
        assert!(!sentence.split(' ').any(|word| word.contains("://") && word.contains('@')), "{sentence:?}");
    }
    for refusal in &batch.refused {
        assert!(!refusal.to_string().chars().any(char::is_control), "{refusal}");
    }
    batch.refused.is_empty()
}

/// A query as it is typed: what is read is written as a line that reads the same; what is not, is pointed at.
///
/// # Panics
/// When something does not hold.
pub fn query(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    match Query::parse(line, TODAY) {
        Ok(query) => {
            let written = query.to_string();
            assert_eq!(Query::parse(&written, TODAY), Ok(query), "written as {written:?}");
            true
        }
        Err(error) => pointed_at(&error),
    }
}

/// A period, a day, a bound or a length of time as it is typed.
///
/// # Panics
/// When something does not hold.
pub fn period(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let _ = (parse_day(text, TODAY).map_err(|error| pointed_at(&error)), duration(text));
    let _ = parse_bound(text, TODAY).map_err(|error| pointed_at(&error));
    match Period::parse(text, TODAY) {
        Ok(period) => {
            let written = period.to_string();
            assert!(!period.is_empty(), "{text:?} has no days");
            assert_eq!(Period::parse(&written, TODAY), Ok(period), "written as {written:?}");
            true
        }
        Err(error) => pointed_at(&error),
    }
}

/// An error lies within its word or just behind it, and can be shown.
fn pointed_at(error: &SyntaxError) -> bool {
    let length = error.word.chars().count();
    assert!(error.column >= 1 && error.column + error.length <= length + 1, "{error:?}");
    assert!(!error.to_string().is_empty() && error.caret().lines().count() == 2, "{error:?}");
    false
}
