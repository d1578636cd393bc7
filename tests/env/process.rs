//! Background a process with a time limit, and processes that go on in the background.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::Output;

/// Long enough for a machine under full load; a run that takes it has hung.
const LIMIT: Duration = Duration::from_mins(2);

/// Runs to the end with the given input.
pub(super) fn run(command: Command, input: &[u8]) -> Output {
    let mut running = Background::spawn(command, Stdio::piped());
    let mut stdin = running.child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read its input closes it; that is its right.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = running.finish();
    writer.join().unwrap();
    output
}

/// A process in the background, killed when dropped.
pub(crate) struct Background {
    child: Child,
    stdout: Option<BufReader<std::process::ChildStdout>>,
    stderr: Option<thread::JoinHandle<String>>,
}

impl Background {
    pub(super) fn start(command: Command) -> Self {
        Self::spawn(command, Stdio::null())
    }

    fn spawn(mut command: Command, stdin: Stdio) -> Self {
        let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        let stderr = child.stderr.take().map(|pipe| thread::spawn(move || text(pipe)));
        Self { child, stdout, stderr }
    }

    /// The next line of standard output, without its line break.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The process id, for signals.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as the kernel would: no handler runs.
    pub(crate) fn kill(&mut self) {
        drop(self.child.kill());
        self.child.wait().unwrap();
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Output {
        let stdout = self.stdout.take().map(|pipe| thread::spawn(move || text(pipe)));
        let status = self.wait();
        let join = |reader: Option<thread::JoinHandle<String>>| reader.map(|r| r.join().unwrap()).unwrap_or_default();
        Output { status: code(status), stdout: join(stdout), stderr: join(self.stderr.take()) }
    }

    fn wait(&mut self) -> ExitStatus {
        let begin = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if begin.elapsed() > LIMIT {
                self.kill();
                panic!("the process hung for {LIMIT:?} and was killed");
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

fn text(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
