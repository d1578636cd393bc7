//! Syncing by the clock: what systemd, cron or launchd are told, where it is kept, and whether it is still what bursar
//! wrote.
//!
//! There is no daemon: the machine's own scheduler starts `bursar sync`. Invariant: what bursar did not write is neither
//! changed nor removed.

mod cron;
mod error;
mod launchd;
mod mark;
mod place;
mod program;
mod systemd;

use std::{fmt, path::PathBuf, str::FromStr};

use serde::Serialize;

pub use error::ScheduleError;
pub use mark::State;
pub use place::{Found, Places, find, install, remove};
pub use program::{Manager, answers};

/// Who starts the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheduler {
    /// A timer of the user's systemd.
    Systemd,
    /// A line in the user's crontab.
    Cron,
    /// An agent of macOS.
    Launchd,
}

impl Scheduler {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 3] =
        [("systemd", Self::Systemd), ("cron", Self::Cron), ("launchd", Self::Launchd)];

    /// The word on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Cron => "cron",
            Self::Launchd => "launchd",
        }
    }

    /// The one that this machine has.
    pub fn of_this_machine() -> Self {
        if cfg!(target_os = "macos") {
            return Self::Launchd;
        }
        // What sd_booted(3) looks at.
        if std::path::Path::new("/run/systemd/system").is_dir() { Self::Systemd } else { Self::Cron }
    }
}

/// How often: a number of hours that divides the day, so that every scheduler can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(u8);

impl Every {
    const HOURS: [u8; 8] = [1, 2, 3, 4, 6, 8, 12, 24];
    /// When a daily sync runs: banks have posted the day before by then.
    const MORNING: u8 = 6;

    /// The hours of the day at which it runs.
    fn hours(self) -> impl Iterator<Item = u8> {
        let first = if self.0 == 24 { Self::MORNING } else { 0 };
        (first..24).step_by(usize::from(self.0))
    }
}

impl Default for Every {
    fn default() -> Self {
        Self(6)
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}h", self.0)
    }
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hours = match text.strip_suffix('h') {
            Some(hours) => hours.parse().ok(),
            None => (text == "1d").then_some(24),
        };
        hours
            .filter(|hours| Self::HOURS.contains(hours))
            .map(Self)
            .ok_or_else(|| format!("{text:?} does not divide a day; write 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d"))
    }
}

/// Which secret the sync opens the vault with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// A credential that systemd decrypts for this service alone.
    Credential(PathBuf),
    /// A key file.
    KeyFile(PathBuf),
    /// What config.toml names.
    Configured,
}

/// What is to be started, and when.
#[derive(Debug, Clone)]
pub struct Order {
    /// bursar.
    pub program: PathBuf,
    /// The user's home, which units of systemd write as `%h`.
    pub home: Option<PathBuf>,
    /// The vault's directory.
    pub vault: PathBuf,
    /// Whether the vault has to be named.
    pub vault_named: bool,
    /// The configuration file, if it is not the usual one.
    pub config: Option<PathBuf>,
    /// Where bursar keeps what it remembers outside the vault.
    pub state_dir: PathBuf,
    /// How often.
    pub every: Every,
    /// With which secret.
    pub opening: Opening,
    /// What it is called: `bursar-sync`, and the vault's name unless it is the default one.
    pub name: String,
}

/// How much later than the hour a sync may start.
const JITTER: &str = "30m";

impl Order {
    /// The words to start, without the program.
    fn words(&self, jitter: bool) -> Vec<String> {
        let path = |path: &PathBuf| path.display().to_string();
        let mut words = Vec::new();
        if self.vault_named {
            words.extend(["--vault".to_owned(), path(&self.vault)]);
        }
        if let Some(config) = &self.config {
            words.extend(["--config".to_owned(), path(config)]);
        }
        if let Opening::KeyFile(file) = &self.opening {
            words.extend(["--identity".to_owned(), path(file)]);
        }
        words.extend(["sync", "--no-input", "--lock-timeout", "5m"].map(str::to_owned));
        if jitter {
            words.extend(["--jitter", JITTER].map(str::to_owned));
        }
        words
    }
}

/// One text that a scheduler reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Part {
    /// The file; `crontab` for the lines of the user's crontab.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
}

/// What a scheduler has to be told, marked as bursar's.
pub fn parts(scheduler: Scheduler, order: &Order, places: &Places) -> Result<Vec<Part>, ScheduleError> {
    let named = |extension: &str, text: &str| Part {
        file: places.file(scheduler, &order.name, extension),
        text: mark::marked(text),
    };
    Ok(match scheduler {
        Scheduler::Systemd => {
            vec![named("service", &systemd::service(order)?), named("timer", &systemd::timer(order))]
        }
        Scheduler::Cron => vec![Part { file: place::crontab(), text: cron::block(order)? }],
        Scheduler::Launchd => vec![named("plist", &launchd::agent(order)?)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_divides_a_day_is_an_interval() {
        let hours = |text: &str| text.parse::<Every>().map(|every| every.hours().collect::<Vec<_>>());
        assert_eq!(hours("6h").unwrap(), [0, 6, 12, 18]);
        assert_eq!(hours("1d").unwrap(), [6]);
        assert_eq!(hours("12h").unwrap(), [0, 12]);
        for wrong in ["5h", "0h", "6", "30m", "2d", "-6h", ""] {
            assert!(hours(wrong).is_err(), "{wrong}");
        }
    }
}
