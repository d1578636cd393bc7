//! A sync that has something to tell: what it says is told at least once, whatever happens between hook and commit.

use std::{fs, process::Command};

use super::{Scene, household, strike, whole, words};
use crate::{env::TestEnv, recurring::days_without};

/// A sync that finds a low balance and payments that did not come, each time of the same vault.
struct Told(TestEnv);

impl Told {
    /// What the hook wrote down; a hook that was struck may have left half a line.
    fn log(&self) -> String {
        fs::read_to_string(self.0.path("home/told")).unwrap_or_default()
    }
}

impl Scene for Told {
    fn reset(&mut self) {
        drop(fs::remove_dir_all(self.0.path("home")));
        copy(&self.0.path("saved"), &self.0.path("home"));
    }

    fn env(&self) -> &TestEnv {
        &self.0
    }

    fn command(&self) -> Vec<String> {
        words("sync")
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.0, what);
        self.0.ok(&["sync"]);
        for key in ["low_balance:a1", "payment_missed:"] {
            assert!(self.log().contains(key), "{what} ({done}): {key} is not told: {}", self.log());
        }
        whole(&self.0, what);
        drop(fs::remove_file(self.0.path("home/told")));
        self.0.ok(&["sync"]);
        assert_eq!(self.log(), "", "{what}: told for ever");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

#[test]
fn a_sync_that_tells() {
    let mut env = household(|_| ());
    env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    // A month in which one payment did not come.
    days_without(&mut env, "netflix", 35, "2026-05-20");
    env.ok(&["config", "set", "notify.command", "[\"sh\", \"-c\", \"cat >> ~/told\"]"]);
    env.ok(&["config", "set", "notify.low_balance", "1000000"]);
    copy(&env.path("home"), &env.path("saved"));
    strike(&mut Told(env), 20);
}
