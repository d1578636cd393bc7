//! A running bursar, looked at from outside: its memory, its limits, what other users and children see of it.
#![cfg(all(target_os = "linux", feature = "sandbox"))]

mod cores;
mod keys;
mod stuck;

use std::{fs, os::unix::process::CommandExt as _, path::Path, process::Command};

use self::stuck::Stuck;
use crate::env::{PASSPHRASE, TestEnv, have, mode};

/// More output than a pipe holds.
const LONG: [&str; 4] = ["transactions", "--limit", "0", "--json"];

fn may_read_others() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn once_the_vault_is_open_no_written_form_of_a_secret_is_in_memory() {
    let mut env = TestEnv::household();
    let passphrase = PASSPHRASE.as_bytes();
    let parts: [(&str, &[u8]); 8] = [
        ("the passphrase", passphrase),
        ("its beginning", &passphrase[..16]),
        ("its end", &passphrase[16..]),
        ("the outer payload", b"\"ledger\":{"),
        ("the inner payload", b"\"audit_k0\""),
        ("an identity", b"AGE-SECRET-KEY-1"),
        ("an identity in small letters", b"age-secret-key-1"),
        ("a token", b"access-sandbox-"),
    ];
    let file = env.path("secrets/passphrase");
    let by_file = Stuck::start(env.command(&LONG));
    limits_are_those_of_a_program_with_secrets(&by_file);
    if !may_read_others() {
        return;
    }
    assert_eq!(by_file.holds(&parts), Vec::<String>::new());
    assert!(!by_file.holds(&[("a database", b"SQLite format")]).is_empty(), "the search finds what is there");
    drop(by_file);
    env.unset("BURSAR_PASSPHRASE_FILE");
    let program = format!("cat {}", file.display());
    let by_program = Stuck::start(env.command(&[&LONG[..], &["--passphrase-command", &program]].concat()));
    assert_eq!(by_program.holds(&parts[..3]), Vec::<String>::new());
    drop(by_program);
    let mut command = env.command(&[&LONG[..], &["--passphrase-fd", "0"]].concat());
    command.stdin(fs::File::open(&file).unwrap());
    assert_eq!(Stuck::start(command).holds(&parts[..3]), Vec::<String>::new());
}

fn limits_are_those_of_a_program_with_secrets(stuck: &Stuck) {
    let status = stuck.file("status");
    let locked = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap().trim().trim_end_matches(" kB");
    assert!(locked.parse::<u64>().unwrap() >= 4, "{status}");
    let core = stuck.file("limits").lines().find(|line| line.starts_with("Max core file size")).unwrap().to_owned();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
    let words = stuck.file("cmdline").replace('\0', " ") + &stuck.file("environ").replace('\0', " ");
    assert!(words.contains("transactions") && !words.contains(PASSPHRASE), "{words}");
}

#[test]
fn another_process_of_the_same_user_sees_nothing_of_it() {
    if !may_read_others() || !have("setpriv") {
        return;
    }
    let env = TestEnv::household();
    let nobody = 65_534;
    own(&env.path(""), nobody);
    let elsewhere = tempfile::tempdir().unwrap();
    mode(elsewhere.path(), 0o755);
    let binary = elsewhere.path().join("bursar");
    fs::copy(env!("CARGO_BIN_EXE_bursar"), &binary).unwrap();
    mode(&binary, 0o755);
    let plain = env.command(&LONG);
    let mut command = Command::new(&binary);
    command.args(plain.get_args()).env_clear().current_dir("/");
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).uid(nobody).gid(nobody);
    let stuck = Stuck::start(command);
    let uid = stuck.file("status").lines().find(|line| line.starts_with("Uid:")).unwrap().to_owned();
    assert!(uid.contains("65534"), "{uid}");
    for name in ["environ", "mem", "maps", "auxv", "fd/0"] {
        let path = format!("/proc/{}/{name}", stuck.id());
        let seen = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "head", "-c", "1", &path])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&seen.stderr);
        assert!(!seen.status.success() && said.contains("denied"), "{name}: {said}");
    }
    if have("gdb") {
        let seen = Command::new("setpriv")
            .args([
                "--reuid",
                "65534",
                "--regid",
                "65534",
                "--clear-groups",
                "gdb",
                "--readnever",
                "-nx",
                "-batch",
                "-p",
            ])
            .arg(stuck.id().to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&seen.stderr);
        assert!(said.contains("ptrace: Operation not permitted"), "{said}");
    }
}

fn own(path: &Path, uid: u32) {
    std::os::unix::fs::lchown(path, Some(uid), Some(uid)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap().flatten() {
            own(&entry.path(), uid);
        }
    }
}

#[test]
fn a_passphrase_command_inherits_neither_files_nor_secrets() {
    let mut env = TestEnv::household();
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.set("PLAID_SECRET_FILE", env.path("secrets/passphrase").to_str().unwrap());
    let seen = env.path("tmp/seen");
    let script = env.path("tmp/say");
    let text = format!(
        "#!/bin/sh\nls -l /proc/self/fd > {0}\nenv >> {0}\ncat {1}\n",
        seen.display(),
        env.path("secrets/passphrase").display()
    );
    fs::write(&script, text).unwrap();
    mode(&script, 0o700);
    env.ok(&["accounts", "--passphrase-command", script.to_str().unwrap()]);
    let seen = fs::read_to_string(seen).unwrap();
    for word in ["vault.lock", "vault.db", "bursar.keys", "PLAID_SECRET", "PLAID_CLIENT_ID"] {
        assert!(!seen.contains(word), "{word}:\n{seen}");
    }
}
