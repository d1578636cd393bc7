//! A disk that is full, a folder that cannot be written, a reader that went away.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::env::{Output, TestEnv, have};

/// Whether this user may mount in a name space of their own; some systems forbid it, and CI is not one of them.
fn can_mount() -> bool {
    let probe = ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"];
    let may = have("unshare") && Command::new("unshare").args(probe).stderr(Stdio::null()).status().unwrap().success();
    assert!(may || std::env::var_os("CI").is_none(), "CI cannot mount in a name space of its own");
    may
}

/// Runs bursar where `folder` is a file system of its own, mounted with the given options: visible to this run only.
fn on_mount(env: &TestEnv, folder: &Path, mount: &str, args: &[&str]) -> Output {
    let bursar = env.command(args);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-euc"]);
    command.arg(format!("folder=$1; shift; {mount}; exec \"$@\"")).arg("sh").arg(folder);
    command.arg(bursar.get_program()).args(bursar.get_args()).env_clear();
    command.envs(bursar.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(bursar.get_current_dir().unwrap());
    env.run_command(command)
}

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
    let output = on_mount(&env, &folder, "mount -t tmpfs -o size=32k,mode=700 none \"$folder\"", &args);
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
    let output = on_mount(&env, &folder, "mount -t tmpfs -o ro,mode=700 none \"$folder\"", &args);
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
    let output = on_mount(&env, &folder, fill, &["accounts", "-o", "small/accounts.csv"]);
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
