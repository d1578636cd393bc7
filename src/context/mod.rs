//! What a command may use: screen, settings, clock, vault, bank. No globals anywhere.
//!
//! Invariant: the vault is opened and the network touched only when a command asks for it, once a run.

mod bank;
mod clock;
mod keyring;
mod present;
mod reading;
mod totp;
mod unlock;
mod voice;

use std::sync::Arc;

use crate::{
    error::{Error, Result},
    http::Meter,
    ops,
    plaid::{Client, Environment},
    settings::{self, Paths, Settings},
    store::{Event, Store},
    ui::Ui,
    vault::{Access, Location, Locked, Right, Unlocked},
};

pub use bank::Keyless;
pub use clock::Clock;

/// Everything a command may touch.
pub struct Context {
    /// The screen.
    pub ui: Ui,
    /// The user's settings.
    pub settings: Settings,
    /// The platform's directories.
    pub paths: Paths,
    /// The environment as it was at the start.
    pub environment: settings::Environment,
    /// What day and time it is.
    pub clock: Clock,
    unlocked: Option<Arc<Unlocked>>,
    runtime: Option<tokio::runtime::Runtime>,
    marked: bool,
    reading: reading::Reading,
    code_taken: bool,
    meter: Meter,
    plaid: Option<Client>,
}

impl Context {
    /// A context in which nothing has been opened yet.
    pub fn new(ui: Ui, settings: Settings, paths: Paths, environment: settings::Environment) -> Self {
        let clock = Clock::new(settings.today);
        Self {
            ui,
            settings,
            paths,
            environment,
            clock,
            unlocked: None,
            runtime: None,
            marked: false,
            reading: reading::Reading::default(),
            code_taken: false,
            meter: Meter::default(),
            plaid: None,
        }
    }

    /// Where the vault and its outside files are.
    pub fn location(&self) -> Location {
        Location { dir: self.settings.vault.clone(), state_dir: self.paths.state_dir.clone() }
    }

    /// Opens the vault without its key: checks existence, permissions and version.
    pub fn locked(&self) -> Result<Locked> {
        Ok(Locked::open_within(&self.location(), self.settings.lock_timeout)?)
    }

    /// The vault, for what only its owner may do: keys, members, secrets, an older state. The secret is asked for in
    /// this very run; nothing that an earlier run left behind opens it.
    pub fn unlock_for_admin(&mut self) -> Result<Arc<Unlocked>> {
        self.require(Right::Admin)
    }

    /// The vault, if its key grants the right. A session is enough for the book, one made for the banks also for
    /// syncing, none for what is the owner's alone.
    pub fn require(&mut self, right: Right) -> Result<Arc<Unlocked>> {
        let unlocked = match right {
            Right::Read => self.unlocked()?,
            Right::Write => self.unlocked_for_writing()?,
            Right::Sync => self.unlocked_for_bank()?,
            Right::Admin => self.unlocked_by_secret()?,
        };
        unlocked.require(right)?;
        if right == Right::Admin {
            self.pass_totp(&unlocked)?;
        }
        Ok(unlocked)
    }

    /// Uses a vault that has just been created or opened by other means.
    pub fn adopt(&mut self, unlocked: Arc<Unlocked>) -> Arc<Unlocked> {
        self.unlocked = Some(Arc::clone(&unlocked));
        unlocked
    }

    /// The book, for reading.
    ///
    /// What the command shows of it is entered in the audit trail under the command's name.
    pub fn book(&mut self) -> Result<Store> {
        self.reading.begins();
        self.store(Access::Read)
    }

    /// The book, for an owner's changes; waits up to `--lock-timeout` for another writer.
    pub fn book_mut(&mut self) -> Result<Store> {
        self.require(Right::Write)?;
        self.store(Access::Write)
    }

    /// The book, for what every key may add to it: entries of the audit log.
    pub fn book_for_entries(&mut self) -> Result<Store> {
        self.store(Access::Write)
    }

    /// The book, for writing what the banks say; waits up to `--lock-timeout` for another writer.
    pub fn book_for_sync(&mut self) -> Result<Store> {
        self.require(Right::Sync)?;
        self.store(Access::Write)
    }

    fn store(&mut self, access: Access) -> Result<Store> {
        let unlocked = self.unlocked()?;
        if access == Access::Write {
            self.reading.changes();
        }
        self.note_failed_unlocks(&unlocked);
        let behind = unlocked.pin().is_none_or(|pin| pin.generation < unlocked.generation());
        let mut store = Store::open(&unlocked, access, self.settings.lock_timeout)?;
        if access == Access::Write && behind {
            ops::keys::settle(&unlocked, &mut store)?;
        }
        self.mark_invented(&store);
        Ok(store)
    }

    /// Tells people, once a run, that a sandbox vault's money is not real.
    fn mark_invented(&mut self, store: &Store) {
        let invented = || store.environment().is_ok_and(|environment| environment == Environment::Sandbox.as_str());
        if !self.marked && !self.is_machine() && invented() {
            self.marked = true;
            self.ui.status("sandbox vault: invented banks, invented money");
        }
    }

    /// An audit event of the user's own doing, now.
    pub fn event(&self, action: &str, resource: Option<String>) -> Event {
        Event { at: self.clock.now(), action: action.to_owned(), resource }
    }

    /// Refuses when `--offline` is set.
    pub fn require_network(&self) -> Result<()> {
        if self.settings.offline {
            return Err(Error::new(
                crate::error::Kind::Unavailable,
                "offline",
                "this needs the network, and --offline (or BURSAR_OFFLINE) is set",
            )
            .hint("bursar status"));
        }
        Ok(())
    }
}
