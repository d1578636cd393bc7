//! A run on a pseudo-terminal, for what only happens when a person is there: questions, progress, colour.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use expectrl::{Eof, Expect, process::unix::WaitStatus, session::OsSession};

use super::Output;

/// A process that believes a person sits before it.
pub(crate) struct Terminal {
    session: OsSession,
    seen: String,
}

impl Terminal {
    /// Starts the command; the terminal echoes what is typed unless the program turns that off.
    pub(super) fn start(command: &Command) -> Self {
        let mut shell = Command::new("sh");
        // The size is set when we say so: spawning sets one of its own, and does so after the shell has started.
        shell.args(["-c", "read -r go; stty echo cols 100 rows 40; exec \"$0\" \"$@\""]);
        shell.arg(command.get_program()).args(command.get_args()).env_clear();
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("TERM", "xterm-256color").env_remove("COLUMNS").current_dir(command.get_current_dir().unwrap());
        let mut session = OsSession::spawn(shell).unwrap();
        session.set_expect_timeout(Some(Duration::from_mins(1)));
        session.send_line("go").unwrap();
        Self { session, seen: String::new() }
    }

    /// Waits until the screen shows the text.
    pub(crate) fn expect(&mut self, text: &str) {
        let found = self.session.expect(text).unwrap_or_else(|error| panic!("no `{text}`: {error}\n{}", self.seen));
        self.seen.push_str(&String::from_utf8_lossy(found.as_bytes()));
    }

    /// Waits for the text and gives it with the rest of its line.
    pub(crate) fn find(&mut self, text: &str) -> String {
        self.expect(text);
        let begin = self.seen.len() - text.len();
        self.expect("\n");
        self.seen[begin..].trim_end().to_owned()
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        self.session.send_line(line).unwrap();
    }

    /// Types a line once the program has turned the echo off, as a person who reads the question would.
    pub(crate) fn type_secret(&mut self, line: &str) {
        self.await_silence();
        self.type_line(line);
    }

    /// Waits until the program has turned the echo off.
    pub(crate) fn await_silence(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.session.get_process().get_echo().unwrap() {
            assert!(Instant::now() < deadline, "the echo stays on\n{}", self.seen);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end; the screen's whole content counts as standard output.
    pub(crate) fn finish(mut self) -> Output {
        let rest = self.session.expect(Eof).unwrap_or_else(|error| panic!("did not end: {error}\n{}", self.seen));
        self.seen.push_str(&String::from_utf8_lossy(rest.as_bytes()));
        let status = match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
            other => panic!("neither ended nor killed: {other:?}"),
        };
        Output { status, stdout: self.seen.replace("\r\n", "\n"), stderr: String::new() }
    }
}

#[test]
fn a_terminal_shows_takes_and_ends() {
    let mut command = Command::new("sh");
    command.args(["-c", "printf 'name? '; read -r x; echo \"hello $x\"; stty size; exit 3"]);
    command.env("PATH", "/usr/bin:/bin").current_dir("/");
    let mut terminal = Terminal::start(&command);
    terminal.expect("name? ");
    terminal.type_line("bursar");
    let output = terminal.finish();
    assert_eq!(output.status, 3);
    assert!(output.stdout.contains("hello bursar\n40 100\n"), "{output}");
}
