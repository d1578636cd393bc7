//! Keys that an age plugin holds, with a program that speaks the protocol as a security token's does.

use std::{
    fs,
    time::{Duration, Instant},
};

use bech32::{Bech32, Hrp};
use serde_json::Value;

use super::by_identity;
use crate::env::{TestEnv, have, mode};

const PIN: &str = "canary-pin-4711";

/// A vault, a token that opens it, and the folder of the token's program.
struct Token {
    env: TestEnv,
    recipient: String,
}

impl Token {
    /// A household whose path has the plugin; nothing where there is no Python to run it.
    fn new() -> Option<Self> {
        if !have("python3") {
            return None;
        }
        let mut env = TestEnv::household();
        fs::create_dir(env.path("plugins")).unwrap();
        mode(&env.path("plugins"), 0o755);
        let program = env.path("plugins/age-plugin-bursartest");
        fs::write(&program, include_str!("age-plugin-bursartest")).unwrap();
        mode(&program, 0o755);
        let python =
            std::env::split_paths(&std::env::var_os("PATH").unwrap()).find(|place| place.join("python3").is_file());
        let path = format!("{}:/usr/bin:/bin:{}", env.path("plugins").display(), python.unwrap().display());
        env.set("PATH", path);
        let text = |hrp: &str| bech32::encode::<Bech32>(Hrp::parse(hrp).unwrap(), &[42; 16]).unwrap();
        env.secret_file("token", &format!("# the test token\n{}\n", text("age-plugin-bursartest-").to_uppercase()));
        let recipient = text("age1bursartest");
        Some(Self { env, recipient })
    }

    fn set(&self, switch: &str, content: &str) {
        fs::write(self.env.path("plugins").join(switch), content).unwrap();
    }

    fn run(&self, args: &[&str]) -> crate::env::Output {
        by_identity(&self.env, "secrets/token", args)
    }

    fn add(&self, flags: &[&str]) -> Value {
        self.env.json(&[&["keys", "add", "plugin", &self.recipient, "--label", "token"], flags].concat())
    }
}

#[test]
fn a_token_opens_the_vault_and_outlives_every_change_of_keys() {
    let Some(token) = Token::new() else { return };
    assert_eq!(token.run(&["accounts"]).status, 4, "not added yet");
    assert_eq!(token.add(&[])["kind"], "plugin");
    let opened = token.run(&["accounts"]);
    assert_eq!(opened.status, 0, "{opened}");
    assert!(opened.stderr.contains("touch the test token"), "{opened}");
    let given = fs::read_to_string(token.env.path("plugins/environ")).unwrap();
    assert!(given.contains("HOME") && !given.contains("PLAID_SECRET") && !given.contains("PLAID_CLIENT_ID"), "{given}");
    assert!(
        given.contains("pipe:") && !given.contains("/home/vault"),
        "no file of the vault is left open to it: {given}"
    );
    // Keys change without the token, whose program is not even there.
    let (here, away) = (token.env.path("plugins/age-plugin-bursartest"), token.env.path("plugins/away"));
    fs::rename(&here, &away).unwrap();
    token.env.ok(&["keys", "rotate", "--ledger", "--bank", "--yes"]);
    let missing = token.run(&["accounts", "--json"]);
    assert_eq!((missing.status, &missing.error()["code"]), (5, &"no_plugin".into()), "{missing}");
    fs::rename(&away, &here).unwrap();
    assert_eq!(token.run(&["sync"]).status, 0, "an owner's token reaches the banks");
    assert_eq!(token.run(&["keys", "rotate", "--ledger", "--bank", "--yes"]).status, 0);
    token.env.ok(&["keys", "remove", "token", "--yes"]);
    assert_eq!(token.run(&["accounts"]).status, 4, "removed");
    assert_eq!(token.env.json(&["vault", "check"])["ok"], true);
}

