//! A secret typed at the terminal, which does not show it meanwhile.
//!
//! Invariant: however the question ends, by Ctrl-C or a signal from elsewhere too, the terminal is as it was before.

use std::io;

/// Asks at the terminal and reads a line; `Interrupted` after Ctrl-C or a signal that ends processes, `UnexpectedEof` after Ctrl-D.
#[cfg(unix)]
pub(super) fn prompt(question: &str) -> io::Result<String> {
    use std::io::Write as _;

    let input = unix::Silent::begin()?;
    let mut screen = input.screen()?;
    let config = rpassword::ConfigBuilder::new().input_reader(input).output_writer(screen.try_clone()?).build();
    let typed = rpassword::prompt_password_with_config(question, config);
    // The line break that was typed has not been shown either.
    screen.write_all(b"\n")?;
    typed
}

/// Asks at the console, whose mode the library sets and restores.
#[cfg(not(unix))]
pub(super) fn prompt(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question)
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::File,
        io::{self, ErrorKind, Read},
    };

    use rustix::{
        event::{PollFd, PollFlags, Timespec, poll},
        termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr},
    };

    use crate::sys::Held;

    /// What Ctrl-C is while it ends no process.
    const CTRL_C: u8 = 3;
    /// How long a signal may go unheard that came between two looks.
    const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

    /// The terminal, byte by byte and without echo. Its keys send no signals, because the one of Ctrl-C would end the
    /// process before the echo is back; for the same reason signals from elsewhere wait.
    pub(super) struct Silent {
        terminal: File,
        before: Termios,
        // Let go last, when the terminal is as it was.
        signals: Held,
    }

    impl Silent {
        pub(super) fn begin() -> io::Result<Self> {
            let signals = Held::begin();
            let terminal = File::options().read(true).write(true).open("/dev/tty")?;
            let before = tcgetattr(&terminal)?;
            let mut silent = before.clone();
            silent.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
            silent.special_codes[SpecialCodeIndex::VMIN] = 1;
            silent.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(&terminal, OptionalActions::Now, &silent)?;
            Ok(Self { terminal, before, signals })
        }

        /// The same terminal, to write to.
        pub(super) fn screen(&self) -> io::Result<File> {
            self.terminal.try_clone()
        }
    }

    impl Read for Silent {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            // A signal may come just before the wait begins, so there is no wait without an end. A terminal that cannot be waited
            // for is read at once.
            while let Ok(0) = poll(&mut [PollFd::new(&self.terminal, PollFlags::IN)], Some(&LOOK)) {
                if self.signals.any() {
                    break;
                }
            }
            if self.signals.any() {
                return Err(ErrorKind::Interrupted.into());
            }
            let count = self.terminal.read(buffer)?;
            if buffer[..count].contains(&CTRL_C) { Err(ErrorKind::Interrupted.into()) } else { Ok(count) }
        }
    }

    impl Drop for Silent {
        fn drop(&mut self) {
            // A terminal that is gone needs no echo.
            let _gone = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
    }
}
