//! The trace that reading leaves: what was shown, how much, for which period, never what it said.
//!
//! A command that opens the book for reading leaves an entry under its own name before its result is shown, whether or
//! not its author thought of it; so does one that is refused once the vault is open. Invariant: reading never waits for another process and never fails because its trace
//! could not be kept; that is said, once a run.

use std::{fmt::Display, time::Duration};

use serde_json::{Map, Value};

use super::Context;
use crate::{
    error::{Error, Kind},
    store::{Event, Store},
    vault::{Access, Unlocked},
};

/// Commands that open the book and show nothing of anybody's money; they are entered only if they are refused.
const NO_MONEY: [&str; 5] = ["doctor", "schedule.list", "sandbox.reset-login", "link", "metrics"];

/// So many bytes may wait (a few hundred readings) before a reading enters them itself, if nobody is writing.
const MOST_WAITING: u64 = 64 << 10;

/// How long `audit` waits for a writer before it shows what has been entered so far.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the command under way has read.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one command")]
pub(super) struct Reading {
    command: String,
    opened: bool,
    began: bool,
    shows_no_money: bool,
    refused: bool,
    changes: bool,
    noted: bool,
    resource: Option<String>,
    facts: Map<String, Value>,
}

impl Reading {
    pub(super) fn opens(&mut self) {
        self.opened = true;
    }

    pub(super) fn begins(&mut self) {
        self.began = true;
    }

    /// A change has an entry of its own.
    pub(super) fn changes(&mut self) {
        self.changes = true;
    }

    fn is_due(&self) -> bool {
        let shows_money = self.began && !self.shows_no_money;
        !self.changes && !self.noted && (shows_money || (self.opened && self.refused))
    }
}

impl Context {
    /// Names the command that starts, as the audit trail will: `report.spending`.
    pub fn start(&mut self, command: impl Into<String>) {
        let command = command.into();
        let shows_no_money = NO_MONEY.contains(&command.as_str());
        self.reading = Reading { command, shows_no_money, ..Reading::default() };
    }

    /// Says that what the command does is entered where it is done.
    pub fn enters_itself(&mut self) {
        self.reading.changes();
    }

    /// Says that what is about to be shown has nothing of anybody's money in it, this time.
    pub fn shows_no_money(&mut self) {
        self.reading.shows_no_money = true;
    }

    /// Ends the command: leaves the trace of a reading that showed nothing through `present`.
    pub fn end(&mut self, failure: Option<&Error>) {
        if let Some(error) = failure {
            self.note_fact("failed", error.code);
            self.reading.refused = error.kind == Kind::Auth;
        }
        self.note_reading();
        self.keep_calls();
        self.relieve();
    }

    /// Adds a fact to the trace: a count, a period, the kinds of query words. Never a name, an amount or a word searched for.
    pub fn note_fact(&mut self, key: &str, value: impl Into<Value>) {
        self.reading.facts.insert(key.to_owned(), value.into());
    }

    /// Says which one thing was read (`a3`, `t42`).
    pub fn note_about(&mut self, resource: impl Display) {
        self.reading.resource = Some(resource.to_string());
    }

    /// Leaves the trace, before anything is shown.
    pub(super) fn note_reading(&mut self) {
        let Some(vault) = self.unlocked.clone().filter(|_| self.reading.is_due()) else { return };
        self.reading.noted = true;
        let event = self.event(&self.reading.command, self.reading.resource.clone());
        let mut facts = std::mem::take(&mut self.reading.facts);
        if self.settings.dry_run {
            facts.insert("dry_run".to_owned(), true.into());
        }
        if let Err(error) = Store::note_reading(&vault, &event, facts) {
            self.ui.warn(&format!("the audit log will not show this: {error}"));
        }
    }

    /// Failed unlocks become an entry as soon as somebody succeeds; until then they stay counted.
    pub(super) fn note_failed_unlocks(&self, vault: &Unlocked) {
        let failures = vault.failed_unlocks();
        if failures == 0 {
            return;
        }
        let facts = Map::from_iter([("times".to_owned(), failures.into())]);
        if Store::note_reading(vault, &self.event("unlock.failed", None), facts).is_ok() {
            // A count that cannot be taken back is entered again: better twice than never.
            let _still_counted = vault.clear_failed_unlocks();
        }
    }

    /// Enters what waits, for the commands that show the trail. Says so if it has to wait on.
    pub fn enter_readings(&mut self) -> Result<(), Error> {
        let vault = self.unlocked()?;
        self.note_failed_unlocks(&vault);
        if vault.waiting_readings() == 0 {
            return Ok(());
        }
        if let Err(error) = enter(&vault, PATIENCE.min(self.settings.lock_timeout), &self.event("audit.enter", None)) {
            self.ui.status(&format!("readings of late are not entered yet: {}", error.message));
        }
        Ok(())
    }

    /// Keeps the queue short where nothing is ever changed.
    fn relieve(&mut self) {
        let Some(vault) = self.unlocked.clone() else { return };
        if vault.waiting_readings() > MOST_WAITING {
            // Whoever is writing enters them; a disk that cannot be written to keeps them waiting.
            let _waits_on = enter(&vault, Duration::ZERO, &self.event("audit.enter", None));
        }
    }
}

fn enter(vault: &std::sync::Arc<Unlocked>, patience: Duration, now: &Event) -> Result<u64, Error> {
    Ok(Store::open(vault, Access::Write, patience)?.enter_readings(now)?)
}
