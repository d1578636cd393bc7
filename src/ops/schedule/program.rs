//! The schedulers' own programs: `crontab`, `systemctl --user`, `launchctl`.
//!
//! Invariant: a table that could not be read is never written.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use super::{ScheduleError, Scheduler};

const CRONTAB: &str = "crontab";

/// The user's crontab; empty if there is none.
pub(super) fn crontab() -> Result<String, ScheduleError> {
    let output = run(CRONTAB, &["-l"])?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|_| ScheduleError::Refused {
            program: CRONTAB,
            reason: "the table is not UTF-8 text".to_owned(),
        });
    }
    if said.contains("no crontab for") { Ok(String::new()) } else { Err(refused(CRONTAB, &said)) }
}

/// Replaces the user's crontab.
pub(super) fn set_crontab(table: &str) -> Result<(), ScheduleError> {
    let failed = |source| ScheduleError::NoProgram { program: CRONTAB, source };
    let mut command = command(CRONTAB, &["-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(table.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() { Ok(()) } else { Err(refused(CRONTAB, &String::from_utf8_lossy(&output.stderr))) }
}

fn refused(program: &'static str, said: &str) -> ScheduleError {
    let reason = said.split_whitespace().collect::<Vec<_>>().join(" ");
    ScheduleError::Refused { program, reason: if reason.is_empty() { "no reason given".to_owned() } else { reason } }
}

fn command(program: &str, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    // Their answers are looked at in English.
    command.args(words).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(program: &'static str, words: &[&str]) -> Result<Output, ScheduleError> {
    command(program, words).output().map_err(|source| ScheduleError::NoProgram { program, source })
}

/// Whether the user's own manager is running and answers.
pub fn answers(scheduler: Scheduler) -> bool {
    match scheduler {
        Scheduler::Systemd => run("systemctl", &["--user", "show-environment"]).is_ok_and(|out| out.status.success()),
        Scheduler::Launchd => run("launchctl", &["list"]).is_ok_and(|out| out.status.success()),
        Scheduler::Cron => true,
    }
}

/// What the manager of files has to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    program: &'static str,
    lines: Vec<Vec<String>>,
}

impl Manager {
    /// What makes new files count.
    pub fn starting(scheduler: Scheduler, name: &str, file: &str) -> Self {
        match scheduler {
            Scheduler::Systemd => Self::of(
                "systemctl",
                &[&["--user", "daemon-reload"], &["--user", "enable", "--now", &format!("{name}.timer")]],
            ),
            Scheduler::Launchd => Self::of("launchctl", &[&["load", "-w", file]]),
            Scheduler::Cron => Self::of(CRONTAB, &[]),
        }
    }

    /// What ends them, before they are taken away.
    pub fn stopping(scheduler: Scheduler, name: &str, file: &str) -> Self {
        match scheduler {
            Scheduler::Systemd => Self::of("systemctl", &[&["--user", "disable", "--now", &format!("{name}.timer")]]),
            Scheduler::Launchd => Self::of("launchctl", &[&["unload", "-w", file]]),
            Scheduler::Cron => Self::of(CRONTAB, &[]),
        }
    }

    fn of(program: &'static str, lines: &[&[&str]]) -> Self {
        let lines = lines.iter().map(|words| words.iter().map(|&word| word.to_owned()).collect()).collect();
        Self { program, lines }
    }

    /// The lines to type.
    pub fn lines(&self) -> Vec<String> {
        self.lines.iter().map(|words| format!("{} {}", self.program, shell_words::join(words))).collect()
    }

    /// Says it.
    pub fn tell(&self) -> Result<(), ScheduleError> {
        for words in &self.lines {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = run(self.program, &words)?;
            if !output.status.success() {
                return Err(refused(self.program, &String::from_utf8_lossy(&output.stderr)));
            }
        }
        Ok(())
    }
}

/// When the user's systemd starts the timer next, in its own words; `None` if it does not know.
pub(super) fn next(name: &str) -> Option<String> {
    let words = ["--user", "show", &format!("{name}.timer"), "--property=NextElapseUSecRealtime", "--value"];
    let output = run("systemctl", &words).ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty() && text != "n/a").then_some(text)
}
