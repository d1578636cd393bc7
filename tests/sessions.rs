//! `unlock`, `lock`, `sessions`, `status --check`: what the kernel keeps, for whom and how long.

use std::{
    thread,
    time::{Duration, Instant},
};

use linux_keyutils::{Key, KeyPermissions, KeyRing, KeyRingIdentifier, KeySerialId};

use crate::env::{Output, TestEnv, have, keyring};

/// A vault whose secret no variable names, in a login of its own; the file that has the secret comes with it.
fn locked_vault() -> Option<(TestEnv, String)> {
    if !keyring::new_login() {
        return None;
    }
    let mut env = TestEnv::new();
    env.init();
    env.unset("BURSAR_PASSPHRASE_FILE");
    let file = env.path("secrets/passphrase").to_str().unwrap().to_owned();
    Some((env, file))
}

fn unlock(env: &TestEnv, file: &str, args: &[&str]) -> serde_json::Value {
    env.json(&[&["unlock", "--passphrase-file", file][..], args].concat())
}

fn id(session: &serde_json::Value) -> i32 {
    session["id"].as_str().unwrap().parse().unwrap()
}

/// Runs until the vault is locked, a second at most.
fn wait_until_locked(env: &TestEnv) -> Output {
    let begin = Instant::now();
    loop {
        let output = env.run(&["accounts"]);
        if output.status == 4 {
            return output;
        }
        assert!(begin.elapsed() < Duration::from_secs(2), "still open\n{output}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_unlocked_vault_does_not_ask_until_it_is_locked() {
    let Some((env, file)) = locked_vault() else { return };
    env.fails(4, &["accounts"]);
    let session = unlock(&env, &file, &[]);
    assert_eq!((&session["scope"], &session["bank"]), (&"login".into(), &false.into()));
    assert_eq!(session["vault"], env.vault().to_str().unwrap());
    env.ok(&["accounts"]);

    let status = env.json(&["status", "--check"]);
    assert_eq!((&status["unlocked"], &status["role"]), (&true.into(), &"owner".into()));
    let end: jiff::Timestamp = status["session_expires_at"].as_str().unwrap().parse().unwrap();
    let left = end.duration_since("2026-04-15T12:00:00Z".parse().unwrap()).as_secs();
    assert!((870..=900).contains(&left), "{left} s of fifteen minutes");

    assert_eq!(env.json(&["lock"])["ended"], 1);
    env.fails(4, &["accounts"]);
    assert_eq!(env.json(&["lock"])["ended"], 0);
    assert_eq!(env.fails(4, &["status", "--check"]).hint(), "bursar unlock");
    env.ok(&["status"]);
}

#[test]
fn the_kernel_has_an_end_for_it_and_lets_only_the_login_read_it() {
    let Some((env, file)) = locked_vault() else { return };
    let id = id(&unlock(&env, &file, &["--for", "2h"]));
    let ours: Vec<_> = keyring::sessions().into_iter().filter(|line| line[0] == format!("{id:08x}")).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    let (timeout, permissions, kind, name) = (&ours[0][3], &ours[0][4], &ours[0][7], &ours[0][8]);
    assert!(timeout == "1h" || timeout == "2h", "{ours:?}");
    assert_eq!((permissions.as_str(), kind.as_str()), ("1b090000", "user"));
    assert!(name.starts_with("bursar:ledger:"), "{name}");
    let payload = Key::from_id(KeySerialId(id)).read_to_vec().unwrap();
    let bare = [2 + 8 + 8 + 16 + 16, env.vault().as_os_str().len()].iter().sum::<usize>();
    assert_eq!(payload.len(), bare, "no more than the key of one file");
    assert_eq!(payload[34..50], [0; 16], "the banks' part is not in a session for the book");
}

#[test]
fn another_login_cannot_use_read_or_prolong_it_and_can_end_it() {
    let Some((env, file)) = locked_vault() else { return };
    let session = unlock(&env, &file, &[]);
    let id = id(&session);
    let own_ring = KeyRing::from_special_id(KeyRingIdentifier::Session, false).unwrap();
    let mut env = thread::scope(|scope| scope.spawn(move || elsewhere(env, id, own_ring)).join().unwrap());
    env.set("BURSAR_NO_INPUT", "1");
    env.fails(4, &["accounts"]);
}

/// What a program of the same user in another login tries.
fn elsewhere(env: TestEnv, id: i32, their_ring: KeyRing) -> TestEnv {
    assert!(keyring::new_login());
    env.fails(4, &["accounts"]);
    let key = Key::from_id(KeySerialId(id));
    assert!(key.read_to_vec().is_err(), "it can be read from another login");
    assert!(key.set_perms(KeyPermissions::from_u32(0x3f3f_3f3f)).is_err(), "its permissions can be widened");
    assert!(key.set_timeout(86_400).is_err(), "it can be prolonged");
    let own_ring = KeyRing::from_special_id(KeyRingIdentifier::Session, false).unwrap();
    assert!(own_ring.link_key(key).is_err(), "it can be taken over");
    assert!(own_ring.link_keyring(their_ring).is_err(), "the other login's keyring can be taken over");
    assert!(key.read_to_vec().is_err());

    let listed = env.json(&["sessions"]);
    let items = listed["items"].as_array().unwrap();
    let text = id.to_string();
    let item = items.iter().find(|item| item["id"] == text.as_str()).unwrap();
    assert_eq!((&item["vault"], &item["scope"]), (&serde_json::Value::Null, &"login".into()));
    env.ok(&["sessions", "revoke", &text]);
    env
}

#[test]
fn a_session_ends_by_itself() {
    let Some((env, file)) = locked_vault() else { return };
    unlock(&env, &file, &["--for", "300ms"]);
    wait_until_locked(&env);
    assert_eq!(env.json(&["status"])["session_expires_at"], serde_json::Value::Null);
    let mine = env.json(&["sessions"])["items"].as_array().unwrap().iter().any(|item| !item["vault"].is_null());
    assert!(!mine, "an ended session is listed");
}

#[test]
fn a_clock_set_back_does_not_prolong_it() {
    let Some((env, file)) = locked_vault() else { return };
    // The kernel counts whole seconds, so that for a while only bursar's own count has ended.
    unlock(&env, &file, &["--for", "200ms"]);
    wait_until_locked(&env);
    if have("faketime") {
        let mut command = std::process::Command::new("faketime");
        command.args(["-f", "-1h"]).arg(env!("CARGO_BIN_EXE_bursar")).arg("accounts").current_dir("/");
        command.env_clear().envs(env.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        assert_eq!(env.run_command(command).status, 4);
    }
}

/// What a clock set back by two hours amounts to: the kernel's timer goes on, the time since the start does not wait.
#[test]
fn the_machines_uptime_decides_not_the_kernels_timer() {
    let Some((env, file)) = locked_vault() else { return };
    let later = |args: &[&str]| {
        let mut command = std::process::Command::new("unshare");
        command.args(["--time", "--boottime", "7200", "--fork"]).args(args).current_dir("/");
        command.env_clear().envs(env.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    };
    if !have("unshare") || env.run_command(later(&["true"])).status != 0 {
        return;
    }
    unlock(&env, &file, &["--for", "1h"]);
    env.ok(&["accounts"]);
    let output = env.run_command(later(&[env!("CARGO_BIN_EXE_bursar"), "accounts"]));
    assert_eq!(output.status, 4, "{output}");
}

#[test]
fn lengths_are_bounded() {
    let Some((env, file)) = locked_vault() else { return };
    for length in ["13h", "0", "soon", "-5m"] {
        env.fails(2, &["unlock", "--passphrase-file", &file, &format!("--for={length}")]);
    }
    let session = unlock(&env, &file, &["--for", "12h"]);
    assert_eq!(session["expires_at"].as_str().unwrap().get(..13), Some("2026-04-15T23"));
}

#[test]
fn unlocking_again_replaces_the_session() {
    let Some((env, file)) = locked_vault() else { return };
    unlock(&env, &file, &["--bank", "--for", "1h"]);
    unlock(&env, &file, &[]);
    let mine: Vec<_> = env.json(&["sessions"])["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["vault"] == env.vault().to_str().unwrap())
        .cloned()
        .collect();
    assert_eq!(mine.len(), 1, "{mine:?}");
    assert_eq!(mine[0]["bank"], false);
}

#[test]
fn a_wrong_secret_opens_no_session_and_the_next_try_waits() {
    let Some((env, file)) = locked_vault() else { return };
    let wrong = env.secret_file("wrong", "not-the-passphrase-at-all\n");
    env.fails(4, &["unlock", "--passphrase-file", wrong.to_str().unwrap()]);
    env.fails(4, &["accounts"]);
    let mut waiting = env.start(&["unlock", "--passphrase-file", &file]);
    let begin = Instant::now();
    while !waiting.so_far().contains("unlocking failed 1 time here: waiting 2 s") {
        assert!(begin.elapsed() < Duration::from_secs(2), "{}", waiting.so_far());
        thread::sleep(Duration::from_millis(5));
    }
    env.fails(4, &["accounts"]);
    waiting.kill();
}

#[test]
fn every_login_of_the_user_has_a_session_of_the_wider_scope() {
    let Some((env, file)) = locked_vault() else { return };
    unlock(&env, &file, &["--scope", "user"]);
    let env = thread::scope(|scope| {
        let other = scope.spawn(move || {
            assert!(keyring::new_login());
            env.ok(&["accounts"]);
            env
        });
        other.join().unwrap()
    });
    assert_eq!(env.json(&["lock"])["ended"], 1);
    env.fails(4, &["accounts"]);
}

#[test]
fn without_a_keyring_of_its_own_a_login_asks_each_time() {
    let Some((env, file)) = locked_vault() else { return };
    assert!(keyring::shared_login(&format!("bursar-test-{}", std::process::id())));
    env.fails(4, &["unlock", "--passphrase-file", &file]);
    let still = env.ok(&["accounts", "--passphrase-file", &file]);
    assert!(!still.stderr.contains("keyring"), "said once, by unlock\n{still}");
}

#[test]
fn without_keyrings_at_all_everything_but_sessions_works() {
    let Some((env, file)) = locked_vault() else { return };
    if !have("strace") {
        return;
    }
    let blocked = |args: &[&str]| env.traced(args, &["inject=keyctl,add_key:error=EPERM"]).0;
    let refused = blocked(&["unlock", "--passphrase-file", &file, "--json"]);
    assert_eq!(refused.error()["code"], "no_session_store", "{refused}");
    let works = blocked(&["accounts", "--passphrase-file", &file]);
    assert_eq!(works.status, 0, "{works}");
    assert_eq!(blocked(&["accounts"]).status, 4);
    assert_eq!(blocked(&["lock"]).status, 0);
}

#[test]
fn a_session_of_another_vault_is_none() {
    let Some((env, file)) = locked_vault() else { return };
    unlock(&env, &file, &[]);
    let moved = env.path("home/moved");
    std::fs::rename(env.vault(), &moved).unwrap();
    env.fails(4, &["--vault", moved.to_str().unwrap(), "accounts"]);
    std::fs::rename(&moved, env.vault()).unwrap();
    env.ok(&["accounts"]);
}

#[cfg(feature = "sandbox")]
#[test]
fn the_banks_ask_again_unless_the_session_is_for_them() {
    let Some((mut env, file)) = locked_vault() else { return };
    env.bank();
    env.ok(&["link", "--institution", "ins_109508", "--yes", "--passphrase-file", &file]);
    unlock(&env, &file, &[]);
    env.ok(&["accounts"]);
    assert_eq!(env.fails(4, &["sync", "--json"]).error()["code"], "vault_locked");
    env.ok(&["transactions", "note", "t1", "written in a session"]);
    unlock(&env, &file, &["--bank"]);
    env.ok(&["sync"]);
    env.ok(&["accounts"]);
    // What ends a connection or replaces what opens it is the owner's, whatever session there is.
    for owners in [
        &["connections", "rotate", "--all", "--yes"][..],
        &["connections", "remove", "c1", "--yes"],
        &["connections", "remove", "c1", "--local", "--purge", "--yes"],
        &["config", "plaid", "--remove"],
    ] {
        assert_eq!(env.fails(4, &[owners, &["--json"]].concat()).error()["code"], "vault_locked", "{owners:?}");
    }
    assert_eq!(env.json(&["connections"])["items"][0]["state"], "healthy");
    assert_eq!(env.json(&["lock"])["ended"], 1);
    env.fails(4, &["sync"]);
}

#[test]
fn what_only_the_owner_may_do_asks_again_and_a_change_of_keys_ends_the_session() {
    let Some((env, file)) = locked_vault() else { return };
    let key = env.path("secrets/more.key");
    let add = ["keys", "add", "key-file", key.to_str().unwrap(), "--json"];
    unlock(&env, &file, &["--bank"]);
    assert_eq!(env.json(&["keys"])["total"], 1);
    assert_eq!(env.fails(4, &add).error()["code"], "vault_locked");
    assert!(!key.exists());
    env.ok(&[&add[..], &["--passphrase-file", &file]].concat());
    assert_eq!(env.fails(4, &["accounts", "--json"]).error()["code"], "vault_locked");
    unlock(&env, &file, &[]);
    assert_eq!(env.json(&["keys"])["total"], 2);
}

#[test]
fn a_session_ends_with_the_key_that_opened_it() {
    let Some((env, file)) = locked_vault() else { return };
    let key = env.path("secrets/brief.key");
    let key = key.to_str().unwrap();
    env.ok(&["keys", "add", "key-file", key, "--label", "brief", "--passphrase-file", &file]);
    env.ok(&["unlock", "--identity", key]);
    env.ok(&["accounts"]);
    env.ok(&["keys", "expire", "brief", "now", "--passphrase-file", &file]);
    env.fails(4, &["accounts"]);
    assert_eq!(env.fails(4, &["unlock", "--identity", key, "--json"]).error()["code"], "expired");
}

#[test]
fn a_viewer_has_sessions_too_but_not_for_the_banks() {
    let Some((env, file)) = locked_vault() else { return };
    let key = env.path("secrets/viewer.key");
    let key = key.to_str().unwrap();
    env.ok(&["keys", "add", "key-file", key, "--role", "viewer", "--passphrase-file", &file]);
    assert_eq!(env.fails(4, &["unlock", "--bank", "--identity", key, "--json"]).error()["code"], "role");
    env.ok(&["unlock", "--identity", key]);
    assert_eq!(env.json(&["status"])["role"], "viewer");
    assert_eq!(env.fails(4, &["transactions", "note", "t1", "x", "--json"]).error()["code"], "role");
}

#[test]
fn unlocking_and_locking_are_in_the_audit_log() {
    let Some((env, file)) = locked_vault() else { return };
    let wrong = env.secret_file("wrong", "not-the-passphrase-at-all\n");
    unlock(&env, &file, &["--for", "1h", "--bank"]);
    env.ok(&["lock"]);
    env.fails(4, &["accounts", "--passphrase-file", wrong.to_str().unwrap()]);
    let log = env.json(&["audit", "list", "--passphrase-file", &file]);
    let of = |action: &str| {
        let items = log["items"].as_array().unwrap();
        items.iter().find(|item| item["action"] == action).unwrap_or_else(|| panic!("no {action} in {log}"))["detail"]
            .clone()
    };
    let unlocked = of("unlock");
    assert_eq!((&unlocked["seconds"], &unlocked["scope"]), (&3600.into(), &"login".into()));
    assert_eq!(unlocked["bank"], true);
    assert_eq!(of("lock")["sessions"], 1);
    assert_eq!(of("unlock.failed")["times"], 1);
}

/// As a user of its own, since it ends the sessions of every login of the user who asks.
#[test]
fn lock_all_ends_the_sessions_of_every_login() {
    let root = rustix::process::geteuid().is_root();
    if !root || !have("setpriv") || !keyring::new_login() {
        return;
    }
    let env = TestEnv::new();
    let user = (54_000 + std::process::id() % 1000).to_string();
    let program = env.path("secrets/bursar");
    std::fs::copy(env!("CARGO_BIN_EXE_bursar"), &program).unwrap();
    let owned = std::process::Command::new("chown").args(["-R", &format!("{user}:{user}")]).arg(env.path("")).status();
    assert!(owned.unwrap().success());
    let typed = env.command(&[]);
    let variables: Vec<_> =
        typed.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    let home = env.path("home");
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new("setpriv");
        command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]).arg(&program);
        command.args(args).env_clear().envs(variables.iter().cloned()).current_dir(&home);
        if args[0] != "init" && args[0] != "unlock" {
            command.env_remove("BURSAR_PASSPHRASE_FILE");
        }
        let ended = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Output { status: ended.status.code().unwrap(), stdout: text(&ended.stdout), stderr: text(&ended.stderr) }
    };
    assert_eq!(run(&["init", "--env", "sandbox", "--no-recovery", "--yes", "--no-input"]).status, 0);
    assert_eq!(run(&["unlock"]).status, 0);
    assert_eq!(run(&["accounts"]).status, 0);
    let ended = thread::scope(|scope| {
        let elsewhere = scope.spawn(|| {
            assert!(keyring::new_login());
            assert_eq!(run(&["unlock", "--scope", "user"]).status, 0);
            run(&["lock", "--all", "--json"])
        });
        elsewhere.join().unwrap()
    });
    assert_eq!(ended.json()["ended"], 2, "{ended}");
    assert_eq!(run(&["accounts"]).status, 4);
    assert_eq!(run(&["sessions", "--json"]).json()["total"], 0);
}
