//! Where a command's secret comes from: the source in the settings, else a question.

use super::Context;
use crate::{error::Result, ops::secrets, secret::Secret, settings::SecretSource, vault::SlotSecret};

impl Context {
    /// The secret that opens the vault, from the first source that is set, else from a question.
    pub(super) fn slot_secret(&mut self) -> Result<SlotSecret> {
        match self.settings.secret_source.clone() {
            Some(SecretSource::Identity(file)) => Ok(SlotSecret::Identity(secrets::identity(&file)?)),
            Some(source) => Ok(as_slot_secret(self.read_passphrase(&source)?)),
            None => {
                let asked = self.ui.secret("Passphrase", "--passphrase-file or --identity")?;
                Ok(as_slot_secret(asked))
            }
        }
    }

    /// The passphrase for a new slot: from the source in the settings, else `None`.
    pub fn given_passphrase(&mut self) -> Result<Option<Secret<String>>> {
        match self.settings.secret_source.clone() {
            None | Some(SecretSource::Identity(_)) => Ok(None),
            Some(source) => self.read_passphrase(&source).map(Some),
        }
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
