//! The key that the operating system's keyring keeps for a vault: the Secret Service, the Keychain, the Credential Manager.
//!
//! An entry is found by the vault's place, since the vault's id is sealed while it is locked; one place has one entry.
//! Invariant: a keyring that does not answer ends in seconds with one sentence.

#[cfg(not(feature = "os-keyring"))]
#[path = "absent.rs"]
mod store;
#[cfg(feature = "os-keyring")]
mod store;

use std::{path::Path, sync::mpsc, thread, time::Duration};

use sha2::{Digest as _, Sha256};

use crate::{
    secret::Secret,
    vault::{Locked, Made, SlotSecret},
};

/// How long the keyring is waited for where somebody may be asked for its password.
const ATTENDED: Duration = Duration::from_mins(1);
/// The same where nobody is.
const ALONE: Duration = Duration::from_secs(10);

/// Why the keyring keeps or gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The program was built without it.
    #[error("this bursar was built without the feature `os-keyring`; nothing was changed")]
    NotBuilt,
    /// It keeps a key that opens the vault.
    #[error("the keyring already keeps a key that opens this vault; nothing was changed")]
    Taken,
    /// It cannot be reached, or refuses.
    #[error("the operating system's keyring cannot be used: {0}")]
    Unreachable(String),
    /// It does not answer.
    #[error("the operating system's keyring did not answer in {} seconds", .0.as_secs())]
    Silence(Duration),
}

/// The keyring's entry for one vault.
#[derive(Debug, Clone)]
pub struct Entry {
    user: String,
    attended: bool,
}

impl Entry {
    /// The entry for the vault in a directory, which is canonical. `attended`: somebody is here to unlock the keyring.
    pub fn of(vault: &Path, attended: bool) -> Self {
        let digest: [u8; 32] = Sha256::digest(vault.as_os_str().as_encoded_bytes()).into();
        let name = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
        Self { user: format!("{name:016x}"), attended }
    }

    /// What the keyring keeps for the vault, if it keeps something.
    pub fn get(&self) -> Result<Option<Secret<String>>, KeyringError> {
        self.within(|user| store::get(&user))
    }

    /// The way into the vault that the keyring keeps; `None` too where the vault has another key by now.
    pub fn opens(&self, vault: &Locked) -> Result<Option<SlotSecret>, KeyringError> {
        let kept = self.get()?.map(SlotSecret::Identity);
        Ok(kept.filter(|secret| vault.is_opened_by(secret)))
    }

    /// Gives the keyring what opens a new slot. An entry that opens nothing any more is replaced.
    pub fn put(&self, made: &Made) -> Result<(), KeyringError> {
        let Some(handover) = &made.handover else { return Ok(()) };
        let secret = Secret::new(handover.expose().clone());
        self.within(move |user| store::put(&user, &secret))
    }

    /// Takes the entry away. Tells whether there was one.
    pub fn remove(&self) -> Result<bool, KeyringError> {
        self.within(|user| store::remove(&user))
    }

    /// Asks on a thread of its own, which is left behind when the keyring does not answer.
    fn within<T: Send + 'static>(
        &self,
        ask: impl FnOnce(String) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let limit = if self.attended { ATTENDED } else { ALONE };
        let (sender, receiver) = mpsc::channel();
        let user = self.user.clone();
        thread::spawn(move || sender.send(ask(user)));
        receiver.recv_timeout(limit).map_err(|_| KeyringError::Silence(limit))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named_after_the_place_and_tells_nothing_of_it() {
        let entry = |place: &str| Entry::of(Path::new(place), false).user;
        assert_eq!(entry("/home/a/vault"), entry("/home/a/vault"));
        assert_ne!(entry("/home/a/vault"), entry("/home/a/other"));
        assert_eq!(entry("/home/a/vault").len(), 16);
    }

    #[test]
    fn a_keyring_that_does_not_answer_is_left() {
        let entry = Entry::of(Path::new("/nowhere"), false);
        let never = entry.within(|_| -> Result<(), KeyringError> { Err(KeyringError::Unreachable("gone".to_owned())) });
        assert_eq!(never.unwrap_err().to_string(), "the operating system's keyring cannot be used: gone");
    }
}
