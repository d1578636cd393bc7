//! Ways in that come and go, and rotation.

use super::{Scene, banks::syncs_or_lost, household, strike, whole, words};
use crate::env::TestEnv;

/// A command about keys that is tried again and again on the same vault, which every later run opens.
struct Keys {
    env: TestEnv,
    number: usize,
    line: fn(&Self) -> String,
    before: fn(&Self),
    after: fn(&Self, bool, &str),
}

impl Keys {
    fn new(line: fn(&Self) -> String, before: fn(&Self), after: fn(&Self, bool, &str)) -> Self {
        let env = household(|bank| bank.transactions = Some(50));
        env.ok(&["link", "--institution", "ins_109508", "--yes"]);
        Self { env, number: 0, line, before, after }
    }

    fn file(&self) -> String {
        self.env.path(&format!("secrets/key-{}", self.number)).to_str().unwrap().to_owned()
    }

    /// Whether the key of this try opens the vault.
    fn opens(&self) -> bool {
        let file = self.file();
        std::fs::exists(&file).unwrap() && self.env.run(&["--identity", &file, "accounts"]).status == 0
    }

    fn listed(&self) -> bool {
        let label = format!("key-{}", self.number);
        self.env.json(&["keys"])["items"].as_array().unwrap().iter().any(|key| key["label"] == label.as_str())
    }

    fn add(&self) {
        self.env.ok(&["keys", "add", "key-file", &self.file(), "--label", &format!("key-{}", self.number)]);
    }
}

impl Scene for Keys {
    fn reset(&mut self) {
        self.number += 1;
        (self.before)(self);
    }

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        words(&(self.line)(self))
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.env, what);
        (self.after)(self, done, what);
    }
}

#[test]
fn add() {
    let line = |scene: &Keys| format!("keys add key-file {} --label key-{}", scene.file(), scene.number);
    let after = |scene: &Keys, done: bool, what: &str| {
        assert!(scene.opens() || !done, "{what}: acknowledged, and does not open");
        if scene.listed() {
            assert!(scene.opens(), "{what}: listed, and its file does not open the vault");
            scene.env.ok(&["keys", "remove", &format!("key-{}", scene.number), "--yes"]);
        }
    };
    strike(&mut Keys::new(line, |_| (), after), 90);
}

#[test]
fn remove() {
    let line = |scene: &Keys| format!("keys remove key-{} --yes", scene.number);
    let after = |scene: &Keys, done: bool, what: &str| {
        assert_eq!(scene.opens(), scene.listed(), "{what}: what is listed opens the vault, and nothing else");
        assert!(!scene.listed() || !done, "{what}: acknowledged, and still there");
        if scene.listed() {
            scene.env.ok(&["keys", "remove", &format!("key-{}", scene.number), "--yes"]);
        }
    };
    strike(&mut Keys::new(line, Keys::add, after), 110);
}

fn syncs(scene: &Keys, done: bool, what: &str) {
    syncs_or_lost(&scene.env, done, what);
}

#[test]
fn rotate_all() {
    strike(&mut Keys::new(|_| "keys rotate --all --yes".to_owned(), |_| (), syncs), 160);
}

#[test]
fn rotate_bank() {
    strike(&mut Keys::new(|_| "keys rotate --bank --yes".to_owned(), |_| (), syncs), 60);
}
