//! Reads a secret from where the settings say it is.
//!
//! Invariant: a source that does not answer ends in seconds with one sentence; nothing here ever asks a person.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::Stdio,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroize as _;

use super::programs::{kill, lead_group, passed_on, scrubbed, wait_until};
use crate::{fsx, secret::Secret};

/// How long a source is waited for; the tests' binary has less patience, as its KDF has less cost.
const COMMAND_LIMIT: Duration =
    if cfg!(feature = "test-kdf") { Duration::from_secs(5) } else { Duration::from_mins(1) };
const SIZE_LIMIT: u64 = 4096;
/// How an age identity begins.
const IDENTITY: &str = "AGE-SECRET-KEY-1";
/// What a child may know of our environment: enough to find programs, the user's agent and the display.
const PASSED_ON: [&str; 12] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "TERM",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "GPG_TTY",
];

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// A file.
    #[error("the secret cannot be read from {file:?}: {source}")]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A key file that is not the user's alone.
    #[error("other users can reach the key file {}; nothing was opened", file.display())]
    OthersRead {
        /// The file.
        file: PathBuf,
    },
    /// An open file descriptor.
    #[error("the secret cannot be read from file descriptor {descriptor}: {source}")]
    Descriptor {
        /// Its number.
        descriptor: i32,
        /// Why.
        source: io::Error,
    },
    /// The command could not be started.
    #[error("the command {program:?} that should print the secret cannot be started: {source}")]
    CommandStart {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The command failed.
    #[error("the command {program:?} that should print the secret ended with {status}")]
    CommandFailed {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
    },
    /// The command did not end.
    #[error("the command {program:?} that should print the secret gave no answer in {} seconds", limit.as_secs())]
    CommandTimeout {
        /// The program.
        program: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// A file or descriptor that nobody wrote to.
    #[error("{origin} gave no secret in {} seconds", limit.as_secs())]
    Silence {
        /// Where it was read from.
        origin: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Nothing there, more than 4 KiB, or not text.
    #[error("{origin} holds {problem}")]
    Content {
        /// Where it was read from.
        origin: String,
        /// What is wrong.
        problem: &'static str,
    },
}

/// Reads the first line of a file.
pub fn from_file(file: &Path) -> Result<Secret<String>, SecretError> {
    first_line(content(file)?, &file.display().to_string())
}

/// Reads the first line of an open file descriptor.
pub fn from_descriptor(descriptor: i32) -> Result<Secret<String>, SecretError> {
    let origin = format!("file descriptor {descriptor}");
    let read = read_within(COMMAND_LIMIT, PathBuf::from(format!("/dev/fd/{descriptor}")), &origin)?;
    first_line(read.map_err(|source| SecretError::Descriptor { descriptor, source })?, &origin)
}

/// Reads an identity file, which nobody else may read and which has at least one line that is neither empty nor a
/// comment.
pub fn identity(file: &Path) -> Result<Secret<String>, SecretError> {
    let others = std::fs::metadata(file).is_ok_and(|found| found.is_file() && fsx::mode(&found) & 0o077 != 0);
    if others {
        return Err(SecretError::OthersRead { file: file.to_owned() });
    }
    let text = text(content(file)?, file)?;
    if text.expose().lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#')) {
        return Err(SecretError::Content { origin: file.display().to_string(), problem: "no identity" });
    }
    Ok(text)
}

/// Reads the first line that a program prints; no shell, a scrubbed environment, a minute at most.
pub fn from_command(argv: &[String], environment: &[(String, String)]) -> Result<Secret<String>, SecretError> {
    // A program that asks the person at the terminal has to stay in its foreground; elsewhere it is killed with all
    // that it has started.
    let alone = File::open("/dev/tty").is_err();
    from_command_within((COMMAND_LIMIT, alone), argv, environment)
}

fn from_command_within(
    (limit, alone): (Duration, bool),
    argv: &[String],
    environment: &[(String, String)],
) -> Result<Secret<String>, SecretError> {
    let program = argv.first().cloned().unwrap_or_default();
    let variables = passed_on(environment, &PASSED_ON);
    let deadline = Instant::now() + limit;
    let mut command = scrubbed(&program, argv.get(1..).unwrap_or_default(), variables);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    if alone {
        lead_group(&mut command);
    }
    let mut child = command.spawn().map_err(|source| SecretError::CommandStart { program: program.clone(), source })?;
    let output = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(output.map_or_else(|| Ok(Vec::new()), read_limited)));
    // Whoever has closed its output but does not end is not waited for either.
    let printed = receiver.recv_timeout(limit).ok();
    let ended = printed.and_then(|printed| Some((printed, wait_until(&mut child, deadline)?)));
    let Some((printed, ended)) = ended else {
        kill(&mut child);
        return Err(SecretError::CommandTimeout { program, limit });
    };
    let failed = |status: String| SecretError::CommandFailed { program: program.clone(), status };
    let status = ended.map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    first_line(printed.map_err(|error| failed(error.to_string()))?, &program)
}

