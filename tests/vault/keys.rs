//! `bursar.keys`: every way in works, every cut is an error (`bits` has the flipped bits), nothing panics.

use bursar::vault::{Locked, VaultError};

use proptest::prelude::*;

use super::{NOW, Place, identity, passphrase};

#[test]
fn each_slot_opens_alone_and_reaches_the_banks() {
    let place = Place::new();
    let created = place.create();
    let code = created.recovery_code.as_ref().unwrap().expose().clone();
    assert!(code.starts_with("AGE-SECRET-KEY-1") && code.len() == 74);
    let id = created.unlocked.vault_id();
    drop(created);

    let locked = Locked::open(&place.location).unwrap();
    for (secret, kind) in [
        (passphrase(super::PASSPHRASE), "passphrase"),
        (identity(&code), "recovery"),
        (identity(&format!("# kept in a drawer\n{}\n", code.to_lowercase())), "recovery"),
    ] {
        let unlocked = locked.unlock(&secret, NOW).unwrap();
        assert_eq!(unlocked.vault_id(), id);
        assert_eq!(unlocked.slot().kind.as_str(), kind);
        assert!(unlocked.can_use_bank());
        assert!(unlocked.audit_start().is_ok());
        assert_eq!(unlocked.slots().len(), 2);
    }
}

#[test]
fn a_wrong_secret_is_told_apart_from_text_that_is_none_and_is_counted() {
    let place = Place::new();
    drop(place.create());
    let other = Place::new().create().recovery_code.unwrap().expose().clone();
    let locked = Locked::open(&place.location).unwrap();
    let wrong = locked.unlock(&passphrase("mist and anchors, ten of them"), NOW).unwrap_err();
    assert!(matches!(wrong, VaultError::WrongSecret { secret: "passphrase" }));
    assert!(matches!(locked.unlock(&identity(&other), NOW), Err(VaultError::WrongSecret { secret: "identity" })));
    for nonsense in ["", "hello", "AGE-SECRET-KEY-1QQQ", "age1qqqqqqq"] {
        assert!(matches!(locked.unlock(&identity(nonsense), NOW), Err(VaultError::NotAnIdentity { .. })), "{nonsense}");
    }
    assert_eq!(locked.failed_unlocks(), 2);
    let unlocked = locked.unlock(&passphrase(super::PASSPHRASE), NOW).unwrap();
    assert_eq!(unlocked.failed_unlocks(), 2);
    unlocked.clear_failed_unlocks().unwrap();
    assert_eq!(locked.failed_unlocks(), 0);
}

#[test]
fn every_truncation_and_every_addition_is_an_error() {
    let place = Place::new();
    let code = identity(place.create().recovery_code.unwrap().expose());
    let keys = place.file("bursar.keys");
    let whole = std::fs::read(&keys).unwrap();
    let opens = |bytes: &[u8]| {
        std::fs::write(&keys, bytes).unwrap();
        Locked::open(&place.location).unwrap().unlock(&code, NOW).is_ok()
    };
    for length in 0..whole.len() {
        assert!(!opens(&whole[..length]), "cut to {length}");
    }
    for extra in [&b"\0"[..], b"\n", b"-> x\n", &whole] {
        assert!(!opens(&[&whole, extra].concat()));
        assert!(!opens(&[extra, &whole].concat()));
    }
    assert!(opens(&whole));
}

#[test]
fn a_header_that_asks_for_too_much_or_for_less_opens_nothing() {
    let place = Place::new();
    drop(place.create());
    let keys = place.file("bursar.keys");
    let whole = std::fs::read(&keys).unwrap();
    let with = |params: &str| {
        let at = whole.windows(11).position(|window| window == b"m=8,t=1,p=1").expect("weak parameters in tests");
        let changed = [&whole[..at], params.as_bytes(), &whole[at + 11..]].concat();
        std::fs::write(&keys, changed).unwrap();
        Locked::open(&place.location).unwrap().unlock(&passphrase(super::PASSPHRASE), NOW).unwrap_err()
    };
    for greedy in ["m=4294967295,t=1,p=1", "m=2097153,t=1,p=1", "m=8,t=33,p=1", "m=2097152,t=5,p=1", "m=999,t=1,p=17"] {
        assert!(matches!(with(greedy), VaultError::Damaged { file: "bursar.keys", .. }), "{greedy}");
    }
    for other in ["m=9,t=1,p=1", "m=8,t=2,p=1"] {
        assert!(matches!(with(other), VaultError::WrongSecret { .. }), "{other}");
    }
    for odd in ["m=7,t=1,p=1", "m=8,t=0,p=1", "m=8,t=1", "m=-8,t=1,p=1", "M=8,t=1,p=1"] {
        assert!(matches!(with(odd), VaultError::Damaged { .. }), "{odd}");
    }
}

#[test]
fn a_key_file_too_large_to_be_one_is_not_read() {
    let place = Place::new();
    drop(place.create());
    let keys = place.file("bursar.keys");
    std::fs::OpenOptions::new().write(true).open(&keys).unwrap().set_len(3 << 30).unwrap();
    assert!(matches!(Locked::open(&place.location), Err(VaultError::Fs(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_at_all_make_the_reader_panic(
        noise in proptest::collection::vec(any::<u8>(), 0..400),
        lines in proptest::collection::vec("-> (bursar.dev/argon2id|X25519|scrypt)( [!-~]{0,30}){0,4}", 0..4),
    ) {
        let place = Place::new();
        drop(place.create());
        let header = format!("age-encryption.org/v1\n{}\n\n--- ", lines.join("\n\n"));
        for bytes in [noise.clone(), [header.as_bytes(), &noise].concat()] {
            std::fs::write(place.file("bursar.keys"), bytes).unwrap();
            let locked = Locked::open(&place.location).unwrap();
            prop_assert!(locked.unlock(&passphrase(super::PASSPHRASE), NOW).is_err());
            drop(bursar::vault::inspect(&place.location, None, &[]).unwrap());
        }
    }
}

#[test]
fn weak_passphrases_are_refused_before_anything_is_made() {
    let place = Place::new();
    let weak = bursar::secret::Secret::new("hunter2".to_owned());
    let request = bursar::vault::Create { passphrase: &weak, recovery: false, now: jiff::Timestamp::UNIX_EPOCH };
    let refused = bursar::vault::create(&place.location, &request).unwrap_err();
    assert!(matches!(refused, VaultError::WeakPassphrase { .. }));
    assert_eq!(std::fs::read_dir(place.root.path()).unwrap().count(), 0);
}
