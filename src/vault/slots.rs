//! Slots: the ways into a vault, what each may reach, and the secrets people hold for them.
//!
//! Invariant: a slot holds public halves only; rewriting the key file for all slots needs one of them unlocked.

use age::x25519;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    agefile::SlotIdentity,
    error::{Result, VaultError},
    kdf::{KdfParams, SALT_BYTES},
    material::{Hex, Key},
    passphrase,
    role::Role,
    stanza::{Marker, PassphraseRecipient},
    voice::Voice,
    wrapped::WrappedRecipient,
};
use crate::secret::Secret;

/// What somebody offers to open a vault.
#[derive(Debug)]
pub enum SlotSecret {
    /// A passphrase, as typed.
    Passphrase(Secret<String>),
    /// An age identity file, its bare `AGE-SECRET-KEY-1…` line, or a recovery code.
    Identity(Secret<String>),
    /// A passphrase together with the text of a second factor's key file.
    TwoFactor {
        /// The passphrase, as typed.
        passphrase: Secret<String>,
        /// The key file's text.
        key_file: Secret<String>,
    },
    /// An identity file that names an age plugin, or an SSH key: whoever holds the key is asked.
    Held {
        /// The file's text.
        holder: Secret<String>,
        /// How the holder speaks with the user.
        voice: Voice,
    },
}

/// How a slot is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotKind {
    /// A passphrase through Argon2id.
    Passphrase,
    /// The recovery code printed at `init`.
    Recovery,
    /// A file that bursar made, with an age identity in it.
    KeyFile,
    /// Somebody's own age identity.
    Identity,
    /// A passphrase and a key file, neither of which opens anything alone.
    TwoFactor,
    /// An age plugin: a security token, a TPM.
    Plugin,
    /// An SSH key.
    Ssh,
    /// An age identity that the operating system's keyring keeps.
    Keyring,
    /// Any other kind, by its name in the file.
    #[serde(untagged)]
    Other(String),
}

impl SlotKind {
    /// The name in files and JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery",
            Self::KeyFile => "key-file",
            Self::Identity => "identity",
            Self::TwoFactor => "two-factor",
            Self::Plugin => "plugin",
            Self::Ssh => "ssh",
            Self::Keyring => "keyring",
            Self::Other(name) => name,
        }
    }
}

/// What a slot may do. Reading the ledger and reaching the banks are enforced by cryptography, `Admin` by bursar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// Open the database.
    Ledger,
    /// Open bank tokens and the start of the audit chain.
    Bank,
    /// Change slots, rotate, export.
    Admin,
}

/// Argon2id salt and cost of a passphrase slot, kept in the payload so that an edited header cannot lower them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotKdf {
    /// The salt.
    pub salt: Hex<SALT_BYTES>,
    /// The cost.
    #[serde(flatten)]
    pub params: KdfParams,
}

