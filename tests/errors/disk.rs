//! A disk that is full, a folder that cannot be written, a reader that went away.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::env::{Output, TestEnv, can_mount};

const INIT: [&str; 6] = ["init", "--env", "sandbox", "--no-recovery", "--yes", "--no-input"];

fn told_once(env: &TestEnv, name: &str, output: &Output) {
    assert_eq!(output.status, 14, "{output}");
    assert!(!output.sentence().is_empty() && !output.hint().is_empty());
    env.snapshot(&format!("errors-{name}"), output);
}

#[test]
fn a_full_disk_at_init() {
    if !can_mount() {
        return;
    }
    let env = TestEnv::new();
    let folder = env.path("home/small");
    fs::create_dir(&folder).unwrap();
    let mut args = vec!["--vault", "./small/vault"];
    args.extend(INIT);
    let output = env.on_mount(&folder, "mount -t tmpfs -o size=32k,mode=700 none \"$folder\"", &args);
    told_once(&env, "disk-full-init", &output);
}

#[test]
fn a_read_only_folder_at_init() {
    if !can_mount() {
        return;
    }
    let env = TestEnv::new();
    let folder = env.path("home/sealed");
    fs::create_dir(&folder).unwrap();
    let mut args = vec!["--vault", "./sealed/vault"];
    args.extend(INIT);
    let output = env.on_mount(&folder, "mount -t tmpfs -o ro,mode=700 none \"$folder\"", &args);
    told_once(&env, "read-only-init", &output);
}

#[test]
fn a_full_disk_under_the_output_file() {
    if !can_mount() {
        return;
    }
    let env = TestEnv::new();
    env.init();
    let folder = env.path("home/small");
    fs::create_dir(&folder).unwrap();
    let fill = "mount -t tmpfs -o size=4k,mode=700 none \"$folder\"; head -c 4096 /dev/zero >\"$folder/full\"";
    let output = env.on_mount(&folder, fill, &["accounts", "-o", "small/accounts.csv"]);
    told_once(&env, "disk-full-output", &output);
}

#[test]
fn a_full_device_behind_the_standard_output() {
    let env = TestEnv::new();
    env.init();
    let mut script = Command::new("sh");
    script.args(["-c", "exec \"$0\" accounts --json >/dev/full"]).arg(env!("CARGO_BIN_EXE_bursar"));
    let bursar = env.command(&[]);
    script.env_clear().envs(bursar.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = env.run_command(script);
    assert_eq!(output.status, 14, "{output}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let env = TestEnv::new();
    env.init();
    let mut child = env.command(&["help", "exit-codes"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success() || output.status.code().is_none(), "{:?}", output.status);
}
