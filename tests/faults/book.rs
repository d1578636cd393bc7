//! The vault itself, the book, and copies of it.

use std::fs;

use super::{Scene, household, strike, whole, words};
use crate::env::TestEnv;

struct Init(TestEnv);

impl Scene for Init {
    fn reset(&mut self) {
        drop(fs::remove_dir_all(self.0.vault()));
    }

    fn env(&self) -> &TestEnv {
        &self.0
    }

    fn command(&self) -> Vec<String> {
        words("init --env sandbox --no-recovery --yes --no-input")
    }

    fn check(&mut self, done: bool, what: &str) {
        let there = self.0.vault().exists();
        assert!(there || !done, "{what}: said to be made, and not there");
        if there {
            whole(&self.0, what);
            fs::remove_dir_all(self.0.vault()).unwrap();
        }
        self.0.init();
        whole(&self.0, what);
        let left = fs::read_dir(self.0.path("home")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!left.iter().any(|name| name.starts_with(".bursar-")), "{what}: {left:?}");
    }
}

#[test]
fn init() {
    strike(&mut Init(TestEnv::new()), 120);
}

/// A note on a transaction, another one each time.
struct Note {
    env: TestEnv,
    number: usize,
}

impl Note {
    fn note(&self) -> Option<String> {
        self.env.json(&["transactions", "show", "t1"])["note"].as_str().map(str::to_owned)
    }
}

impl Scene for Note {
    fn reset(&mut self) {
        self.number += 1;
    }

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        words(&format!("transactions note t1 number-{}", self.number))
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.env, what);
        let (new, before) = (format!("number-{}", self.number), format!("number-{}", self.number - 1));
        let found = self.note().unwrap_or_default();
        assert!(found == new || !done, "{what}: {found} was acknowledged as {new}");
        if found != new {
            assert!(found == before || self.number == 1, "{what}: {found}");
            self.env.ok(&["transactions", "note", "t1", &new]);
        }
    }
}

#[test]
fn an_edit() {
    let env = household(|bank| bank.transactions = Some(50));
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    strike(&mut Note { env, number: 0 }, 80);
}

/// A copy for a member.
struct Share {
    env: TestEnv,
    number: usize,
}

impl Share {
    fn place(&self) -> String {
        self.env.path(&format!("home/copy-{}", self.number)).to_str().unwrap().to_owned()
    }
}

impl Scene for Share {
    fn reset(&mut self) {
        self.number += 1;
    }

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        words(&format!("members share ada {}", self.place()))
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.env, what);
        let place = self.place();
        let there = fs::exists(&place).unwrap();
        assert!(there || !done, "{what}: said to be made, and not there");
        if there {
            let key = self.env.path("secrets/ada");
            let read = self.env.run(&["--vault", &place, "--identity", key.to_str().unwrap(), "accounts", "--json"]);
            assert_eq!(read.status, 0, "{what}: {read}");
            fs::remove_dir_all(&place).unwrap();
        }
    }
}

#[test]
fn a_copy_for_a_member() {
    let env = household(|bank| bank.transactions = Some(50));
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    env.secret_file("ada", age::secrecy::ExposeSecret::expose_secret(&identity.to_string()));
    env.ok(&["members", "add", "ada", &recipient]);
    strike(&mut Share { env, number: 0 }, 80);
}

/// A copy of the vault in one file.
struct Backup {
    env: TestEnv,
    number: usize,
}

impl Backup {
    fn file(&self) -> String {
        self.env.path(&format!("home/copy-{}.tar", self.number)).to_str().unwrap().to_owned()
    }

    /// Restores what was copied, where nobody saw the vault.
    fn restores(&self, what: &str) {
        let (file, place) = (self.file(), self.env.path("home/again"));
        let place = place.to_str().unwrap();
        let mut command = self.env.command(&["vault", "restore", &file, "--to", place]);
        command.env("XDG_STATE_HOME", self.env.path("home/another-device"));
        let restored = self.env.run_command(command);
        assert_eq!(restored.status, 0, "{what}: {restored}");
        fs::remove_dir_all(place).unwrap();
        fs::remove_file(file).unwrap();
    }
}

impl Scene for Backup {
    fn reset(&mut self) {
        self.number += 1;
    }

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        words(&format!("vault backup {}", self.file()))
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.env, what);
        let there = fs::exists(self.file()).unwrap();
        assert!(there || !done, "{what}: said to be made, and not there");
        if there {
            self.restores(what);
        }
    }
}

#[test]
fn a_backup() {
    let env = household(|bank| bank.transactions = Some(50));
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    strike(&mut Backup { env, number: 0 }, 60);
}

/// A vault from a backup, at another place.
struct Restore(TestEnv);

impl Restore {
    fn place(&self) -> std::path::PathBuf {
        self.0.path("home/again")
    }
}

impl Scene for Restore {
    fn reset(&mut self) {
        drop(fs::remove_dir_all(self.place()));
    }

    fn env(&self) -> &TestEnv {
        &self.0
    }

    fn command(&self) -> Vec<String> {
        let (file, place) = (self.0.path("home/copy.tar"), self.place());
        words(&format!("vault restore {} --to {}", file.display(), place.display()))
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.0, what);
        let there = self.place().exists();
        assert!(there || !done, "{what}: said to be made, and not there");
        let place = self.place();
        if !there {
            let again: Vec<String> = self.command();
            self.0.ok(&again.iter().map(String::as_str).collect::<Vec<_>>());
        }
        self.0.ok(&["--vault", place.to_str().unwrap(), "vault", "accept-older", "--dry-run"]);
        fs::remove_dir_all(place).unwrap();
        let left = fs::read_dir(self.0.path("home")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(there || !left.iter().any(|name| name.starts_with(".bursar-")), "{what}: {left:?}");
    }
}

#[test]
fn a_restore() {
    let env = household(|bank| bank.transactions = Some(50));
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    let file = env.path("home/copy.tar");
    env.ok(&["vault", "backup", file.to_str().unwrap()]);
    strike(&mut Restore(env), 60);
}
