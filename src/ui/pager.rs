//! The pager for tables longer than the screen.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::settings::Environment;

/// The pager's command line, if one may be started: `BURSAR_PAGER`, then `PAGER`, then `less -FRX`.
pub(super) fn wanted(allowed: bool, environment: &Environment) -> Option<Vec<String>> {
    let line = environment.text("BURSAR_PAGER").or_else(|| environment.text("PAGER")).unwrap_or("less -FRX");
    shell_words::split(line).ok().filter(|argv| allowed && !argv.is_empty() && argv[0] != "cat")
}

/// Shows data in the pager; `false` when it cannot be started, so that the caller prints instead.
pub(super) fn show(argv: &[String], data: &str) -> bool {
    let Ok(mut child) = Command::new(&argv[0]).args(&argv[1..]).stdin(Stdio::piped()).spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A pager that was left early closes the pipe; what was unread is unwanted.
        let _ = stdin.write_all(data.as_bytes());
    }
    let _ = child.wait();
    true
}
