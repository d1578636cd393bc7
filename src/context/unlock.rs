//! Where a command's secret comes from: the source in the settings, else a question.

use std::{sync::Arc, time::Duration};

use super::Context;
use crate::{
    error::Result,
    ops::{
        keys::{self, Means},
        secrets,
    },
    secret::Secret,
    settings::SecretSource,
    vault::{Location, Locked, Right, SlotKind, SlotSecret, Unlocked, is_second_factor},
};

/// How long an interrupted rotation waits for others before it is left to the next command.
const NOBODY_WAITS: Duration = Duration::from_millis(50);

impl Context {
    /// The vault with its key: from a session, or with a secret that is asked for the first time.
    pub fn unlocked(&mut self) -> Result<Arc<Unlocked>> {
        match &self.unlocked {
            Some(unlocked) => Ok(Arc::clone(unlocked)),
            None => self.open(false),
        }
    }

    /// The vault with the banks' key, which a session has only if it was made for them. What a key's role does not
    /// reach is not here either.
    pub fn unlocked_for_bank(&mut self) -> Result<Arc<Unlocked>> {
        match &self.unlocked {
            Some(unlocked) if unlocked.can_use_bank() || !unlocked.by_session() => Ok(Arc::clone(unlocked)),
            _ => self.open(true),
        }
    }

    /// The vault for an owner's changes. A key in the keyring is no owner's: whoever is here is asked for another.
    pub(super) fn unlocked_for_writing(&mut self) -> Result<Arc<Unlocked>> {
        let unlocked = self.unlocked()?;
        if unlocked.slot().kind == SlotKind::Keyring && self.ui.profile().interactive {
            return self.open_by_secret();
        }
        Ok(unlocked)
    }

    /// The vault opened with somebody's secret, asked for anew where only a session has opened it.
    pub fn unlocked_by_secret(&mut self) -> Result<Arc<Unlocked>> {
        match &self.unlocked {
            Some(unlocked) if !unlocked.by_session() => Ok(Arc::clone(unlocked)),
            _ => self.open_by_secret(),
        }
    }

    /// The vault for its owner, however old it is, opened with a secret given in this very run.
    pub fn unlock_even_if_older(&mut self) -> Result<Arc<Unlocked>> {
        let secret = self.secret_for_vault()?;
        let unlocked = self.locked()?.unlock_even_if_older(&secret, self.clock.latest())?;
        let unlocked = self.adopt(Arc::new(unlocked));
        self.reading.opens();
        unlocked.require(Right::Admin)?;
        // A plan changes nothing, and taking a code is a change.
        if !self.settings.dry_run {
            self.pass_totp(&unlocked)?;
        }
        Ok(unlocked)
    }

    /// A vault that is being restored and has no place yet; how old it is does not matter.
    pub fn unlocked_at(&mut self, location: &Location) -> Result<Arc<Unlocked>> {
        let locked = Locked::open_within(location, self.settings.lock_timeout)?;
        let secret = self.slot_secret()?;
        Ok(Arc::new(locked.unlock_uncounted(&secret, self.clock.latest())?))
    }

    /// Whether a vault opens without a question and without starting a program.
    pub fn opens_by_itself(&self) -> bool {
        let session =
            || self.settings.session_first && self.locked().is_ok_and(|locked| locked.session(false).is_some());
        let is_a_file = |source: &Option<SecretSource>| {
            matches!(source, Some(SecretSource::PassphraseFile(_) | SecretSource::SystemdCredential(_)))
        };
        let named = match &self.settings.secret_source {
            // The key file of two factors wants a passphrase besides.
            Some(SecretSource::Identity(file)) => {
                is_a_file(&self.settings.passphrase_source)
                    || !secrets::identity(file).is_ok_and(|key| is_second_factor(&key))
            }
            source => is_a_file(source),
        };
        named || session()
    }

    /// Waits, as long as recent failures to unlock ask for: a courtesy to the owner, who sees that somebody tried.
    pub fn wait_after_failures(&mut self, locked: &Locked) {
        let wait = locked.wait_after_failures();
        if !wait.is_zero() {
            self.wait_after("unlocking failed", locked.failed_unlocks(), wait);
        }
    }

    /// Says what failed how often, and waits.
    pub(super) fn wait_after(&mut self, what: &str, failures: u64, wait: Duration) {
        let times = if failures == 1 { "time" } else { "times" };
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.ui.notice(&format!("{what} {failures} {times} here: waiting {seconds} s"));
        std::thread::sleep(wait);
    }

