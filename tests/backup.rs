//! `vault backup` and `vault restore`: what is copied comes back whole, or not at all.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::env::{Output, TestEnv, have};

fn linked() -> TestEnv {
    let env = TestEnv::household();
    env.ok(&["transactions", "note", "t1", "before"]);
    env
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn backup(env: &TestEnv, name: &str) -> PathBuf {
    let file = env.path(name);
    env.ok(&["vault", "backup", text(&file)]);
    file
}

/// Runs where nobody ever saw the vault.
fn elsewhere(env: &TestEnv, args: &[&str]) -> Output {
    let mut command = env.command(args);
    command.env("XDG_STATE_HOME", env.path("another-device"));
    env.run_command(command)
}

fn restore(env: &TestEnv, file: &Path, to: &str) -> Output {
    elsewhere(env, &["vault", "restore", text(file), "--to", text(&env.path(to)), "--json"])
}

/// What is in a folder, hidden things included.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_copied_comes_back_on_another_device_with_all_it_says() {
    let env = linked();
    let file = backup(&env, "copy.tar");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut archive = tar::Archive::new(fs::File::open(&file).unwrap());
    let inside: Vec<_> =
        archive.entries().unwrap().map(|entry| text(&entry.unwrap().path().unwrap()).to_owned()).collect();
    assert_eq!(inside, ["vault/", "vault/pending/", "vault/bursar.keys", "vault/vault.db"]);
    let last = env.json(&["audit", "list"])["items"][0].clone();
    assert_eq!(last["action"], "vault.backup", "{last}");
    // What comes after is not in it.
    env.ok(&["transactions", "note", "t1", "after"]);
    let made = restore(&env, &file, "again");
    assert_eq!(made.status, 0, "{made}");
    assert_eq!(made.json()["older"], false);
    let place = env.path("again");
    let ask = |args: &[&str]| elsewhere(&env, &[&["--vault", text(&place), "--json"], args].concat());
    assert_eq!(ask(&["accounts"]).json()["items"], env.json(&["accounts"])["items"]);
    assert_eq!(ask(&["transactions", "show", "t1"]).json()["note"], "before");
    assert_eq!(ask(&["vault", "check"]).status, 0);
    assert_eq!(ask(&["audit", "verify"]).json()["ok"], true);
    assert_eq!(ask(&["sync"]).status, 0, "the banks' tokens came with it");
    let entries = ask(&["audit", "list"]).json()["items"].to_string();
    assert!(entries.contains("vault.restore"), "{entries}");
}

#[test]
fn on_the_same_device_an_older_vault_is_refused_until_it_is_accepted() {
    let env = linked();
    let file = backup(&env, "copy.tar");
    env.ok(&["transactions", "note", "t1", "after"]);
    let place = env.path("again");
    let made = env.ok(&["vault", "restore", text(&file), "--to", text(&place)]);
    assert!(made.stderr.contains("vault accept-older"), "{made}");
    env.fails(10, &["--vault", text(&place), "accounts"]);
    env.ok(&["--vault", text(&place), "vault", "accept-older", "--yes"]);
    env.ok(&["--vault", text(&place), "accounts"]);
}

#[test]
fn a_backup_opens_with_the_keys_of_its_day() {
    let env = linked();
    let key = env.path("secrets/device");
    env.ok(&["keys", "add", "key-file", text(&key), "--label", "device"]);
    let file = backup(&env, "copy.tar");
    env.ok(&["keys", "remove", "device", "--yes"]);
    let to = env.path("again");
    let mut command = env.command(&["vault", "restore", text(&file), "--to", text(&to)]);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", &key);
    command.env("XDG_STATE_HOME", env.path("another-device"));
    let made = env.run_command(command);
    assert_eq!(made.status, 0, "{made}");
}

#[test]
fn nothing_is_written_over_and_nothing_is_left() {
    let env = linked();
    let file = backup(&env, "copy.tar");
    let before = fs::read(&file).unwrap();
    env.fails(6, &["vault", "backup", text(&file)]);
    assert_eq!(fs::read(&file).unwrap(), before);
    let inside = env.fails(7, &["vault", "backup", text(&env.vault().join("copy.tar"))]);
    assert!(inside.stderr.contains("hint: bursar vault backup --help"), "{inside}");
    env.fails(6, &["vault", "restore", text(&file)]);
    env.fails(14, &["vault", "backup", text(&env.path("nowhere/copy.tar"))]);
    env.fails(14, &["vault", "restore", text(&env.path("nowhere.tar")), "--to", text(&env.path("again"))]);
    let wrong = env.secret_file("wrong", "canary-wrong-passphrase-0011");
    let to = env.path("new/again");
    let refused =
        env.fails(4, &["--passphrase-file", text(&wrong), "vault", "restore", text(&file), "--to", text(&to)]);
    assert!(refused.stderr.contains("does not open"), "{refused}");
    assert!(names(&env.path("new")).is_empty(), "{:?}", names(&env.path("new")));
    let state = names(&env.path("home/.local/state/bursar"));
    assert!(!state.iter().any(|name| name.ends_with(".failed")), "counted for a place that is gone: {state:?}");
    let planned = env.ok(&["vault", "restore", text(&file), "--to", text(&to), "--dry-run"]);
    assert!(planned.stderr.contains("would make the vault"), "{planned}");
    env.ok(&["vault", "backup", text(&env.path("other.tar")), "--dry-run"]);
    assert!(!env.path("other.tar").exists() && names(&env.path("new")).is_empty());
}

