//! A command that stands still with the vault open, and what its memory holds.

use std::{
    fs,
    io::{ErrorKind, PipeReader, Read as _, Seek as _, SeekFrom, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use memchr::memmem;
use rustix::process::{Pid, Signal, kill_process};

/// A command that has done its work and cannot say so: nobody reads the pipe it prints to, which is full.
pub(super) struct Stuck {
    child: Child,
    /// Held, so that the pipe stays open.
    _nobody: PipeReader,
}

/// A piece of the memory's map.
struct Region {
    begin: u64,
    end: u64,
    line: String,
    /// Whether the kernel never swaps it out.
    locked: bool,
}

impl Stuck {
    pub(super) fn start(mut command: Command) -> Self {
        let (reader, mut writer) = std::io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        while writer.write(&[b' '; 4096]).is_ok() {}
        assert_eq!(writer.write(b" ").unwrap_err().kind(), ErrorKind::WouldBlock);
        rustix::io::ioctl_fionbio(&writer, false).unwrap();
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let mut stuck = Self { child, _nobody: reader };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !stuck.file("wchan").contains("pipe_write") {
            assert!(stuck.child.try_wait().unwrap().is_none() && Instant::now() < deadline, "it never blocked");
            std::thread::sleep(Duration::from_millis(10));
        }
        stuck
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it by a signal and tells how it ended.
    pub(super) fn end_by(mut self, signal: Signal) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap()
    }

    pub(super) fn file(&self, name: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{name}", self.id())).unwrap_or_default()
    }

    /// Where in its memory these stand, each behind its name, apart from the program itself.
    pub(super) fn holds(&self, texts: &[(&str, &[u8])]) -> Vec<String> {
        self.search(texts, |_| true)
    }

    /// The same, but only where the kernel may swap the memory out.
    pub(super) fn holds_unlocked(&self, texts: &[(&str, &[u8])]) -> Vec<String> {
        self.search(texts, |region| !region.locked)
    }

    fn search(&self, texts: &[(&str, &[u8])], looked_at: impl Fn(&Region) -> bool) -> Vec<String> {
        let mut memory = fs::File::open(format!("/proc/{}/mem", self.id())).unwrap();
        let mut found = Vec::new();
        let mut searched = 0;
        for region in self.regions().iter().filter(|region| looked_at(region)) {
            let mut bytes = vec![0; usize::try_from(region.end - region.begin).unwrap()];
            memory.seek(SeekFrom::Start(region.begin)).unwrap();
            if memory.read_exact(&mut bytes).is_err() {
                continue;
            }
            searched += bytes.len();
            for (name, text) in texts {
                let places = memmem::find_iter(&bytes, text);
                found.extend(places.map(|at| format!("{name} at {at:#x} of {}", region.line)));
            }
        }
        assert!(searched > 1 << 20, "only {searched} bytes could be read");
        found
    }

    fn regions(&self) -> Vec<Region> {
        let mut regions: Vec<Region> = Vec::new();
        for line in self.file("smaps").lines() {
            let first = line.split(' ').next().unwrap();
            if let Some(flags) = line.strip_prefix("VmFlags:") {
                regions.last_mut().unwrap().locked = flags.split_whitespace().any(|flag| flag == "lo");
            } else if let Some((begin, end)) = first.split_once('-') {
                let [begin, end] = [begin, end].map(|hex| u64::from_str_radix(hex, 16).unwrap());
                regions.push(Region { begin, end, line: line.to_owned(), locked: false });
            }
        }
        regions.retain(|region| !region.line.ends_with("/bursar") && !region.line.contains("[v"));
        regions
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
