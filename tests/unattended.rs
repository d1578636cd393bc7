//! Nobody is there: no terminal, no person. Everything ends by itself, and says in one line what it wanted.

use std::{
    collections::VecDeque,
    process::Command,
    time::{Duration, Instant},
};

use crate::env::{Output, TestEnv};

/// Commands that go on until they are stopped, or that write a whole tree of files.
const LEFT_OUT: [&str; 3] = ["sandbox serve", "demo", "generate"];

/// Every command that can be run, in words, found as a person would: by asking each for its help.
fn commands(env: &TestEnv) -> Vec<Vec<String>> {
    let mut open = VecDeque::from([Vec::<String>::new()]);
    let mut found = Vec::new();
    while let Some(words) = open.pop_front() {
        let help = help(env, &words);
        let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let inner: Vec<&str> =
            listed.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  ")).collect();
        let names = inner.iter().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(' ').next());
        let before = open.len();
        open.extend(names.map(|name| [words.clone(), vec![name.to_owned()]].concat()));
        if open.len() == before || !usage(&help).contains("<COMMAND>") {
            found.push(words);
        }
    }
    found.retain(|words| !LEFT_OUT.contains(&words.join(" ").as_str()));
    found
}

fn help(env: &TestEnv, words: &[String]) -> String {
    let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
    args.push("--help");
    env.ok(&args).stdout
}

fn usage(help: &str) -> &str {
    help.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap()
}

/// Something for each argument that the command cannot do without.
fn required(help: &str) -> Vec<&str> {
    let wanted = usage(help).split_whitespace().filter(|word| word.starts_with('<') && !word.contains("COMMAND"));
    wanted.map(|word| if word.contains("DATE") { "2026-01-01" } else { "accounts" }).collect()
}

/// Runs without a controlling terminal, as cron and systemd do.
fn alone(env: &TestEnv, args: &[&str]) -> Output {
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(env!("CARGO_BIN_EXE_bursar")).args(args).current_dir(env.path("home"));
    command.env_clear().envs(env.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    env.run_command(command)
}

#[test]
fn no_command_waits_for_a_terminal_that_is_not_there() {
    #[cfg(target_os = "linux")]
    crate::env::keyring::new_login();
    let mut env = TestEnv::new();
    env.init();
    env.unset("BURSAR_PASSPHRASE_FILE");
    let mut locked = Vec::new();
    for words in commands(&env) {
        let help = help(&env, &words);
        let args: Vec<&str> = words.iter().map(String::as_str).chain(required(&help)).collect();
        let begin = Instant::now();
        let output = alone(&env, &args);
        assert!(begin.elapsed() < Duration::from_secs(20), "bursar {} waits\n{output}", args.join(" "));
        let errors = output.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, usize::from(output.status != 0), "one line of what went wrong\n{output}");
        if output.status == 4 && output.sentence().starts_with("the vault is locked") {
            locked.push(args.join(" "));
        }
    }
    for known in ["accounts", "transactions", "report", "sync", "connections", "vault check", "config plaid", "unlock"]
    {
        assert!(locked.iter().any(|line| line == known), "{known} is not among those that want the key: {locked:#?}");
    }
}
