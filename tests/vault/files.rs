//! The vault's directory: modes, links, foreign and older files, damage to the database.

use std::os::unix::fs::symlink;

use bursar::vault::{Access, Freshness, Locked, VaultError, audit};

use super::{PASSPHRASE, Place, mode, set_mode};

#[test]
fn everything_made_is_private() {
    let place = Place::new();
    let created = place.create();
    assert_eq!(mode(&place.location.dir), 0o700);
    assert_eq!(mode(&place.file("pending")), 0o700);
    let _connection = created.unlocked.connect(Access::Write).unwrap();
    for entry in std::fs::read_dir(&place.location.dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
    let pin = place.location.state_dir.join(format!("{}.pin", created.unlocked.vault_id()));
    assert_eq!(mode(&pin), 0o600);
}

#[test]
fn open_modes_are_refused_with_the_command_that_closes_them() {
    let place = Place::new();
    drop(place.create());
    for (name, open, tight) in [("", 0o777, 0o700), ("bursar.keys", 0o640, 0o600), ("vault.db", 0o604, 0o600)] {
        let path = if name.is_empty() { place.location.dir.clone() } else { place.file(name) };
        set_mode(&path, open);
        let Err(VaultError::Fs(error)) = place.unlock() else { panic!("{name} with mode {open:o} was accepted") };
        assert!(error.is_unsafe());
        assert_eq!(error.command().unwrap(), format!("chmod {tight:o} {}", path.display()));
        set_mode(&path, tight);
        place.unlock().unwrap();
    }
}

#[test]
fn symlinks_are_refused_for_the_vault_and_each_file() {
    let place = Place::new();
    drop(place.create());
    let real = place.location.dir.clone();
    let link = place.root.path().join("link");
    symlink(&real, &link).unwrap();
    let through = bursar::vault::Location { dir: link, ..place.location.clone() };
    assert!(matches!(Locked::open(&through), Err(VaultError::Fs(error)) if error.is_unsafe()));
    for name in ["bursar.keys", "vault.db", "vault.lock"] {
        let (path, moved) = (place.file(name), place.root.path().join(name));
        std::fs::rename(&path, &moved).unwrap();
        symlink(&moved, &path).unwrap();
        assert!(place.unlock().is_err(), "{name}");
        std::fs::rename(&moved, &path).unwrap();
    }
    place.unlock().unwrap();
}

#[test]
fn nothing_is_written_by_opening_and_reading() {
    let place = Place::new();
    drop(place.create());
    let listing = || {
        let mut names: Vec<_> = std::fs::read_dir(&place.location.dir)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap()))
            .filter(|(name, _)| !name.to_string_lossy().starts_with("vault.db-"))
            .collect();
        names.sort();
        names
    };
    let before = listing();
    let unlocked = place.unlock().unwrap();
    let connection = unlocked.connect(Access::Read).unwrap();
    assert!(connection.execute("CREATE TABLE t (x)", ()).is_err());
    drop(connection);
    assert_eq!(listing(), before);
}

#[test]
fn an_existing_place_is_never_taken() {
    let place = Place::new();
    let passphrase = bursar::secret::Secret::new(PASSPHRASE.to_owned());
    let request = bursar::vault::Create { passphrase: &passphrase, recovery: false, now: jiff::Timestamp::UNIX_EPOCH };
    std::fs::create_dir(&place.location.dir).unwrap();
    std::fs::write(place.file("mine.txt"), "mine").unwrap();
    let taken = bursar::vault::create(&place.location, &request);
    assert!(matches!(taken, Err(VaultError::AlreadyExists { .. })));
    std::fs::remove_file(place.file("mine.txt")).unwrap();
    drop(bursar::vault::create(&place.location, &request).expect("an empty directory is fine"));
    assert!(matches!(bursar::vault::create(&place.location, &request), Err(VaultError::AlreadyExists { .. })));
    assert_eq!(mode(&place.location.dir), 0o700);
}

#[test]
fn a_symlink_above_the_vault_is_fine() {
    let place = Place::new();
    let link = place.root.path().join("shelf");
    symlink(place.root.path(), &link).unwrap();
    let place =
        Place { location: bursar::vault::Location { dir: link.join("vault"), ..place.location }, root: place.root };
    drop(place.create());
    place.unlock().unwrap().connect(Access::Write).unwrap();
}

