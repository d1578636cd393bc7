//! What comes from a bank: the first history, all of it again, a new connection, a new token.

use std::{fs, process::Command};

use super::{Blow, Fault, Scene, household, one, strike, whole, words};
use crate::env::{TestEnv, have};

/// A first sync, each time of the same vault as it was before it.
struct First {
    env: TestEnv,
    expected: u64,
}

impl First {
    fn total(&self) -> u64 {
        self.env.json(&["transactions", "--limit", "1"])["total"].as_u64().unwrap()
    }
}

pub(super) fn copy(from: &std::path::Path, to: &std::path::Path) {
    drop(fs::remove_dir_all(to));
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

impl Scene for First {
    fn reset(&mut self) {
        copy(&self.env.path("saved"), &self.env.path("home"));
    }

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        words("sync")
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.env, what);
        let total = self.total();
        if self.expected == 0 {
            self.expected = total;
        }
        assert!(total == self.expected || (!done && total == 0), "{what}: {total} of {}", self.expected);
        self.env.ok(&["sync"]);
        assert_eq!(self.total(), self.expected, "{what}: after the next sync");
    }
}

#[test]
fn first_sync() {
    let env = household(|bank| bank.transactions = Some(300));
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
    copy(&env.path("home"), &env.path("saved"));
    strike(&mut First { env, expected: 0 }, 120);
}

/// The whole history again, which changes nothing but the log.
struct Again(TestEnv, String);

impl Scene for Again {
    fn reset(&mut self) {}

    fn env(&self) -> &TestEnv {
        &self.0
    }

    fn command(&self) -> Vec<String> {
        words("sync --full")
    }

    fn check(&mut self, _done: bool, what: &str) {
        whole(&self.0, what);
        assert_eq!(self.0.json(&["transactions", "--limit", "0"]).to_string(), self.1, "{what}");
    }
}

#[test]
fn full_sync() {
    let env = household(|bank| bank.transactions = Some(120));
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    let book = env.json(&["transactions", "--limit", "0"]).to_string();
    strike(&mut Again(env, book), 60);
}

/// A connection, made from nothing each time.
struct Link(TestEnv);

impl Scene for Link {
    fn reset(&mut self) {
        copy(&self.0.path("saved"), &self.0.path("home"));
    }

    fn env(&self) -> &TestEnv {
        &self.0
    }

    fn command(&self) -> Vec<String> {
        words("link --institution ins_109508 --yes --no-sync")
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.0, what);
        let linked = || self.0.json(&["connections"])["total"].as_u64().unwrap();
        assert!(linked() == 1 || (!done && linked() == 0), "{what}: {} connections", linked());
        if linked() == 0 {
            // Either nothing was linked, or the next run takes up the token that lies in `pending/` and finds the bank linked.
            let again = self.0.run(&["link", "--institution", "ins_109508", "--yes", "--no-sync"]);
            assert!(
                again.status == 0 || (again.status == 6 && again.stderr.contains("was linked earlier")),
                "{what}: {again}"
            );
        }
        assert_eq!(linked(), 1, "{what}");
        self.0.ok(&["sync"]);
    }
}

#[test]
fn link() {
    let env = household(|bank| bank.transactions = Some(50));
    copy(&env.path("home"), &env.path("saved"));
    strike(&mut Link(env), 120);
}

/// A new token for the bank: an answer that was received is never lost, so the bank can always be asked afterwards.
struct Token {
    env: TestEnv,
    /// How often it lay sealed beside the book after a fault.
    kept: usize,
}

impl Token {
    fn new() -> Self {
        let env = household(|bank| bank.transactions = Some(50));
        env.ok(&["link", "--institution", "ins_109508", "--yes"]);
        Self { env, kept: 0 }
    }
}

impl Scene for Token {
    fn reset(&mut self) {}

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        words("connections rotate --all --yes")
    }

    fn check(&mut self, done: bool, what: &str) {
        self.kept += usize::from(is_kept(&self.env));
        whole(&self.env, what);
        syncs_or_lost(&self.env, done, what);
    }
}

/// The banks can still be asked, with the token as it is sealed now.
///
/// Between the bank's answer and the disk there is one moment in which a new token is in memory only: killed there, or with a
/// disk that takes nothing from then on, it is lost, and said to be. One failure alone loses nothing, nor is lost what lies sealed
/// beside the book.
pub(super) fn syncs_or_lost(env: &TestEnv, done: bool, what: &str) {
    let kept = is_kept(env);
    let synced = env.run(&["sync", "--json"]);
    if synced.status != 0 {
        let may_be_lost = !done && !kept && !what.contains("Once(");
        assert!(may_be_lost && synced.stdout.contains("lost"), "{what}: {synced}");
        let linked = env.json(&["connections"])["items"][0]["id"].as_str().unwrap().to_owned();
        env.ok(&["connections", "remove", &linked, "--local", "--purge", "--yes"]);
        env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    }
}

/// Whether a sealed answer lies beside the book.
fn is_kept(env: &TestEnv) -> bool {
    let files = fs::read_dir(env.vault().join("pending")).into_iter().flatten().flatten();
    files.into_iter().any(|file| fs::read(file.path()).unwrap().starts_with(b"age-encryption.org/v1"))
}

#[test]
fn new_token() {
    strike(&mut Token::new(), 60);
}

#[test]
fn a_new_token_lies_on_the_disk_before_the_book_has_it() {
    if !have("strace") {
        return;
    }
    let mut token = Token::new();
    let killed = |token: &mut Token, at| one(token, &Fault { call: "fsync".to_owned(), at, blow: Blow::Kill });
    let last = (1..1000).take_while(|at| killed(&mut token, *at)).last();
    assert!(last > Some(3) && token.kept > 0, "{} kills, {} with the answer kept", last.unwrap_or(0), token.kept);
}
