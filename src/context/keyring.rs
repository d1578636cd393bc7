//! The key that the operating system's keyring keeps, where there is such a thing: after a session, before a question.
//!
//! Invariant: it never stands for what is asked anew, an owner's acts.

use std::{path::Path, sync::Arc};

use super::Context;
use crate::{
    error::Result,
    ops::keyring::{Entry, KeyringError},
    vault::{Locked, Unlocked, VaultError},
};

impl Context {
    /// The keyring's entry for the vault.
    pub fn keyring(&self) -> Result<Entry> {
        if !cfg!(feature = "os-keyring") {
            return Err(KeyringError::NotBuilt.into());
        }
        if !self.has_keyring() {
            return Err(
                KeyringError::Unreachable("there is no session bus (DBUS_SESSION_BUS_ADDRESS)".to_owned()).into()
            );
        }
        Ok(Entry::of(self.locked()?.dir(), self.ui.profile().interactive))
    }

    /// The vault opened with the key that the keyring keeps, if it keeps one that reaches what is wanted.
    pub(super) fn open_by_keyring(&mut self, locked: &Locked, bank: bool) -> Result<Option<Arc<Unlocked>>> {
        if !cfg!(feature = "os-keyring") || self.settings.secret_source.is_some() || !self.has_keyring() {
            return Ok(None);
        }
        let entry = Entry::of(locked.dir(), self.ui.profile().interactive);
        let secret = match entry.opens(locked) {
            Ok(Some(secret)) => secret,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.ui.warn(&error.to_string());
                return Ok(None);
            }
        };
        // The keyring may have asked its user meanwhile: the key file is read again.
        let unlocked = match self.locked()?.unlock_uncounted(&secret, self.clock.latest()) {
            Ok(unlocked) => Arc::new(unlocked),
            // Nobody tried anything, and the other keys still open it: whoever is here is asked for one.
            Err(error @ VaultError::Expired { .. }) => {
                self.ui.warn(&format!("the key in the keyring is passed over: {error}"));
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        unlocked.check_generation()?;
        if bank && !unlocked.can_use_bank() && self.ui.profile().interactive {
            return Ok(None);
        }
        Ok(Some(self.carry_on_rotation(unlocked)))
    }

    /// Whether there may be a keyring: elsewhere than on Linux always, there where a session bus is known, so that none is started.
    fn has_keyring(&self) -> bool {
        cfg!(any(target_os = "macos", windows))
            || self.environment.text("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
            || self.environment.text("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(dir).join("bus").exists())
    }
}
