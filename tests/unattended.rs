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
fn a_hanging_passphrase_command_is_waited_for_once_and_ends_with_all_it_started() {
    let mut env = TestEnv::new();
    env.init();
    env.unset("BURSAR_PASSPHRASE_FILE");
    let pid = env.path("secrets/pid");
    let line = format!("sleep 600 & echo $! > {}; exec sleep 600", pid.display());
    env.set("BURSAR_PASSPHRASE_COMMAND", shell_words::join(["sh", "-c", &line]));
    let begin = Instant::now();
    let output = alone(&env, &["accounts"]);
    // The tests' binary waits five seconds, where the one that people have waits a minute.
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}\n{output}", begin.elapsed());
    assert_eq!(output.status, 4, "{output}");
    assert!(output.sentence().ends_with("gave no answer in 5 seconds"), "{output}");
    let child = std::path::Path::new("/proc").join(std::fs::read_to_string(pid).unwrap().trim()).join("cmdline");
    let end = Instant::now() + Duration::from_secs(2);
    // One that nobody has buried yet has no command line either.
    while std::fs::read(&child).is_ok_and(|line| !line.is_empty()) {
        assert!(Instant::now() < end, "what the command had started goes on");
        std::thread::yield_now();
    }
}

#[test]
fn no_command_waits_for_a_terminal_that_is_not_there() {
    #[cfg(target_os = "linux")]
    let _own = crate::env::keyring::new_login();
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
    for known in ["accounts", "transactions", "report", "sync", "connections", "vault check", "config plaid"] {
        assert!(locked.iter().any(|line| line == known), "{known} is not among those that want the key: {locked:#?}");
    }
}

#[cfg(feature = "sandbox")]
mod with_a_bank {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::{architecture::source::root, env::have};

    /// A vault with a bank and a key for a timer; no variable names the owner's secret any more.
    fn with_timer() -> (TestEnv, String) {
        let mut env = TestEnv::household();
        let key = env.path("secrets/timer.key").to_str().unwrap().to_owned();
        env.ok(&["keys", "add", "key-file", &key, "--role", "sync", "--expires", "365d", "--label", "timer"]);
        env.unset("BURSAR_PASSPHRASE_FILE");
        (env, key)
    }

    fn unit(name: &str) -> String {
        fs::read_to_string(root().join("examples/systemd").join(name)).unwrap()
    }

    /// A program of this name, first on the path, that prints a file.
    fn program(env: &mut TestEnv, name: &str, prints: &str) {
        let folder = env.path("home/bin");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\nexec cat {prints}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        env.set("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()));
    }

    fn config(env: &TestEnv, line: &str) {
        let folder = env.path("home/.config/bursar");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), format!("{line}\n")).unwrap();
    }

    #[test]
    fn the_service_syncs_with_its_credential_and_can_do_no_more() {
        let (mut env, key) = with_timer();
        let credentials = env.path("secrets/credentials");
        fs::create_dir_all(&credentials).unwrap();
        fs::copy(&key, credentials.join("bursar.key")).unwrap();
        env.set("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
        let service = unit("bursar-sync@.service");
        let start = service.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/bursar ")).unwrap();
        let synced = alone(&env, &start.split(' ').collect::<Vec<_>>());
        assert_eq!(synced.status, 0, "{synced}");
        assert_eq!(env.json(&["status"])["role"], "sync");
        env.ok(&["accounts"]);
        for refused in
            [&["transactions", "note", "t1", "x"][..], &["keys", "expire", "timer", "never"], &["config", "plaid"]]
        {
            assert_eq!(env.fails(4, &[refused, &["--json"]].concat()).error()["code"], "role");
        }
        fs::write(credentials.join("bursar.key"), format!("{}\n", crate::env::PASSPHRASE)).unwrap();
        assert_eq!(env.json(&["status"])["role"], "owner", "a passphrase is a credential as well");
    }

    #[test]
    fn the_units_are_what_systemd_takes() {
        if !have("systemd-analyze") {
            return;
        }
        let env = TestEnv::new();
        let folder = env.path("units");
        fs::create_dir_all(&folder).unwrap();
        let service = unit("bursar-sync@.service").replace("/usr/local/bin/bursar", env!("CARGO_BIN_EXE_bursar"));
        fs::write(folder.join("bursar-sync@.service"), service).unwrap();
        fs::write(folder.join("bursar-sync@.timer"), unit("bursar-sync@.timer")).unwrap();
        for unit in ["bursar-sync@root.service", "bursar-sync@root.timer"] {
            let mut command = Command::new("systemd-analyze");
            command.args(["verify", "--recursive-errors=no", "--man=no"]).arg(folder.join(unit));
            let output = env.run_command(command);
            assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{output}");
        }
    }

    #[test]
    fn a_key_file_opens_until_its_time_is_over_and_only_when_it_is_private() {
        let (mut env, key) = with_timer();
        env.set("BURSAR_IDENTITY", &key);
        assert_eq!(alone(&env, &["sync", "--no-input"]).status, 0);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        let open = env.fails(13, &["accounts"]);
        assert!(open.hint().starts_with("chmod 600 "), "{open}");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let owner = env.path("secrets/passphrase");
        env.ok(&["keys", "expire", "timer", "now", "--passphrase-file", owner.to_str().unwrap()]);
        assert_eq!(env.fails(4, &["sync", "--json"]).error()["code"], "expired");
    }

    #[test]
    fn a_command_gives_the_secret_or_one_line_says_why_not() {
        let (mut env, key) = with_timer();
        for (name, line) in [
            ("pass", r#"passphrase_command = ["pass", "show", "bursar/timer"]"#),
            ("secret-tool", r#"passphrase_command = ["secret-tool", "lookup", "service", "bursar"]"#),
        ] {
            let page = fs::read_to_string(root().join("docs/unattended.md")).unwrap();
            assert!(page.contains(line), "docs/unattended.md shows another line");
            program(&mut env, name, &key);
            config(&env, line);
            assert_eq!(alone(&env, &["sync"]).status, 0);
        }
        for line in
            ["[\"false\"]", "[\"no-such-program\"]", "[\"true\"]", "[\"head\", \"-c\", \"5000\", \"/dev/zero\"]"]
        {
            config(&env, &format!("passphrase_command = {line}"));
            let begin = Instant::now();
            let output = alone(&env, &["sync"]);
            assert_eq!(output.status, 4, "{output}");
            assert_eq!(output.stderr.lines().count(), 2, "a sentence and a hint\n{output}");
            assert!(begin.elapsed() < Duration::from_secs(10));
        }
    }

    /// What docs/unattended.md tells people to type; the owner's secret is there only for what asks the owner.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_page_works_line_by_line() {
        if !crate::env::keyring::new_login() {
            return;
        }
        let env = TestEnv::household();
        let page = fs::read_to_string(root().join("docs/unattended.md")).unwrap();
        let typed: Vec<&str> =
            page.split("```sh\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap().lines()).collect();
        assert!(typed.len() >= 10, "{typed:?}");
        let script = env.path("page.sh");
        for line in typed {
            fs::write(&script, format!("{line}\n")).unwrap();
            let mut command = env.shell(&script);
            if !line.contains("keys") && !line.contains("unlock") {
                command.env_remove("BURSAR_PASSPHRASE_FILE");
            }
            let output = env.run_command(command);
            assert_eq!(output.status, 0, "{line}\n{output}");
        }
    }
}