#[test]
fn a_reader_sees_what_a_killed_writer_committed() {
    let (place, crashed) = (Place::new(), Place::new());
    let vault = place.create().unlocked;
    let writer = vault.connect(Access::Write).unwrap();
    writer.execute_batch("CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (1)").unwrap();
    // What a power cut leaves: both files as they are while the writer still runs, and no shared memory.
    std::fs::create_dir(&crashed.location.dir).unwrap();
    set_mode(&crashed.location.dir, 0o700);
    for name in ["bursar.keys", "vault.db", "vault.db-wal"] {
        std::fs::copy(place.file(name), crashed.file(name)).unwrap();
    }
    let reader = crashed.unlock().unwrap().connect(Access::Read).unwrap();
    assert_eq!(reader.query_row("SELECT x FROM t", (), |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn the_whole_vault_put_back_is_noticed_on_this_device_only() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let write = |epoch: u64| {
        let writer = vault.connect(Access::Write).unwrap();
        writer.execute_batch("CREATE TABLE IF NOT EXISTS state (epoch INTEGER) STRICT; DELETE FROM state").unwrap();
        writer.execute("INSERT INTO state VALUES (?1)", [i64::try_from(epoch).unwrap()]).unwrap();
        vault.record(epoch, &[u8::try_from(epoch).unwrap(); 32]).unwrap();
    };
    let found = |vault: &bursar::vault::Unlocked| -> u64 {
        let reader = vault.connect(Access::Read).unwrap();
        u64::try_from(reader.query_row("SELECT epoch FROM state", (), |row| row.get::<_, i64>(0)).unwrap()).unwrap()
    };
    write(1);
    let old = std::fs::read(place.file("vault.db")).unwrap();
    write(2);
    assert_eq!(found(&vault), 2);
    std::fs::write(place.file("vault.db"), old).unwrap();
    let again = place.unlock().unwrap();
    let epoch = found(&again);
    assert!(matches!(again.freshness(epoch, &[1; 32]), Err(VaultError::RolledBack { what: "epoch", .. })));
    std::fs::remove_dir_all(&place.location.state_dir).unwrap();
    assert_eq!(again.freshness(epoch, &[1; 32]).unwrap(), Freshness::FirstSeen);
}

#[test]
fn a_new_vault_that_is_not_finished_leaves_nothing() {
    let place = Place::new();
    let passphrase = bursar::secret::Secret::new(PASSPHRASE.to_owned());
    let request = bursar::vault::Create { passphrase: &passphrase, recovery: false, now: jiff::Timestamp::UNIX_EPOCH };
    let new = bursar::vault::begin(&place.location, &request).unwrap();
    drop(new.vault().connect(Access::Write).unwrap());
    assert!(!place.location.dir.exists());
    drop(new);
    let left: Vec<_> = std::fs::read_dir(place.root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["state"]);
    assert_eq!(std::fs::read_dir(&place.location.state_dir).unwrap().count(), 0);
    assert!(matches!(Locked::open(&place.location), Err(VaultError::NotFound { .. })));
}

#[test]
fn a_database_of_another_vault_cut_or_gone_is_damage() {
    let (place, other) = (Place::new(), Place::new());
    drop((place.create(), other.create()));
    let db = place.file("vault.db");
    let whole = std::fs::read(&db).unwrap();
    let connects = || place.unlock().and_then(|vault| vault.connect(Access::Read).map(drop));
    let is_damage = |outcome| matches!(outcome, Err(VaultError::Damaged { file: "vault.db", .. }));

    std::fs::write(&db, std::fs::read(other.file("vault.db")).unwrap()).unwrap();
    assert!(is_damage(connects()), "another vault's");
    for at in [0, 15, 16, 100, 2000, whole.len().min(4096) - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&db, changed).unwrap();
        assert!(is_damage(connects()), "byte {at}");
    }
    for length in [0, 15, 16, 512, 4095] {
        std::fs::write(&db, &whole[..length]).unwrap();
        assert!(connects().is_err(), "cut to {length}");
    }
    std::fs::remove_file(&db).unwrap();
    assert!(is_damage(connects()), "gone");
    std::fs::write(&db, whole).unwrap();
    set_mode(&db, 0o600);
    connects().unwrap();
}

#[test]
fn an_older_state_and_another_past_are_noticed() {
    let place = Place::new();
    let vault = place.create().unlocked;
    let genesis = audit::genesis(vault.vault_id());
    assert_eq!(vault.freshness(0, &genesis).unwrap(), Freshness::Same);
    vault.record(5, &[5; 32]).unwrap();
    vault.record(4, &[4; 32]).unwrap();
    assert_eq!(vault.freshness(5, &[5; 32]).unwrap(), Freshness::Same);
    assert!(matches!(vault.freshness(4, &[4; 32]), Err(VaultError::RolledBack { pinned: 5, found: 4, .. })));
    assert!(matches!(vault.freshness(5, &[6; 32]), Err(VaultError::RolledBack { .. })));
    assert!(matches!(vault.freshness(6, &[6; 32]).unwrap(), Freshness::Newer { pinned } if pinned.epoch == 5));
    vault.accept(4, &[4; 32]).unwrap();
    assert_eq!(vault.freshness(4, &[4; 32]).unwrap(), Freshness::Same);

    std::fs::remove_dir_all(&place.location.state_dir).unwrap();
    assert_eq!(vault.freshness(3, &[3; 32]).unwrap(), Freshness::FirstSeen);
    assert_eq!(vault.freshness(3, &[3; 32]).unwrap(), Freshness::Same);
}

#[test]
fn two_vaults_never_share_a_pin() {
    let place = Place::new();
    let other = place.sibling();
    let (one, two) = (place.create().unlocked, other.create().unlocked);
    one.record(9, &[9; 32]).unwrap();
    assert_eq!(two.pin().unwrap().epoch, 0);
}

#[test]
fn what_a_stranger_sees_is_only_the_key_files_header() {
    let place = Place::new();
    let created = place.create();
    let writer = created.unlocked.connect(Access::Write).unwrap();
    writer.execute_batch("CREATE TABLE notes (text TEXT) STRICT").unwrap();
    let canary = "Corner Grocery of the Seventh Street";
    writer.execute("INSERT INTO notes VALUES (?1)", [canary]).unwrap();

    let report = bursar::vault::inspect(&place.location, Some(&created.unlocked), &[canary, "Grocery"]).unwrap();
    assert!(report.nothing_readable, "{report:?}");
    let kinds: Vec<_> = report.header_slots.iter().map(|slot| slot.kind.as_str()).collect();
    assert_eq!(kinds, ["passphrase", "X25519"]);
    let names: Vec<_> = report.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["bursar.keys", "vault.db", "vault.db-shm", "vault.db-wal", "vault.lock"]);
    let inside = report.inside.unwrap();
    assert!(inside.cipher.iter().any(|line| line.contains("HMAC_SHA512")), "{:?}", inside.cipher);
    assert_eq!(inside.slots.len(), 2);

    let text = serde_json::to_string(&bursar::vault::inspect(&place.location, None, &[]).unwrap()).unwrap();
    assert!(!text.contains(created.recovery_code.unwrap().expose()));
    std::fs::write(place.file("vault.db-wal"), format!("….{canary}….")).unwrap();
    let found = bursar::vault::inspect(&place.location, None, &["Grocery"]).unwrap();
    assert!(!found.nothing_readable);
}

#[test]
fn there_is_no_vault_where_there_is_none() {
    let place = Place::new();
    assert!(matches!(Locked::open(&place.location), Err(VaultError::NotFound { .. })));
    std::fs::create_dir(&place.location.dir).unwrap();
    set_mode(&place.location.dir, 0o700);
    assert!(matches!(Locked::open(&place.location), Err(VaultError::NotFound { .. })));
    assert!(!place.location.exists());
    let other = Place::new();
    drop(other.create());
    std::fs::copy(other.file("bursar.keys"), place.file("bursar.keys")).unwrap();
    assert!(matches!(Locked::open(&place.location), Err(VaultError::Damaged { file: "vault.db", .. })));
}
