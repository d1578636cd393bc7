//! Tells the owner: a program gets the alerts as JSON on its standard input, the desktop one sentence.
//!
//! Invariant: names and amounts go to the program's standard input only; what stands in arguments, which every user of the
//! machine can read, and on the screen is the same for everybody.

use std::time::Duration;

use super::programs::{End, feed, passed_on, scrubbed};
use crate::domain::{alerts::Notice, views::AlertView};

/// How long a program has.
const LIMIT: Duration = Duration::from_secs(10);

/// What a program may know of our environment: enough to find programs, its user's files, the place it may write to and the desktop.
const PASSED_ON: [&str; 6] = ["PATH", "HOME", "LANG", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/// The longest list of kinds on the desktop.
const KINDS: usize = 3;

/// Where alerts go.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    /// A program and its arguments; without one the desktop decides whether something was told.
    pub command: Option<Vec<String>>,
    /// Whether the desktop is told.
    pub desktop: bool,
}

impl Channels {
    /// Whether there are any.
    pub fn are_open(&self) -> bool {
        self.desktop || self.command.is_some()
    }
}

/// How it went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Whether the alerts count as told.
    pub told: bool,
    /// What went wrong, one sentence each, without a word of the alerts.
    pub failures: Vec<String>,
}

/// Tells the notice by every channel.
pub fn send(notice: &Notice, channels: &Channels, environment: &[(String, String)]) -> Delivery {
    let mut delivery = Delivery::default();
    let variables = || passed_on(environment, &PASSED_ON);
    if channels.desktop {
        let (program, arguments) = on_desktop(&notice.alerts);
        let end = feed(scrubbed(program, &arguments, variables()), Vec::new(), LIMIT);
        delivery.note("the desktop's", program, end);
    }
    if let Some((program, arguments)) = channels.command.as_deref().and_then(<[String]>::split_first) {
        // A notice is made of texts, numbers and dates, which always are JSON.
        let json = serde_json::to_vec(notice).unwrap_or_default();
        let end = feed(scrubbed(program, arguments, variables()), [json, b"\n".to_vec()].concat(), LIMIT);
        // The program's word counts: the desktop may not be there at night.
        delivery.told = false;
        delivery.note("notify.command", program, end);
    }
    delivery
}

impl Delivery {
    fn note(&mut self, what: &str, program: &str, end: End) {
        let failure = match end {
            End::Ended(Ok(status)) if status.success() => {
                self.told = true;
                return;
            }
            End::Ended(Ok(status)) => format!("ended with {status}"),
            End::Ended(Err(error)) => format!("was lost: {error}"),
            End::NotStarted(error) => format!("cannot be started: {error}"),
            End::Killed => format!("took longer than {} seconds and was killed", LIMIT.as_secs()),
        };
        self.failures.push(format!("{what} program {program:?} {failure}; it is told again at the next sync"));
    }
}

/// The desktop's own program, and what it shows: how much there is to know, without names and amounts.
fn on_desktop(alerts: &[AlertView]) -> (&'static str, Vec<String>) {
    let text = sentence(alerts);
    if cfg!(target_os = "macos") {
        let script = format!("display notification \"{text}\" with title \"bursar\"");
        return ("osascript", vec!["-e".to_owned(), script]);
    }
    ("notify-send", vec!["--app-name=bursar".to_owned(), "bursar".to_owned(), text])
}

fn sentence(alerts: &[AlertView]) -> String {
    let mut kinds: Vec<&str> = alerts.iter().map(|told| told.alert.kind.words()).collect();
    kinds.dedup();
    let more = if kinds.len() > KINDS { ", and more" } else { "" };
    kinds.truncate(KINDS);
    format!("{}{more}. Run: bursar status", kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Instant};

    use super::*;
    use crate::domain::alerts::{Alert, AlertKind};

    fn view(kind: AlertKind) -> AlertView {
        let alert = Alert {
            kind,
            key: "k".to_owned(),
            message: "CANARY said".to_owned(),
            subject: "CANARY".to_owned(),
            connection: None,
            account: None,
            transaction: None,
            amount: None,
            before: None,
            date: None,
            action: None,
        };
        AlertView { alert, first_seen: None, told_at: None }
    }

    #[test]
    fn the_screen_learns_no_names() {
        let many = [AlertKind::Reauth, AlertKind::LowBalance, AlertKind::LowBalance].map(view);
        assert_eq!(sentence(&many), "a bank needs you to sign in, a balance is low. Run: bursar status");
        let (_, arguments) = on_desktop(&many);
        assert!(!arguments.concat().contains("CANARY"));
    }

    #[test]
    fn a_program_that_hangs_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("child");
        let script = format!("sleep 300 & echo $! > {}; wait", file.display());
        let path = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let command = scrubbed("sh", &["-c".to_owned(), script], path.to_vec());
        let began = Instant::now();
        // More than a pipe holds, and nobody reads it.
        assert!(matches!(feed(command, vec![b'x'; 1 << 20], Duration::from_millis(300)), End::Killed));
        assert!(began.elapsed() < Duration::from_secs(5));
        let child = fs::read_to_string(file).unwrap();
        let state = || fs::read_to_string(format!("/proc/{}/stat", child.trim()));
        let dead = || state().map_or(true, |stat| stat.rsplit(')').next().unwrap().trim().starts_with('Z'));
        while cfg!(target_os = "linux") && !dead() {
            assert!(began.elapsed() < Duration::from_secs(5), "the child lives");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
