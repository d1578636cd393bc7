//! What the process gives up at its start, seen in a process of its own: a copy of this test binary.

use std::process::{Command, Output};

use bursar::harden;

const ROLE: &str = "BURSAR_TEST_HARDENED";

/// Runs one of the `as_…` tests below in a fresh process, with its part to play.
fn rerun(test: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("harden::{test}"), "--nocapture"])
        .env(ROLE, test)
        .output()
        .unwrap()
}

fn playing(test: &str) -> bool {
    std::env::var_os(ROLE).is_some_and(|role| role == test)
}

#[test]
fn as_hardened() {
    if playing("as_hardened") {
        harden::process();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(dir.path().join("file")).unwrap());
        let limits = rustix::process::getrlimit(rustix::process::Resource::Core);
        println!("mode {:o} core {:?} {:?}", mode & 0o777, limits.current, limits.maximum);
        #[cfg(target_os = "linux")]
        println!("{:?}", rustix::process::dumpable_behavior().unwrap());
    }
}

#[test]
fn as_panicking() {
    if playing("as_panicking") {
        harden::panics(|line| println!("told: {line}"));
        panic!("the token is access-production-1");
    }
}

#[test]
fn files_are_private_and_memory_stays_out_of_dumps() {
    let text = String::from_utf8(rerun("as_hardened").stdout).unwrap();
    assert!(text.contains("mode 600 core Some(0) Some(0)"), "{text}");
    #[cfg(target_os = "linux")]
    assert!(text.contains("NotDumpable"), "{text}");
}

#[test]
fn a_panic_names_the_place_and_not_the_payload() {
    let output = rerun("as_panicking");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("told: internal error at tests/harden.rs:"), "{text}");
    assert!(!text.contains("access-production-1"), "{text}");
}