/// One way into the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Random id; the same in the header's marker.
    pub id: Hex<8>,
    /// How it is opened.
    pub kind: SlotKind,
    /// The user's name for it.
    pub label: String,
    /// What it may do.
    pub caps: Vec<Cap>,
    /// Its age recipient (`age1…`).
    pub recipient: String,
    /// Salt and cost, for passphrases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kdf: Option<SlotKdf>,
    /// The slot's identity as its holder's plugin or SSH key opens it: an age file in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapped: Option<String>,
    /// When it was added.
    pub created: Timestamp,
    /// When bursar stops accepting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Slot {
    /// Tells whether the slot may do something.
    pub fn may(&self, cap: Cap) -> bool {
        self.caps.contains(&cap)
    }

    /// Tells whether its holder owns the vault for good.
    pub(super) fn owns_for_good(&self) -> bool {
        Role::of(self) == Role::Owner && self.expires.is_none()
    }

    /// The recipient that the inner file and `pending/` are sealed to.
    pub(super) fn public(&self) -> Result<x25519::Recipient> {
        self.recipient.parse().map_err(|_| VaultError::damaged("bursar.keys", "a slot has no valid recipient"))
    }

    /// The recipient in the outer file: with its marker, where there is one.
    pub(super) fn outer_recipient(&self) -> Result<Box<dyn age::Recipient>> {
        let public = self.public()?;
        Ok(match self.kdf {
            Some(SlotKdf { salt, params }) => {
                let two_factor = self.kind == SlotKind::TwoFactor;
                Box::new(PassphraseRecipient { marker: Marker { slot: self.id, salt, params, two_factor }, public })
            }
            None => match &self.wrapped {
                Some(text) => {
                    let unreadable = |_| VaultError::damaged("bursar.keys", "a slot has no valid wrapped identity");
                    let wrapped = BASE64_STANDARD.decode(text).map_err(unreadable)?;
                    Box::new(WrappedRecipient { slot: self.id, wrapped, public })
                }
                None => Box::new(public),
            },
        })
    }

    /// A slot for an X25519 recipient under these terms.
    pub(super) fn of_recipient(kind: SlotKind, recipient: &x25519::Recipient, terms: &Terms<'_>) -> Result<Self> {
        Ok(Self {
            id: Hex::random()?,
            label: terms.label.unwrap_or(kind.as_str()).to_owned(),
            kind,
            caps: terms.role.caps(),
            recipient: recipient.to_string(),
            kdf: None,
            wrapped: None,
            created: terms.now,
            expires: terms.expires,
        })
    }

    /// A slot for a passphrase, alone or with a key file, and the identity that opens it.
    pub(super) fn of_passphrase(
        passphrase: &Secret<String>,
        key_file: Option<&Key>,
        params: KdfParams,
        terms: &Terms<'_>,
    ) -> Result<(Self, SlotIdentity)> {
        let kdf = SlotKdf { salt: Hex::random()?, params };
        let two_factor = key_file.is_some();
        let marker = Marker { slot: Hex::random()?, salt: kdf.salt, params, two_factor };
        let identity = marker.identity(passphrase::normalize(passphrase).expose().as_bytes(), key_file)?;
        let kind = if two_factor { SlotKind::TwoFactor } else { SlotKind::Passphrase };
        let slot = Self::of_recipient(kind, &identity.to_public(), terms)?;
        Ok((Self { id: marker.slot, kdf: Some(kdf), ..slot }, identity))
    }
}

/// What a new slot is given besides its secret.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The user's name for it; none is the name of its kind.
    pub label: Option<&'a str>,
    /// What it makes its holder.
    pub role: Role,
    /// When bursar stops accepting it.
    pub expires: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

impl Terms<'_> {
    /// An owner's, for good.
    pub(super) fn owner(now: Timestamp) -> Self {
        Self { label: None, role: Role::Owner, expires: None, now }
    }
}

/// Finds the identities in the text of an identity file: one a line, `#` comments and blank lines between.
pub(super) fn parse_identities(text: &Secret<String>) -> Result<Vec<SlotIdentity>> {
    let lines = text.expose().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let identities = lines
        .map(|line| {
            let line = Secret::new(line.to_ascii_uppercase());
            SlotIdentity::parse(line.expose()).map_err(|reason| VaultError::NotAnIdentity { reason })
        })
        .collect::<Result<Vec<_>>>()?;
    if identities.is_empty() {
        return Err(VaultError::NotAnIdentity { reason: "no line starts with AGE-SECRET-KEY-1" });
    }
    Ok(identities)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn kinds_are_open_words() {
        for kind in [SlotKind::Passphrase, SlotKind::KeyFile, SlotKind::TwoFactor, SlotKind::Other("later".into())] {
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(text, format!("{:?}", kind.as_str()));
            assert_eq!(serde_json::from_str::<SlotKind>(&text).unwrap(), kind);
        }
    }

    #[test]
    fn identity_files_bare_codes_and_lower_case_are_read() {
        let identity = x25519::Identity::generate();
        let code = identity.to_string().expose_secret().to_owned();
        for text in [format!("# created\n\n{code}\n"), format!("  {} ", code.to_lowercase())] {
            let found = parse_identities(&Secret::new(text)).unwrap();
            assert_eq!(found[0].to_public(), identity.to_public());
        }
        for bad in ["", "# only a comment", "age1qqq", &code[..70]] {
            assert!(parse_identities(&Secret::new(bad.to_owned())).is_err());
        }
    }
}
