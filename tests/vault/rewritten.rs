//! Key files rewritten by somebody who holds a slot: newer, mixed, older. Built with age directly.

use std::io::{Read, Write};

use age::{armor::ArmoredReader, x25519};
use bursar::{
    secret::Secret,
    vault::{Factor, Locked, Right, Role, SlotSecret, Terms, VaultError, audit},
};
use serde_json::{Value, json};

use super::Place;

/// One change to a payload.
type Change<'a> = &'a dyn Fn(&mut Value);

/// A vault and its recovery code, for taking its key file apart.
struct Forge {
    place: Place,
    code: String,
}

impl Forge {
    fn new() -> Self {
        let place = Place::new();
        let code = place.create().recovery_code.unwrap().expose().clone();
        Self { place, code }
    }

    fn secret(&self) -> SlotSecret {
        SlotSecret::Identity(Secret::new(self.code.clone()))
    }

    fn unlock(&self) -> Result<bursar::vault::Unlocked, VaultError> {
        Locked::open(&self.place.location)?.unlock(&self.secret(), super::NOW)
    }

    fn identity(&self) -> x25519::Identity {
        self.code.parse().unwrap()
    }

    fn keys(&self) -> std::path::PathBuf {
        self.place.file("bursar.keys")
    }

    fn outer(&self) -> Value {
        serde_json::from_slice(&age::decrypt(&self.identity(), &std::fs::read(self.keys()).unwrap()).unwrap()).unwrap()
    }

    fn inner(&self) -> Value {
        let mut sealed = Vec::new();
        let outer = self.outer();
        ArmoredReader::new(outer["bank_sealed"].as_str().unwrap().as_bytes()).read_to_end(&mut sealed).unwrap();
        serde_json::from_slice(&age::decrypt(&self.identity(), &sealed).unwrap()).unwrap()
    }

    fn write(&self, outer: &Value) {
        let sealed = age::encrypt(&self.identity().to_public(), outer.to_string().as_bytes()).unwrap();
        std::fs::File::create(self.keys()).unwrap().write_all(&sealed).unwrap();
    }

    fn armored(&self, inner: &Value) -> Value {
        age::encrypt_and_armor(&self.identity().to_public(), inner.to_string().as_bytes()).unwrap().into()
    }

    /// Writes the next generation, which this device then has seen.
    fn change_and_see(&self) -> audit::Head {
        let (mut outer, mut inner) = (self.outer(), self.inner());
        inner["gen"] = 2.into();
        outer["gen"] = 2.into();
        outer["bank_sealed"] = self.armored(&inner);
        self.write(&outer);
        let newer = self.unlock().unwrap();
        let head = audit::genesis(newer.vault_id());
        newer.record(0, &head).unwrap();
        head
    }

    /// Rewrites the outer payload and says how the vault takes it.
    fn with(&self, change: impl FnOnce(&mut Value)) -> Result<bursar::vault::Unlocked, VaultError> {
        let before = std::fs::read(self.keys()).unwrap();
        let mut outer = self.outer();
        change(&mut outer);
        self.write(&outer);
        let outcome = self.unlock();
        std::fs::write(self.keys(), before).unwrap();
        outcome
    }
}

#[test]
fn an_unchanged_rewrite_opens_and_unknown_fields_do_not_disturb() {
    let forge = Forge::new();
    assert!(forge.with(|_| ()).is_ok());
    assert!(forge.with(|outer| outer["later"] = "field".into()).is_ok());
    assert!(forge.with(|outer| outer["policy"] = serde_json::json!({"later": 1})).is_ok());
    let unlocked = forge.with(|outer| outer["slots"][0]["kind"] = "two-factor".into()).unwrap();
    assert_eq!(unlocked.slots()[0].kind.as_str(), "two-factor");
}

