//! The only stdio: data to stdout; status, hints, warnings, prompts and progress to stderr.
//!
//! Invariant: stdout carries data and nothing else, and nothing is asked unless a person is there to answer.

mod pager;
mod progress;
mod prompt;
mod silence;

use std::io::{self, IsTerminal as _, Write};

pub use progress::Progress;
pub use prompt::PromptError;

use crate::{
    domain::text,
    settings::{Color, Environment, Settings},
};

const DEFAULT_WIDTH: u16 = 80;

/// What the three streams are connected to, and what the user wants to see.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about three streams")]
pub struct Profile {
    /// stdout is a terminal.
    pub out_terminal: bool,
    /// Questions may be asked: stdin and stderr are terminals and `--no-input` is absent.
    pub interactive: bool,
    /// Progress may be drawn.
    pub progress: bool,
    /// Colour on stdout.
    pub color_out: bool,
    /// Colour on stderr.
    pub color_err: bool,
    /// Columns of the terminal, or `COLUMNS`, or 80.
    pub width: u16,
    /// The width was set by `COLUMNS`, so it holds for pipes too.
    pub width_asked: bool,
    /// The locale has more than ASCII.
    pub unicode: bool,
    /// Rows of the terminal, if it is one.
    pub height: Option<u16>,
    /// The pager to start for long tables.
    pub pager: Option<Vec<String>>,
    /// Status lines and hints are unwanted.
    pub quiet: bool,
    /// Causes of errors are wanted.
    pub verbose: bool,
    /// Questions are answered with yes.
    pub yes: bool,
}

/// Columns and rows of the terminal that a stream is.
#[cfg(unix)]
fn size(stream: &impl std::os::fd::AsFd) -> Option<(u16, u16)> {
    rustix::termios::tcgetwinsize(stream).ok().map(|size| (size.ws_col, size.ws_row))
}

/// Unknown elsewhere than on Unix; `COLUMNS` says it.
#[cfg(not(unix))]
fn size<Stream>(_stream: &Stream) -> Option<(u16, u16)> {
    None
}

impl Profile {
    /// Looks at the streams and merges what the user set.
    pub fn detect(settings: &Settings, environment: &Environment) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let (out_terminal, err_terminal) = (out.is_terminal(), err.is_terminal());
        let size = size(&out).or_else(|| size(&err));
        let columns = environment.text("COLUMNS").and_then(|text| text.parse().ok());
        let coloured = |terminal: bool| match settings.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if environment.text("NO_COLOR").is_some() => false,
            Color::Auto if environment.is_on("CLICOLOR_FORCE") => true,
            Color::Auto => terminal && environment.text("TERM") != Some("dumb"),
        };
        Self {
            out_terminal,
            interactive: io::stdin().is_terminal() && err_terminal && settings.input,
            progress: err_terminal && settings.progress && !settings.quiet,
            color_out: coloured(out_terminal) && settings.output.is_none(),
            color_err: coloured(err_terminal),
            width: columns.or(size.map(|(columns, _)| columns)).filter(|w| *w > 0).unwrap_or(DEFAULT_WIDTH),
            width_asked: columns.is_some(),
            unicode: unicode(environment),
            height: size.map(|(_, rows)| rows).filter(|h| *h > 0 && out_terminal),
            pager: pager::wanted(settings.pager && out_terminal, environment),
            quiet: settings.quiet,
            verbose: settings.verbose,
            yes: settings.yes,
        }
    }

    /// What is assumed until the settings are known, so that their errors can be shown.
    pub fn plain() -> Self {
        Self {
            out_terminal: false,
            interactive: false,
            progress: false,
            color_out: false,
            color_err: false,
            width: DEFAULT_WIDTH,
            width_asked: false,
            unicode: true,
            height: None,
            pager: None,
            quiet: false,
            verbose: false,
            yes: false,
        }
    }
}

/// Whether the locale is of UTF-8; without any locale, terminals of today are.
fn unicode(environment: &Environment) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| environment.text(name));
    locale.is_none_or(|locale| locale.to_ascii_uppercase().replace('-', "").contains("UTF8"))
}

/// Writes the one line of a panic; for `harden::panics`.
pub fn last_words(line: &str) {
    let _ = writeln!(io::stderr(), "error: {line}");
}

/// The screen.
pub struct Ui {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    profile: Profile,
}

impl Ui {
    /// The process's own streams.
    pub fn standard(profile: Profile) -> Self {
        Self { out: Box::new(io::stdout()), err: Box::new(io::stderr()), profile }
    }

    /// Streams of the caller's choice, for tests.
    pub fn with_streams(profile: Profile, out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self { out, err, profile }
    }

    /// The process's own streams once more, with the same profile.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::standard(self.profile.clone())
    }

    /// What the streams are and what the user wants.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Prints data, through a pager when it is longer than the screen.
    pub fn data(&mut self, data: &str) -> io::Result<()> {
        let long = self.profile.height.is_some_and(|height| data.lines().count() >= usize::from(height));
        if let Some(argv) = self.profile.pager.as_ref().filter(|_| long)
            && pager::show(argv, data)
        {
            return Ok(());
        }
        self.out.write_all(data.as_bytes())?;
        self.out.flush()
    }

    /// Says what is going on, unless `--quiet`.
    pub fn status(&mut self, message: &str) {
        if !self.profile.quiet {
            self.say("", message);
        }
    }

    /// Says what the user has to know or do for the command to go on, `--quiet` or not.
    pub fn notice(&mut self, message: &str) {
        self.say("", message);
    }

    /// Names a command to run next, unless `--quiet`.
    pub fn hint(&mut self, command: &str) {
        if !self.profile.quiet {
            let label = self.paint("hint:", "36");
            self.say(&format!("{label} "), command);
        }
    }

    /// Says what may be wrong.
    pub fn warn(&mut self, message: &str) {
        let label = self.paint("warning:", "33");
        self.say(&format!("{label} "), message);
    }

    /// Says what went wrong.
    pub fn error(&mut self, message: &str) {
        let label = self.paint("error:", "1;31");
        self.say(&format!("{label} "), message);
    }

    /// Writes one machine-readable line to stderr.
    pub fn error_object(&mut self, json: &str) {
        let _ = writeln!(self.err, "{json}");
    }

    /// Starts a progress display; silent when stderr is no terminal.
    pub fn progress(&self, label: &str) -> Progress {
        Progress::start(self.profile.progress, label)
    }

    // stderr that is closed or full leaves nobody to tell: the exit code still says what happened.
    fn say(&mut self, label: &str, message: &str) {
        for (index, line) in message.lines().enumerate() {
            let line = text::sanitize(line);
            let _ = if index == 0 { writeln!(self.err, "{label}{line}") } else { writeln!(self.err, "{line}") };
        }
    }

    fn paint(&self, label: &str, code: &str) -> String {
        if self.profile.color_err { format!("\u{1b}[{code}m{label}\u{1b}[0m") } else { label.to_owned() }
    }
}
