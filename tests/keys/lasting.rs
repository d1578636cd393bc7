//! Ends: keys that expire, roles that refuse, the owner that always remains.

use super::{by_identity, key, key_file};
use crate::env::TestEnv;

#[test]
fn a_key_opens_nothing_after_its_last_day() {
    let env = TestEnv::new();
    env.init();
    let file = key_file(&env, "timer", &["--role", "sync", "--expires", "2199-03-31"]);
    assert_eq!(key(&env, "timer")["expires_at"], "2199-03-31T23:59:59Z");
    assert_eq!(by_identity(&env, &file, &["accounts", "--today", "2199-03-31"]).status, 0);
    let over = by_identity(&env, &file, &["accounts", "--today", "2199-04-01"]);
    assert_eq!(over.status, 4, "{over}");
    assert!(over.stderr.contains("\"timer\" expired on 2199-03-31"), "{over}");
    env.ok(&["keys", "expire", "timer", "never"]);
    assert_eq!(by_identity(&env, &file, &["accounts", "--today", "2199-04-01"]).status, 0);
    env.fails(2, &["keys", "add", "key-file", "k", "--expires", "2001-01-01"]);
    env.fails(2, &["keys", "expire", "timer", "soon"]);
}

#[test]
fn a_sync_key_lasts_a_year_unless_something_else_is_said() {
    let env = TestEnv::new();
    env.init();
    let path = env.path("secrets/cron");
    let added = env.ok(&["keys", "add", "key-file", path.to_str().unwrap(), "--role", "sync", "--label", "cron"]);
    let end: jiff::Timestamp = key(&env, "cron")["expires_at"].as_str().unwrap().parse().unwrap();
    let days = end.duration_since(jiff::Timestamp::now()).as_hours() / 24;
    assert!((364..=365).contains(&days), "{days} days");
    assert!(added.stderr.contains(&format!("it opens the vault until {}", end.strftime("%F"))), "{added}");
    key_file(&env, "lasting", &["--role", "sync", "--expires", "never"]);
    key_file(&env, "reader", &["--role", "viewer"]);
    key_file(&env, "second", &[]);
    for without in ["lasting", "reader", "second"] {
        assert!(key(&env, without)["expires_at"].is_null(), "{without}");
    }
}

#[test]
fn no_flag_makes_time_run_back() {
    let env = TestEnv::new();
    env.init();
    let file = key_file(&env, "lost", &[]);
    let ended = env.json(&["keys", "expire", "lost", "now"]);
    assert_eq!(ended["expired"], true);
    for today in ["1999-01-01", "2026-04-15", "2199-01-01"] {
        assert_eq!(by_identity(&env, &file, &["accounts", "--today", today]).status, 4, "{today}");
    }
}

#[test]
fn an_owner_always_remains() {
    let env = TestEnv::new();
    env.init();
    let refused = env.fails(7, &["keys", "expire", "passphrase", "2199-01-01"]);
    assert!(refused.stderr.contains("\"passphrase\" is the last owner's key"), "{refused}");
    key_file(&env, "timer", &["--role", "sync"]);
    key_file(&env, "short", &["--expires", "2199-01-01"]);
    env.fails(7, &["keys", "expire", "passphrase", "90d"]);
    key_file(&env, "second", &[]);
    env.ok(&["keys", "expire", "passphrase", "90d"]);
    let refused = env.fails(7, &["keys", "expire", "second", "now"]);
    assert!(refused.stderr.contains("nothing was changed"), "{refused}");
    assert!(key(&env, "second")["expires_at"].is_null());
    env.fails(5, &["keys", "expire", "nobody", "now"]);
}

#[test]
fn every_writing_command_asks_for_the_role() {
    let env = TestEnv::new();
    env.init();
    let viewer = key_file(&env, "viewer", &["--role", "viewer"]);
    let timer = key_file(&env, "timer", &["--role", "sync"]);
    let owner_only: [&[&str]; 7] = [
        &["transactions", "note", "t1", "hello"],
        &["config", "plaid", "--remove"],
        &["link", "--institution", "ins_109508", "--yes"],
        &["keys", "add", "key-file", "nowhere"],
        &["keys", "expire", "timer", "now"],
        &["keys", "passwd"],
        &["keys", "recovery", "--recovery-file", "nowhere"],
    ];
    for args in owner_only {
        for key in [&viewer, &timer] {
            let refused = by_identity(&env, key, args);
            assert_eq!(refused.status, 4, "{args:?}: {refused}");
            assert!(refused.stderr.contains("takes an owner's key"), "{args:?}: {refused}");
        }
    }
    assert_eq!(by_identity(&env, &viewer, &["sync"]).status, 4);
    assert_eq!(by_identity(&env, &timer, &["sync"]).status, 0);
    for args in [&["accounts"][..], &["transactions"], &["report", "spending"], &["keys"], &["vault", "check"]] {
        assert_eq!(by_identity(&env, &viewer, args).status, 0, "{args:?}");
    }
    assert_eq!(by_identity(&env, &viewer, &["status", "--json"]).json()["role"], "viewer");
    assert!(!env.path("home/nowhere").exists());
}
