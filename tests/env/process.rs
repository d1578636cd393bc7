//! Background a process with a time limit, and processes that go on in the background.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
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
    stderr: Option<thread::JoinHandle<()>>,
    said: Arc<Mutex<String>>,
}

impl Background {
    pub(super) fn start(command: Command) -> Self {
        Self::spawn(command, Stdio::null())
    }

    fn spawn(mut command: Command, stdin: Stdio) -> Self {
        let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        let said = Arc::new(Mutex::new(String::new()));
        let stderr = child.stderr.take().map(|pipe| {
            let said = Arc::clone(&said);
            thread::spawn(move || listen(pipe, &said))
        });
        Self { child, stdout, stderr, said }
    }

    /// The next line of standard output, without its line break.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// What it has written to standard error so far.
    pub(crate) fn so_far(&self) -> String {
        self.said.lock().unwrap().clone()
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
        let stdout = stdout.map(|reader| reader.join().unwrap()).unwrap_or_default();
        if let Some(reader) = self.stderr.take() {
            reader.join().unwrap();
        }
        Output { status: code(status), stdout, stderr: self.so_far() }
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

/// Takes over a pipe piece by piece, so that others see what was said while the process goes on.
fn listen(mut pipe: impl Read, said: &Mutex<String>) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = pipe.read(&mut piece) {
        bytes.extend_from_slice(&piece[..read]);
        *said.lock().unwrap() = String::from_utf8_lossy(&bytes).into_owned();
    }
}

fn text(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
