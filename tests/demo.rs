//! `bursar demo`: from nothing to reports on invented banks, and away again.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::env::TestEnv;

#[test]
fn the_demo_shows_every_command_and_leaves_nothing() {
    let env = TestEnv::new();
    let output = env.ok(&["demo"]);
    for command in ["init", "link", "sync", "accounts", "report summary", "report spending", "report cashflow"] {
        assert!(output.stderr.contains(&format!("$ bursar {command}")), "{command} in {output}");
    }
    for data in ["Plaid Checking", "Net worth", "Rent and utilities", "Spending"] {
        assert!(output.stdout.contains(data), "{data} in {output}");
    }
    assert!(output.stderr.contains("hint: bursar init"), "{output}");
    assert_eq!(fs::read_dir(env.path("tmp")).unwrap().count(), 0, "the temporary vault is gone");
    assert!(!env.vault().exists(), "the user's own vault is not touched");
    assert!(!env.path("home/.local/state/bursar").exists() && !env.path("home/.config/bursar").exists());
}

#[test]
fn a_kept_demo_can_be_played_with() {
    let env = TestEnv::new();
    let output = env.ok(&["demo", "--keep", "played"]);
    let hint = output.hint().split(' ').collect::<Vec<_>>();
    assert_eq!(hint[0], "bursar");
    env.guard(fs::read_to_string(env.path("home/played/passphrase")).unwrap().trim());
    fs::rename(env.path("home/played/passphrase"), env.path("secrets/demo")).unwrap();
    let demo = |args: &[&str]| {
        let file = env.path("secrets/demo");
        env.ok(&[&["--vault", "played/vault", "--passphrase-file", file.to_str().unwrap()], args].concat())
    };
    assert!(demo(&["report", "spending", "--monthly"]).stdout.contains("Rent"));
    assert!(demo(&["accounts"]).stdout.contains("Plaid Checking"));
    let again = env.fails(6, &["demo", "--keep", "played", "--json"]);
    assert_eq!(again.error()["code"], "not_empty");
    assert!(demo(&["accounts"]).stdout.contains("Plaid Checking"), "what is there stays");
    assert!(!env.vault().exists());
}

#[test]
fn the_same_seed_and_day_give_the_same_money() {
    let env = TestEnv::new();
    let summary = |seed: &str| {
        let output = env.ok(&["demo", "--seed", seed]).stdout;
        output.lines().skip_while(|line| !line.starts_with("Account")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(summary("3"), summary("3"));
    assert_ne!(summary("3"), summary("4"));
}

/// Starts a demo and waits until it has a vault.
fn under_way(env: &TestEnv) -> crate::env::Background {
    let demo = env.start(&["demo"]);
    let begin = Instant::now();
    while !demo.so_far().contains("$ bursar link") {
        assert!(begin.elapsed() < Duration::from_mins(1), "{}", demo.so_far());
        thread::sleep(Duration::from_millis(2));
    }
    demo
}

#[test]
fn a_demo_that_is_stopped_leaves_nothing() {
    let env = TestEnv::new();
    let left = || fs::read_dir(env.path("tmp")).unwrap().count();
    let demo = under_way(&env);
    assert_eq!(left(), 1);
    let pid = demo.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = env.keep(demo.finish());
    assert_eq!((output.status, left()), (130, 0), "{output}");

    under_way(&env).kill();
    assert_eq!(left(), 1, "a kill leaves what it leaves");
    // It holds a passphrase of its own, which the search for secrets does not know.
    env.ok(&["demo"]);
    assert_eq!(left(), 0, "the next demo has swept it");
}