/// docs/open-without-bursar.md: the wrapped identity by the token, the key file by the identity.
#[test]
fn the_age_program_opens_the_vault_through_the_token() {
    let Some(token) = Token::new().filter(|_| have("age")) else { return };
    token.add(&[]);
    let (place, keys) = (token.env.path("secrets"), token.env.vault().join("bursar.keys"));
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/open-without-bursar.py");
    let path = token
        .env
        .command(&[])
        .get_envs()
        .find(|(name, _)| *name == "PATH")
        .and_then(|(_, value)| value)
        .unwrap()
        .to_owned();
    let run = |program: &str, args: &[&std::ffi::OsStr]| {
        let done =
            std::process::Command::new(program).args(args).current_dir(&place).env("PATH", &path).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    let written = run("python3", &[script.as_os_str(), "wrapped".as_ref(), keys.as_os_str()]);
    assert_eq!(String::from_utf8(written).unwrap(), "wrapped-1.age\n");
    run("age", &["-d", "-i", "token", "-o", "code.txt", "wrapped-1.age"].map(std::ffi::OsStr::new));
    let payload = run("age", &["-d".as_ref(), "-i".as_ref(), "code.txt".as_ref(), keys.as_os_str()]);
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["slots"].as_array().unwrap().len(), 2);
}

#[test]
fn a_token_for_reading_reaches_no_bank() {
    let Some(token) = Token::new() else { return };
    token.add(&["--role", "viewer"]);
    assert_eq!(token.run(&["accounts"]).status, 0);
    assert_eq!(token.run(&["sync"]).status, 4);
}

#[test]
fn nobody_touches_it_it_refuses_or_it_asks_for_a_pin() {
    let Some(token) = Token::new() else { return };
    token.env.guard(PIN);
    token.add(&[]);
    token.set("deny", "");
    let denied = token.run(&["accounts", "--json"]);
    assert_eq!((denied.status, &denied.error()["code"]), (4, &"holder".into()), "{denied}");
    fs::remove_file(token.env.path("plugins/deny")).unwrap();

    token.set("hang", "");
    let begin = Instant::now();
    let silent = token.run(&["accounts"]);
    assert_eq!(silent.status, 4, "{silent}");
    assert!(silent.stderr.contains("gave no answer") && begin.elapsed() < Duration::from_secs(30), "{silent}");
    fs::remove_file(token.env.path("plugins/hang")).unwrap();

    fs::write(token.env.path("secrets/pin"), PIN).unwrap();
    std::os::unix::fs::symlink(token.env.path("secrets/pin"), token.env.path("plugins/pin")).unwrap();
    assert_eq!(token.run(&["accounts"]).status, 4, "there is nobody to ask for the PIN");
    let mut command = token.env.command(&["accounts"]);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("BURSAR_IDENTITY", token.env.path("secrets/token"));
    let mut terminal = token.env.terminal_of(&command);
    terminal.expect("touch the test token");
    terminal.expect("PIN of the test token: ");
    terminal.type_secret(PIN);
    let output = token.env.keep(terminal.finish());
    assert_eq!(output.status, 0, "{output}");
}

#[test]
fn a_plugin_that_others_may_write_is_never_started() {
    let Some(token) = Token::new() else { return };
    token.add(&[]);
    mode(&token.env.path("plugins/age-plugin-bursartest"), 0o777);
    let refused = token.run(&["accounts", "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (13, &"unsafe_plugin".into()), "{refused}");
    assert!(!refused.stderr.contains("touch"), "{refused}");
    let again = token.env.fails(13, &["keys", "add", "plugin", &token.recipient]);
    assert!(again.hint().starts_with("chmod go-w"), "{again}");
}

#[test]
fn what_no_plugin_understands_is_no_recipient() {
    let Some(token) = Token::new() else { return };
    let wrong = token.env.fails(2, &["keys", "add", "plugin", "age1qqqq", "--json"]);
    assert_eq!(wrong.error()["code"], "not_a_recipient", "{wrong}");
    let missing = token.env.fails(
        5,
        &["keys", "add", "plugin", &bech32::encode::<Bech32>(Hrp::parse("age1nowhere").unwrap(), &[1; 8]).unwrap()],
    );
    assert!(missing.stderr.contains("age-plugin-nowhere is not on the path"), "{missing}");
}

#[test]
fn as_many_tokens_as_a_reader_tries_and_none_more() {
    let Some(token) = Token::new() else { return };
    for _ in 0..8 {
        token.add(&[]);
    }
    let refused = token.env.fails(7, &["keys", "add", "plugin", &token.recipient, "--label", "ninth", "--json"]);
    assert_eq!(refused.error()["code"], "too_many_keys");
    assert_eq!(token.run(&["accounts"]).status, 0);
    let slots = token.env.json(&["vault", "inspect"])["header_slots"].as_array().unwrap().clone();
    let kinds = |wanted: &str| slots.iter().filter(|slot| slot["kind"] == wanted).count();
    assert_eq!((kinds("bursar.dev/wrapped"), kinds("passphrase"), slots.len()), (8, 1, 9), "{slots:?}");
}
