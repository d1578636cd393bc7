//! Programs of the user's choice: without a shell, with a scrubbed environment, for a limited time.
//!
//! Invariant: a program gets the few variables that are named here and nothing else of ours, and is never waited for
//! longer than its limit.

use std::{
    io::{self, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A program with these variables and no others.
pub(super) fn scrubbed(program: &str, arguments: &[String], variables: Vec<(String, String)>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(variables);
    command
}

/// Those of the variables that have one of these names.
pub(super) fn passed_on(environment: &[(String, String)], names: &[&str]) -> Vec<(String, String)> {
    environment.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
}

/// Waits until a program has ended, or until the time is over.
pub(super) fn wait_until(child: &mut Child, deadline: Instant) -> Option<io::Result<ExitStatus>> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(Ok(status)),
            Err(error) => return Some(Err(error)),
            Ok(None) if Instant::now() >= deadline => return None,
            Ok(None) => thread::sleep(LOOK_AGAIN),
        }
    }
}

/// Makes the program the head of a process group, so that it can be killed with all that it starts.
pub(super) fn lead_group(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command
}

/// Kills a program, and what it has started if it leads a group.
pub(super) fn kill(child: &mut Child) {
    #[cfg(unix)]
    kill_group(child);
    let _ = child.kill();
    let _ = child.wait();
}

/// How a program that was given something came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// It could not be started.
    NotStarted(io::Error),
    /// By itself.
    Ended(io::Result<ExitStatus>),
    /// It took longer than it may, and was killed with every process of its group.
    Killed,
}

/// Runs a program as the head of a process group of its own and gives it a text; what it prints goes nowhere.
pub(super) fn feed(mut command: Command, input: Vec<u8>, limit: Duration) -> End {
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = match lead_group(&mut command).spawn() {
        Ok(child) => child,
        Err(error) => return End::NotStarted(error),
    };
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever does not read gets nothing, and is not waited for; the pipe breaks when its last reader is gone.
        thread::spawn(move || drop(stdin.write_all(&input)));
    }
    if let Some(ended) = wait_until(&mut child, Instant::now() + limit) {
        return End::Ended(ended);
    }
    kill(&mut child);
    End::Killed
}

#[cfg(unix)]
fn kill_group(child: &Child) {
    let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = id {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}