#[test]
fn a_newer_version_is_told_and_nothing_is_written() {
    let forge = Forge::new();
    let listing = || {
        let entries = std::fs::read_dir(&forge.place.location.dir).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = (listing(), std::fs::read(forge.place.file("vault.db")).unwrap());
    let newer = forge.with(|outer| outer["v"] = 2.into());
    assert!(matches!(newer, Err(VaultError::TooNew { version: 2, supported: 1 })));
    let stranger = forge.with(|outer| *outer = serde_json::json!({"v": 7, "everything": "else"}));
    assert!(matches!(stranger, Err(VaultError::TooNew { version: 7, .. })));
    assert_eq!(before, (listing(), std::fs::read(forge.place.file("vault.db")).unwrap()));
}

#[test]
fn payloads_that_do_not_belong_together_are_damage() {
    let (forge, other) = (Forge::new(), Forge::new());
    let foreign = forge.armored(&other.inner());
    let changes: [(&str, Change<'_>); 9] = [
        ("generation", &|outer| outer["gen"] = 2.into()),
        ("vault id", &|outer| outer["vault_id"] = "00".repeat(16).into()),
        ("inner of another vault", &|outer| outer["bank_sealed"] = foreign.clone()),
        ("inner is no age file", &|outer| outer["bank_sealed"] = "hello".into()),
        ("no such ledger key", &|outer| outer["ledger"]["current"] = 2.into()),
        ("no such database key", &|outer| outer["db"]["key_id"] = 9.into()),
        ("short key", &|outer| outer["ledger"]["keys"]["1"] = "AAAA".into()),
        ("no slots", &|outer| outer["slots"] = Value::Array(Vec::new())),
        ("not the form", &|outer| *outer = serde_json::json!({"v": 1})),
    ];
    for (name, change) in changes {
        let outcome = forge.with(change);
        assert!(matches!(outcome, Err(VaultError::Damaged { file: "bursar.keys", .. })), "{name}: {outcome:?}");
    }
    let other_salt = forge.with(|outer| outer["db"]["salt_hex"] = "11".repeat(16).into()).unwrap();
    let refused = other_salt.connect(bursar::vault::Access::Read);
    assert!(matches!(refused, Err(VaultError::Damaged { file: "vault.db", .. })));
    forge.unlock().unwrap();
}

#[test]
fn a_slot_without_the_bank_reads_the_ledger_only() {
    let (forge, owner) = (Forge::new(), Forge::new());
    let sealed_to_the_owner_only = owner.armored(&forge.inner());
    let viewer = forge.with(|outer| outer["bank_sealed"] = sealed_to_the_owner_only).unwrap();
    assert!(!viewer.can_use_bank());
    viewer.connect(bursar::vault::Access::Read).unwrap();
    let token = Secret::new("token".to_owned());
    assert!(matches!(viewer.seal_token("item", "sandbox", &token), Err(VaultError::NoBankKey)));
    assert!(matches!(viewer.audit_start(), Err(VaultError::NoBankKey)));
}

#[test]
fn a_slot_whose_time_is_over_opens_nothing() {
    let forge = Forge::new();
    let later = forge.with(|outer| outer["slots"][1]["expires"] = "1970-01-01T00:00:01Z".into());
    assert!(later.is_ok());
    let over = forge.with(|outer| outer["slots"][1]["expires"] = "1970-01-01T00:00:00Z".into());
    assert!(matches!(over, Err(VaultError::Expired { .. })), "{over:?}");
}

#[test]
fn a_role_grants_what_its_caps_say() {
    let forge = Forge::new();
    for (caps, role, rights) in [
        (&["ledger", "bank", "admin"][..], Role::Owner, [true, true, true]),
        (&["ledger", "bank"], Role::Sync, [true, false, false]),
        (&["ledger"], Role::Viewer, [false, false, false]),
    ] {
        let vault = forge.with(|outer| outer["slots"][1]["caps"] = caps.into()).unwrap();
        assert_eq!(vault.role(), role);
        let granted = [Right::Sync, Right::Write, Right::Admin].map(|right| vault.require(right).is_ok());
        assert_eq!(granted, rights, "{caps:?}");
    }
}

#[test]
fn who_would_be_alone_waits_for_others_and_notices_new_keys() {
    let forge = Forge::new();
    let wait = std::time::Duration::from_millis(20);
    let (one, two) = (forge.unlock().unwrap(), forge.unlock().unwrap());
    assert!(matches!(one.alone(wait), Err(VaultError::Busy { file: "vault.lock", .. })));
    drop(two);
    drop(one.alone(wait).unwrap());
    forge.write(&forge.outer());
    assert!(matches!(one.alone(wait), Err(VaultError::KeysMoved)));
}

#[test]
fn keys_that_others_change_while_the_secret_is_tried_are_read_again() {
    let forge = Forge::new();
    let trying = Locked::open(&forge.place.location).unwrap();
    forge.change_and_see();
    assert_eq!(trying.unlock(&forge.secret(), super::NOW).unwrap().generation(), 2);
}

#[test]
fn a_change_that_no_reader_would_take_is_not_written() {
    const LARGEST: usize = 1 << 20;
    let forge = Forge::new();
    let outer = forge.outer();
    let fill = |length: usize| {
        let mut outer = outer.clone();
        let recipient = x25519::Identity::generate().to_public().to_string();
        outer["members"] = json!([{ "id": "0011223344556677", "name": "x".repeat(length), "redacted": false,
            "recipient": recipient, "created": "2026-01-01T00:00:00Z" }]);
        forge.write(&outer);
        std::fs::metadata(forge.keys()).unwrap().len().try_into().unwrap()
    };
    // The cipher adds to every 64 KiB of what it seals.
    let around: usize = fill(1000);
    fill(1000 + LARGEST - around - 400);
    let before = std::fs::read(forge.keys()).unwrap();
    let vault = forge.unlock().unwrap();
    let writer = vault.writer_lock(std::time::Duration::from_secs(5)).unwrap();
    let mut change = vault.change_keys(&writer).unwrap();
    let terms = Terms { label: None, role: Role::Owner, expires: None, now: super::NOW };
    change.add(&Factor::Recovery.make(&terms).unwrap()).unwrap();
    assert!(matches!(change.commit("keys.add", None, super::NOW), Err(VaultError::KeyFileFull)));
    assert_eq!(std::fs::read(forge.keys()).unwrap(), before);
    forge.unlock().unwrap();
}

#[test]
fn an_older_key_file_is_refused_until_it_is_accepted() {
    let forge = Forge::new();
    let old = std::fs::read(forge.keys()).unwrap();
    let head = forge.change_and_see();

    std::fs::write(forge.keys(), old).unwrap();
    let refused = forge.unlock();
    assert!(matches!(refused, Err(VaultError::RolledBack { what: "generation", pinned: 2, found: 1 })));
    let accepted =
        Locked::open(&forge.place.location).unwrap().unlock_even_if_older(&forge.secret(), super::NOW).unwrap();
    accepted.accept(0, &head).unwrap();
    forge.unlock().unwrap();
}
