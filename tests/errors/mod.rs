//! The catalogue of what can go wrong: each case through the finished binary, with exit code, sentence and hint.
//!
//! The snapshots `errors-*` are the texts that people see.

#[cfg(feature = "sandbox")]
mod bank;
mod disk;
#[cfg(feature = "sandbox")]
mod hostile;
mod usage;
mod vault;

use crate::env::{Output, TestEnv};

/// Runs, and demands the exit code, one sentence, a hint that is a command, and the same facts as a JSON object.
fn told(env: &TestEnv, name: &str, code: i32, args: &[&str]) -> Output {
    let output = env.fails(code, args);
    assert_eq!(output.stdout, "", "an error is not data\n{output}");
    for panic in ["panicked", "RUST_BACKTRACE"] {
        assert!(!output.stderr.contains(panic), "{output}");
    }
    let sentence = output.sentence().to_owned();
    assert!(!sentence.ends_with('.') && sentence.len() < 240, "not one sentence: {sentence}");
    hints_can_be_run(env, &output);

    let mut args = args.to_vec();
    args.push("--json");
    let json = env.fails(code, &args);
    let error = json.error();
    assert_eq!(error["exit_code"], code, "{json}");
    assert_eq!(plain(error["message"].as_str().unwrap()), plain(&sentence), "{json}");
    assert_eq!(error["hint"].as_str().unwrap().replace(" --json", ""), output.hint(), "{json}");
    for word in ["code", "kind"] {
        let value = error[word].as_str().unwrap_or_default();
        assert!(value.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !value.is_empty(), "{word} of {json}");
    }
    env.snapshot(&format!("errors-{name}"), &output);
    output
}

/// The sentence without the number that Plaid gives each request.
fn plain(sentence: &str) -> &str {
    sentence.split(" (request ").next().unwrap()
}

/// Every hint that names bursar is a command line that bursar itself understands.
fn hints_can_be_run(env: &TestEnv, output: &Output) {
    let hints: Vec<&str> = output.stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).collect();
    assert!(!hints.is_empty(), "no hint\n{output}");
    let program = hints[0].split(' ').next().unwrap();
    assert!(["bursar", "chmod", "df"].contains(&program), "the first hint is not a command\n{output}");
    for hint in hints.iter().filter(|hint| hint.starts_with("bursar ")) {
        let words = shell_words::split(hint).unwrap();
        let mut args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        args.push("--help");
        let help = env.run(&args);
        assert_eq!(help.status, 0, "the hint `{hint}` is not a command\n{help}");
    }
}
