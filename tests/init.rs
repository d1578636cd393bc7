//! `bursar init`: by flags, and by questions on a terminal.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::env::{PASSPHRASE, TestEnv};

#[test]
fn by_flags_alone() {
    let env = TestEnv::new();
    env.snapshot("init-dry-run", &env.ok(&["init", "--env", "sandbox", "--no-recovery", "--dry-run"]));
    assert!(!env.vault().exists());
    let made = env.ok(&["init", "--env", "sandbox", "--no-recovery", "--yes", "--no-input", "--json"]).json();
    assert_eq!((&made["environment"], &made["recovery"]), (&"sandbox".into(), &false.into()));
    assert_eq!(made["vault"].as_str().unwrap(), env.vault().to_str().unwrap());
    assert_eq!(fs::metadata(env.vault()).unwrap().permissions().mode() & 0o777, 0o700);
    env.snapshot("init-again", &env.fails(6, &["init", "--env", "sandbox", "--no-recovery", "--no-input"]));
    assert_eq!(env.json(&["vault", "check"])["ok"], true, "what was there stays");
}

#[test]
fn what_is_missing_is_named_and_nothing_is_made() {
    let mut env = TestEnv::new();
    env.snapshot("init-no-env", &env.fails(2, &["init", "--no-recovery", "--no-input"]));
    env.snapshot("init-no-recovery-choice", &env.fails(2, &["init", "--env", "sandbox", "--no-input"]));
    env.snapshot("init-wrong-env", &env.fails(2, &["init", "--env", "moon"]));
    env.snapshot("init-generate", &env.fails(2, &["init", "--env", "sandbox", "--no-recovery", "--generate"]));
    let weak = env.secret_file("weak", "password\n");
    env.set("BURSAR_PASSPHRASE_FILE", weak.to_str().unwrap());
    env.snapshot("init-weak", &env.run(&["init", "--env", "sandbox", "--no-recovery", "--no-input"]));
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.snapshot("init-no-passphrase", &env.run(&["init", "--env", "sandbox", "--no-recovery", "--no-input"]));
    assert!(!env.vault().exists());
}

#[test]
fn a_recovery_file_opens_the_vault() {
    let mut env = TestEnv::new();
    let file = env.path("secrets/recovery");
    let made = env.ok(&["init", "--env", "sandbox", "--recovery-file", file.to_str().unwrap(), "--no-input"]);
    env.snapshot("init-recovery-file", &made);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let code = fs::read_to_string(&file).unwrap();
    env.guard(code.lines().last().unwrap());
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.fails(4, &["accounts"]);
    env.set("BURSAR_IDENTITY", file.to_str().unwrap());
    env.ok(&["accounts"]);
}

#[test]
fn a_second_recovery_file_never_overwrites() {
    let env = TestEnv::new();
    let file = env.secret_file("precious", "something else\n");
    let output = env.run(&["init", "--env", "sandbox", "--recovery-file", file.to_str().unwrap(), "--no-input"]);
    assert_eq!(output.status, 6, "{output}");
    assert!(!env.vault().exists(), "nothing was made");
    assert_eq!(fs::read_to_string(&file).unwrap(), "something else\n");
}

#[test]
fn by_questions() {
    let mut env = TestEnv::new();
    let mut terminal = env.terminal(&["init"]);
    terminal.expect("Plaid environment");
    terminal.type_line("sandbox");
    terminal.expect("New passphrase");
    terminal.type_secret("short");
    terminal.expect("warning");
    terminal.expect("New passphrase");
    terminal.type_secret(PASSPHRASE);
    terminal.expect("The same again");
    terminal.type_secret("something else entirely");
    terminal.expect("the two were not the same");
    terminal.expect("New passphrase");
    terminal.type_secret(PASSPHRASE);
    terminal.expect("The same again");
    terminal.type_secret(PASSPHRASE);
    let code = terminal.find("AGE-SECRET-KEY-");
    terminal.expect("Type its last 6 characters");
    terminal.type_line("wrong!");
    terminal.expect("not the end of the code");
    terminal.expect("Type its last 6 characters");
    terminal.type_line(&code[code.len() - 6..].to_lowercase());
    let output = terminal.finish();
    assert_eq!(output.status, 0, "{output}");
    assert_eq!(output.stdout.matches(&code).count(), 1, "the code is shown once: {output}");
    assert!(!output.stdout.contains(PASSPHRASE), "the passphrase is never echoed");
    assert!(output.stdout.contains("hint: bursar link") || output.stdout.contains("bursar link"), "{output}");

    let mut terminal = env.terminal(&["accounts"]);
    terminal.expect("Passphrase");
    terminal.type_secret(PASSPHRASE);
    assert_eq!(terminal.finish().status, 0);
    let mut terminal = env.terminal(&["accounts"]);
    terminal.expect("Passphrase");
    terminal.type_secret("not the passphrase at all");
    let output = terminal.finish();
    assert_eq!(output.status, 4, "{output}");
    let mut terminal = env.terminal(&["accounts"]);
    terminal.expect("Passphrase");
    terminal.type_secret(&code);
    assert_eq!(terminal.finish().status, 0, "a recovery code may be typed wherever a passphrase is asked for");
    env.guard(&code);
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.fails(4, &["accounts", "--no-input"]);
}