fn content(file: &Path) -> Result<Vec<u8>, SecretError> {
    let read = read_within(COMMAND_LIMIT, file.to_owned(), &file.display().to_string())?;
    read.map_err(|source| SecretError::File { file: file.to_owned(), source })
}

/// Reads a file that may be a pipe nobody writes to, which is not waited for for ever.
fn read_within(limit: Duration, file: PathBuf, origin: &str) -> Result<io::Result<Vec<u8>>, SecretError> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(File::open(file).and_then(read_limited)));
    receiver.recv_timeout(limit).map_err(|_| SecretError::Silence { origin: origin.to_owned(), limit })
}

fn read_limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(SIZE_LIMIT).unwrap_or_default() + 1);
    source.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text(bytes: Vec<u8>, origin: &Path) -> Result<Secret<String>, SecretError> {
    let wrong = |problem| SecretError::Content { origin: origin.display().to_string(), problem };
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(wrong("more than 4 KiB"));
    }
    String::from_utf8(bytes).map(Secret::new).map_err(|error| {
        error.into_bytes().zeroize();
        wrong("something that is not UTF-8 text")
    })
}

fn first_line(bytes: Vec<u8>, origin: &str) -> Result<Secret<String>, SecretError> {
    let text = text(bytes, Path::new(origin))?;
    let mut lines = text.expose().lines();
    let mut first = lines.next();
    if first.is_some_and(|line| line.starts_with('#')) {
        // A key file begins with a comment; its key stands below.
        first = lines.map(str::trim).find(|line| line.starts_with(IDENTITY)).or(first);
    }
    match first {
        Some(line) if !line.is_empty() => Ok(Secret::new(line.to_owned())),
        _ => Err(SecretError::Content { origin: origin.to_owned(), problem: "no secret in its first line" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &[&str]) -> Result<Secret<String>, SecretError> {
        let environment = [("PATH", "/usr/bin:/bin"), ("SECRET_THING", "x")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        from_command(&line.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), &environment)
    }

    #[test]
    fn a_command_gives_its_first_line() {
        assert_eq!(command(&["printf", "hunter2\\nmore\\n"]).unwrap().expose(), "hunter2");
    }

    #[test]
    fn a_child_does_not_see_our_variables() {
        assert!(matches!(command(&["printenv", "SECRET_THING"]), Err(SecretError::CommandFailed { .. })));
    }

    #[test]
    fn a_command_that_does_not_end_is_waited_for_once() {
        let argv = |line: &str| ["sh", "-c", line].map(str::to_owned);
        let limit = Duration::from_millis(400);
        for line in ["exec sleep 60", "echo x; exec >&-; exec sleep 60"] {
            let (begin, path) = (Instant::now(), ("PATH".to_owned(), "/usr/bin:/bin".to_owned()));
            let result = from_command_within((limit, true), &argv(line), &[path]);
            assert!(matches!(result, Err(SecretError::CommandTimeout { .. })), "{line}");
            assert!((limit..2 * limit).contains(&begin.elapsed()), "{line}: {:?}", begin.elapsed());
        }
    }

    #[test]
    fn a_key_file_is_read_below_its_comment() {
        let read = |text: &str| first_line(text.as_bytes().to_vec(), "it").map(|line| line.expose().clone());
        assert_eq!(read("# bursar key-file of vault x\n\nAGE-SECRET-KEY-1ABC\n").unwrap(), "AGE-SECRET-KEY-1ABC");
        assert_eq!(read("#1 passphrase\nnote\n").unwrap(), "#1 passphrase");
        assert_eq!(read("passphrase\nAGE-SECRET-KEY-1ABC\n").unwrap(), "passphrase");
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        let read = read_within(Duration::from_millis(50), pipe, "the pipe");
        assert_eq!(read.unwrap_err().to_string(), "the pipe gave no secret in 0 seconds");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(matches!(command(&["false"]), Err(SecretError::CommandFailed { .. })));
        assert!(matches!(command(&["no-such-program-here"]), Err(SecretError::CommandStart { .. })));
        assert!(matches!(command(&["printf", "\\n"]), Err(SecretError::Content { .. })));
        assert!(matches!(from_file(Path::new("/nonexistent")), Err(SecretError::File { .. })));
    }
}
