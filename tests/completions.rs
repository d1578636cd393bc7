//! Completion while one types: what the script asks of bursar, with a vault that opens and with one that does not.

use std::time::{Duration, Instant};

use crate::env::{Output, TestEnv};

/// What bash would be offered for the last of these words.
fn complete(env: &TestEnv, words: &[&str]) -> Output {
    let mut args = vec!["--", "bursar"];
    args.extend(words);
    let mut command = env.command(&args);
    command.env("BURSAR_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "true").env("_CLAP_IFS", "\n");
    env.run_command(command)
}

fn offers(env: &TestEnv, words: &[&str]) -> Vec<String> {
    let output = complete(env, words);
    assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{output}");
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn commands_and_values_are_offered_without_a_vault() {
    let env = TestEnv::new();
    assert!(offers(&env, &["tra"]).contains(&"transactions".to_owned()));
    assert!(offers(&env, &["report", "sp"]).contains(&"spending".to_owned()));
    assert!(offers(&env, &["--format", "nd"]).contains(&"ndjson".to_owned()));
    assert!(offers(&env, &["accounts", "show", "Pl"]).is_empty());
}

#[cfg(feature = "sandbox")]
#[test]
fn names_are_offered_when_files_open_the_vault_and_never_asked_for() {
    let mut env = TestEnv::household();
    assert!(offers(&env, &["accounts", "show", ""]).contains(&"Plaid Checking".to_owned()));
    assert_eq!(offers(&env, &["accounts", "show", "Plaid Sav"]), ["Plaid Saving"]);
    assert_eq!(offers(&env, &["sync", "First"]), ["First Platypus Bank"]);
    assert_eq!(offers(&env, &["link", "--repair", "First"]), ["First Platypus Bank"]);

    let wrong = env.secret_file("wrong", "not the passphrase of this vault\n");
    env.set("BURSAR_PASSPHRASE_FILE", wrong.to_str().unwrap());
    assert!(offers(&env, &["accounts", "show", "Pl"]).is_empty());
    env.unset("BURSAR_PASSPHRASE_FILE");
    let begin = Instant::now();
    assert!(offers(&env, &["accounts", "show", "Pl"]).is_empty());
    // A program that prints the passphrase is never started to complete a word.
    env.set("BURSAR_PASSPHRASE_COMMAND", format!("touch {}", env.path("home/started").display()));
    assert!(offers(&env, &["accounts", "show", "Pl"]).is_empty());
    assert!(!env.path("home/started").exists());
    assert!(begin.elapsed() < Duration::from_secs(20), "completion has to be quick");
}

#[cfg(feature = "sandbox")]
#[test]
fn names_are_offered_when_an_identity_opens_the_vault() {
    let mut env = TestEnv::new();
    env.bank();
    let code = env.path("secrets/recovery");
    let file = code.to_str().unwrap().to_owned();
    env.ok(&["init", "--env", "sandbox", "--recovery-file", &file, "--yes", "--no-input"]);
    env.link("ins_109508");
    env.unset("BURSAR_PASSPHRASE_FILE");
    assert!(offers(&env, &["accounts", "show", "Pl"]).is_empty());
    env.set("BURSAR_IDENTITY", &file);
    assert_eq!(offers(&env, &["accounts", "show", "Plaid Sav"]), ["Plaid Saving"]);
    assert_eq!(offers(&env, &["connections", "show", "First"]), ["First Platypus Bank"]);
    env.set("BURSAR_IDENTITY", env.path("secrets/nothing").to_str().unwrap());
    assert!(offers(&env, &["accounts", "show", "Pl"]).is_empty());
}

#[test]
fn every_shell_has_a_script_that_asks_bursar() {
    let env = TestEnv::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = env.ok(&["completions", shell]).stdout;
        assert!(script.contains("BURSAR_COMPLETE"), "{shell}: {script}");
    }
    env.fails(2, &["completions", "tcsh"]);
}