#[test]
fn a_damaged_archive_makes_nothing() {
    let env = linked();
    let whole = fs::read(backup(&env, "copy.tar")).unwrap();
    let mut bad: Vec<(String, Vec<u8>)> = Vec::new();
    for part in [0, 1, 511, 600, 2000, whole.len() / 2, whole.len() - 2048] {
        bad.push((format!("cut at {part}"), whole[..part].to_vec()));
    }
    // In the key file, in the first page, in the middle of the database, in a header.
    for place in [1600, 4000, whole.len() / 2, 2 * whole.len() / 3, 100, 1100] {
        let mut flipped = whole.clone();
        flipped[place] ^= 4;
        bad.push((format!("bit at {place}"), flipped));
    }
    fs::create_dir(env.path("new")).unwrap();
    for (what, bytes) in bad {
        let file = env.path("bad.tar");
        fs::write(&file, bytes).unwrap();
        let failed = restore(&env, &file, "new/again");
        assert!([4, 10].contains(&failed.status), "{what}: {failed}");
        assert!(names(&env.path("new")).is_empty(), "{what}: {:?}", names(&env.path("new")));
    }
}

#[test]
fn an_archive_of_somebody_else_reaches_no_other_place() {
    let env = linked();
    let copy = backup(&env, "copy.tar");
    let whole = fs::read(&copy).unwrap();
    fs::create_dir(env.path("new")).unwrap();
    let evil = |name: &str, kind: tar::EntryType| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(if kind == tar::EntryType::Regular { 4 } else { 0 });
        header.set_mode(0o644);
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        if kind == tar::EntryType::Regular {
            bytes.extend_from_slice(b"evil");
            bytes.resize(1024, 0);
        }
        bytes
    };
    for (name, kind) in [
        ("../evil", tar::EntryType::Regular),
        ("/tmp/bursar-evil", tar::EntryType::Regular),
        ("vault/../../evil", tar::EntryType::Regular),
        ("vault/vault.db", tar::EntryType::Symlink),
        ("vault/bursar.keys", tar::EntryType::Link),
        ("vault/vault.db-wal", tar::EntryType::Regular),
        ("vault/bursar.keys", tar::EntryType::Regular),
    ] {
        let file = env.path("evil.tar");
        let mut out = fs::File::create(&file).unwrap();
        out.write_all(&evil(name, kind)).unwrap();
        out.write_all(&whole).unwrap();
        drop(out);
        let failed = restore(&env, &file, "new/again");
        assert_eq!(failed.status, 10, "{name}: {failed}");
        assert!(names(&env.path("new")).is_empty(), "{name}");
        assert!(
            !env.path("evil").exists() && !env.path("new/evil").exists() && !Path::new("/tmp/bursar-evil").exists()
        );
    }
}

#[test]
fn every_key_may_make_a_backup_and_a_timer_too() {
    let env = linked();
    for role in ["sync", "viewer"] {
        let key = env.path(&format!("secrets/{role}"));
        env.ok(&["keys", "add", "key-file", text(&key), "--label", role, "--role", role]);
        let file = env.path(&format!("{role}.tar"));
        let mut command = env.command(&["vault", "backup", text(&file)]);
        command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", &key);
        let made = env.run_command(command);
        assert_eq!(made.status, 0, "{role}: {made}");
    }
}

/// Bytes that a traced process wrote.
fn written(trace: &str) -> u64 {
    let calls = trace.lines().filter(|line| line.contains("write"));
    calls.filter_map(|line| line.rsplit_once("= ")?.1.split(' ').next()?.parse::<u64>().ok()).sum()
}

#[test]
fn a_backup_is_written_once() {
    if !have("strace") {
        return;
    }
    let env = linked();
    let file = env.path("copy.tar");
    let (made, trace) =
        env.traced(&["vault", "backup", text(&file)], &["trace=write,pwrite64,writev,copy_file_range,sendfile"]);
    assert_eq!(made.status, 0, "{made}");
    let (bytes, size) = (written(&trace), fs::metadata(&file).unwrap().len());
    assert!((size..size + size / 2).contains(&bytes), "{bytes} bytes were written for an archive of {size}");
    let packed = tar::Archive::new(fs::File::open(&file).unwrap()).entries().unwrap().last().unwrap().unwrap().size();
    assert_eq!(packed, fs::metadata(env.vault().join("vault.db")).unwrap().len(), "the database as it is");
}

#[test]
fn a_book_that_does_not_pass_its_checks_is_not_packed() {
    let env = linked();
    let database = env.vault().join("vault.db");
    let mut bytes = fs::read(&database).unwrap();
    let place = bytes.len() - 2000;
    bytes[place] ^= 1;
    fs::write(&database, bytes).unwrap();
    let failed = env.fails(10, &["vault", "backup", text(&env.path("copy.tar"))]);
    assert!(failed.stderr.contains("hint: bursar vault "), "{failed}");
    let left = names(&env.path(""));
    assert!(!left.iter().any(|name| name.starts_with(".bursar-") || name == "copy.tar"), "{left:?}");
}