    fn open(&mut self, bank: bool) -> Result<Arc<Unlocked>> {
        self.reading.opens();
        let locked = self.locked()?;
        let resumed = if self.settings.session_first { locked.resume(bank, self.clock.latest())? } else { None };
        if let Some(unlocked) = resumed {
            return Ok(self.adopt(Arc::new(unlocked)));
        }
        if let Some(unlocked) = self.open_by_keyring(&locked, bank)? {
            return Ok(self.adopt(unlocked));
        }
        drop(locked);
        self.open_by_secret()
    }

    fn open_by_secret(&mut self) -> Result<Arc<Unlocked>> {
        self.reading.opens();
        let secret = self.secret_for_vault()?;
        let unlocked = Arc::new(self.locked()?.unlock(&secret, self.clock.latest())?);
        let unlocked = self.carry_on_rotation(unlocked);
        Ok(self.adopt(unlocked))
    }

    /// The secret, once there is a vault to open with it. Nobody is in the vault meanwhile: a person, a program or a device may take
    /// its time, and others may have to be alone there.
    fn secret_for_vault(&mut self) -> Result<SlotSecret> {
        let locked = self.locked()?;
        if self.settings.secret_source.is_none() && self.ui.profile().interactive {
            self.wait_after_failures(&locked);
        }
        drop(locked);
        self.slot_secret()
    }

    /// Ends a rotation that was interrupted, if nobody else is here. It may fail: the vault opens all the same.
    pub(super) fn carry_on_rotation(&mut self, unlocked: Arc<Unlocked>) -> Arc<Unlocked> {
        if !unlocked.rotates() {
            return unlocked;
        }
        let progress = self.ui.progress("carrying on with the rotation of keys that was interrupted");
        let said = progress.clone();
        let say: Arc<dyn Fn(&str) + Send + Sync> = Arc::new(move |message| said.say(message));
        let means = Means { patience: NOBODY_WAITS, now: self.clock.now(), say };
        let outcome = keys::carry_on(&unlocked, &means);
        drop((means, progress));
        match outcome {
            Ok(Some(ended)) => {
                self.ui.status("the rotation of keys that was interrupted has ended");
                return ended;
            }
            Ok(None) => {}
            Err(error) => self.ui.warn(&format!("a rotation of keys was interrupted and cannot go on: {error}")),
        }
        unlocked
    }

    /// The secret that opens the vault, from the first source that is set, else from a question.
    fn slot_secret(&mut self) -> Result<SlotSecret> {
        if let Some(file) = self.settings.identity.clone() {
            let first = matches!(self.settings.secret_source, Some(SecretSource::Identity(_)));
            // A file that is not asked first may be gone; it only counts if it is a second factor.
            match secrets::identity(&file) {
                Ok(key_file) if is_second_factor(&key_file) => {
                    return Ok(SlotSecret::TwoFactor { passphrase: self.passphrase()?, key_file });
                }
                Ok(identity) if first => return self.of_identity_file(identity),
                Err(error) if first => return Err(error.into()),
                _ => {}
            }
        }
        Ok(as_slot_secret(self.passphrase()?))
    }

    fn passphrase(&mut self) -> Result<Secret<String>> {
        match self.settings.passphrase_source.clone() {
            None => Ok(self.ui.secret("Passphrase", "--passphrase-file or --identity")?),
            Some(source) => self.read_passphrase(&source),
        }
    }

    /// The passphrase for a new slot: from the source in the settings, else `None`.
    pub fn given_passphrase(&mut self) -> Result<Option<Secret<String>>> {
        self.settings.passphrase_source.clone().map(|source| self.read_passphrase(&source)).transpose()
    }

    fn read_passphrase(&self, source: &SecretSource) -> Result<Secret<String>> {
        Ok(match source {
            SecretSource::Descriptor(number) => secrets::from_descriptor(*number)?,
            SecretSource::PassphraseCommand(argv) => secrets::from_command(argv, &self.environment.pairs())?,
            SecretSource::PassphraseFile(file)
            | SecretSource::SystemdCredential(file)
            | SecretSource::Identity(file) => secrets::from_file(file)?,
        })
    }
}

/// A recovery code may be given wherever a passphrase is asked for.
fn as_slot_secret(secret: Secret<String>) -> SlotSecret {
    if secret.expose().trim().to_ascii_uppercase().starts_with("AGE-SECRET-KEY-1") {
        return SlotSecret::Identity(secret);
    }
    SlotSecret::Passphrase(secret)
}
