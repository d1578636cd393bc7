//! The README's console blocks are run from top to bottom in one shell, and what they show is what comes out.
//!
//! `UPDATE_README=1 cargo test readme` writes the real output into the file.

use std::{env, fs};

use crate::{
    architecture::source::root,
    env::{TestEnv, have},
};

const FENCE: &str = "```console";
const MARK: &str = "@@ next command @@";

/// A command of the README and the lines shown under it.
struct Shown {
    command: String,
    output: String,
}

#[test]
fn the_tour_is_what_really_happens() {
    if !have("jq") {
        return;
    }
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let shown = console(&readme);
    assert!(shown.len() >= 8, "the tour has become short");
    let real = run(&shown);
    if env::var_os("UPDATE_README").is_some() {
        fs::write(&path, rewrite(&readme, &real)).unwrap();
        return;
    }
    for (shown, real) in shown.iter().zip(&real) {
        assert_eq!(shown.output, *real, "README.md shows something else under `$ {}`", shown.command);
    }
}

#[test]
fn the_two_commands_are_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(readme.lines().any(|line| line == command), "README.md lacks the line `{command}`");
    }
}

/// All commands of all console blocks, in order.
fn console(readme: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match (inside, line) {
            (false, FENCE) => inside = true,
            (true, "```") => inside = false,
            (true, line) => {
                if let Some(command) = line.strip_prefix("$ ") {
                    shown.push(Shown { command: command.to_owned(), output: String::new() });
                } else {
                    let last = shown.last_mut().expect("output before the first command");
                    last.output.push_str(line);
                    last.output.push('\n');
                }
            }
            (false, _) => {}
        }
    }
    shown
}

/// What each command printed, on both streams as on a terminal.
fn run(shown: &[Shown]) -> Vec<String> {
    let mut env = TestEnv::new();
    for name in ["BURSAR_VAULT", "BURSAR_PASSPHRASE_FILE"] {
        env.unset(name);
    }
    env.set("COLUMNS", "100");
    let lines: Vec<String> = shown.iter().map(|shown| format!("echo '{MARK}'\n{}\n", shown.command)).collect();
    let script = lines.concat();
    let file = env.path("tour.sh");
    fs::write(&file, format!("exec 2>&1\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n{script}")).unwrap();
    let output = env.run_command(env.shell(&file));
    let home = env.path("home").to_str().unwrap().to_owned();
    let text = output.stdout.replace(&home, "~");
    let mark = format!("{MARK}\n");
    let parts = text.split(&mark).skip(1).map(|part| part.trim_end_matches('\n'));
    let real: Vec<String> =
        parts.map(|part| if part.is_empty() { String::new() } else { format!("{part}\n") }).collect();
    assert_eq!(real.len(), shown.len(), "the shell stopped early\n{output}");
    real
}

/// The README with the real output under each command.
fn rewrite(readme: &str, real: &[String]) -> String {
    let mut real = real.iter();
    let mut text = String::new();
    let mut inside = false;
    for line in readme.lines() {
        let command = inside && line.starts_with("$ ");
        if !inside || command || line == "```" {
            text.push_str(line);
            text.push('\n');
        }
        if command {
            text.push_str(real.next().unwrap());
        }
        inside = (inside || line == FENCE) && line != "```";
    }
    text
}
