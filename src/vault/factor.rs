//! Factors: what a new slot is opened by, and what its holder is given to keep.
//!
//! Invariant: what is handed over leaves this module once, as a secret, and is kept nowhere in the vault.

use age::{secrecy::ExposeSecret, x25519};
use bech32::{Bech32, Hrp, primitives::decode::CheckedHrpstring};

use super::{
    error::{Result, VaultError},
    kdf::{self, KdfParams},
    material::Key,
    passphrase,
    slots::{Slot, SlotKind, Terms},
    voice::Voice,
    wrapped,
};
use crate::secret::Secret;

/// Begins the one line of a second factor's key file.
const SECOND: &str = "BURSAR-KEY-FILE-1";

/// What opens a new slot.
#[derive(Debug)]
pub enum Factor<'a> {
    /// A passphrase; weak ones are refused.
    Passphrase(&'a Secret<String>),
    /// A passphrase and a new key file.
    TwoFactor(&'a Secret<String>),
    /// A new recovery code.
    Recovery,
    /// A new key file.
    KeyFile,
    /// A new identity for the operating system's keyring.
    Keyring,
    /// Somebody's own age identity, by its recipient (`age1…`).
    Identity(&'a str),
    /// What an age plugin holds, by its recipient (`age1yubikey1…`).
    Plugin(&'a str, &'a Voice),
    /// An SSH key, by its public half.
    #[cfg(feature = "ssh")]
    Ssh(&'a str),
}

/// A slot that is not in the key file yet.
#[derive(Debug)]
pub struct Made {
    /// The slot.
    pub slot: Slot,
    /// What its holder needs and nobody keeps: a code, or the line of a key file.
    pub handover: Option<Secret<String>>,
}

impl Factor<'_> {
    /// Makes the slot. Deriving a key takes the better part of a second.
    pub fn make(&self, terms: &Terms<'_>) -> Result<Made> {
        match self {
            Self::Passphrase(text) => {
                passphrase::check(text, &[])?;
                let (slot, _) = Slot::of_passphrase(text, None, kdf::tune()?, terms)?;
                Ok(Made { slot, handover: None })
            }
            Self::TwoFactor(text) => {
                passphrase::check(text, &[])?;
                let key_file = Key::random()?;
                let (slot, _) = Slot::of_passphrase(text, Some(&key_file), kdf::tune()?, terms)?;
                Ok(Made { slot, handover: Some(line_of(&key_file)?) })
            }
            Self::Recovery => fresh(SlotKind::Recovery, terms),
            Self::KeyFile => fresh(SlotKind::KeyFile, terms),
            Self::Keyring => fresh(SlotKind::Keyring, terms),
            Self::Identity(text) => {
                let recipient: x25519::Recipient =
                    text.parse().map_err(|reason| VaultError::NotARecipient { reason })?;
                Ok(Made { slot: Slot::of_recipient(SlotKind::Identity, &recipient, terms)?, handover: None })
            }
            Self::Plugin(text, voice) => Ok(Made { slot: wrapped::of_plugin(text, voice, terms)?, handover: None }),
            #[cfg(feature = "ssh")]
            Self::Ssh(text) => Ok(Made { slot: wrapped::of_ssh(text, terms)?, handover: None }),
        }
    }
}

fn fresh(kind: SlotKind, terms: &Terms<'_>) -> Result<Made> {
    let identity = x25519::Identity::generate();
    let slot = Slot::of_recipient(kind, &identity.to_public(), terms)?;
    Ok(Made { slot, handover: Some(Secret::new(identity.to_string().expose_secret().to_owned())) })
}

/// The cost of a new passphrase for a slot that had one: never below what it had, whatever the clear header says.
pub(super) fn cost_after(old: KdfParams) -> Result<KdfParams> {
    let new = kdf::tune()?;
    Ok(KdfParams {
        memory_kib: new.memory_kib.max(old.memory_kib),
        passes: new.passes.max(old.passes),
        lanes: new.lanes.max(old.lanes),
    })
}

/// Tells whether a text is the key file of a two-factor slot, which wants a passphrase besides.
pub fn is_second_factor(text: &Secret<String>) -> bool {
    second_line(text).is_some()
}

fn second_line(text: &Secret<String>) -> Option<&str> {
    text.expose().lines().map(str::trim).find(|line| line.get(..SECOND.len()).is_some_and(|head| head == SECOND))
}

/// The 32 bytes of a second factor's key file.
pub(super) fn second_factor(text: &Secret<String>) -> Result<Key> {
    let damaged = || VaultError::NotAnIdentity { reason: "the line of the key file is damaged" };
    let line = second_line(text).ok_or_else(damaged)?;
    let checked = CheckedHrpstring::new::<Bech32>(line).map_err(|_| damaged())?;
    let mut bytes = checked.byte_iter();
    let key = Key::fill(|out| out.iter_mut().try_for_each(|byte| bytes.next().map(|next| *byte = next).ok_or(())));
    key.map_err(|()| damaged()).and_then(|key| if bytes.next().is_none() { Ok(key) } else { Err(damaged()) })
}

fn line_of(key: &Key) -> Result<Secret<String>> {
    let failed = |_| VaultError::Crypto("bech32 encoding");
    let prefix = SECOND.trim_end_matches('1').to_ascii_lowercase();
    let hrp = Hrp::parse(&prefix).map_err(|_| VaultError::Crypto("bech32 prefix"))?;
    bech32::encode_upper::<Bech32>(hrp, key.expose()).map(Secret::new).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_key_file_reads_back_and_shows_a_changed_letter() {
        let key = Key::from_bytes(&[7; 32]);
        let line = line_of(&key).unwrap();
        assert!(line.expose().starts_with(SECOND));
        let file = Secret::new(format!("# second factor\n\n{}\n", line.expose()));
        assert!(is_second_factor(&file));
        assert_eq!(second_factor(&file).unwrap().expose(), key.expose());
        let mut letters: Vec<char> = line.expose().chars().collect();
        letters[30] = if letters[30] == 'Q' { 'P' } else { 'Q' };
        let changed = Secret::new(letters.into_iter().collect::<String>());
        assert!(second_factor(&changed).is_err());
        assert!(!is_second_factor(&Secret::new("AGE-SECRET-KEY-1".to_owned())));
    }

    #[test]
    fn a_new_passphrase_never_costs_less() {
        let strong = KdfParams { memory_kib: 1 << 20, passes: 7, lanes: 4 };
        assert_eq!(cost_after(strong).unwrap(), strong);
    }
}
