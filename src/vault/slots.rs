//! Slots: the ways into a vault, what each may reach, and the secrets people hold for them.
//!
//! Invariant: a slot holds public halves only; rewriting the key file for all slots needs one of them unlocked.

use age::x25519;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    error::{Result, VaultError},
    kdf::{KdfParams, SALT_BYTES},
    key::Hex,
    passphrase,
    stanza::{Marker, PassphraseRecipient},
};
use crate::secret::Secret;

/// What somebody offers to open a vault.
#[derive(Debug)]
pub enum SlotSecret {
    /// A passphrase, as typed.
    Passphrase(Secret<String>),
    /// An age identity file, its bare `AGE-SECRET-KEY-1…` line, or a recovery code.
    Identity(Secret<String>),
}

/// How a slot is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotKind {
    /// A passphrase through Argon2id.
    Passphrase,
    /// The recovery code printed at `init`.
    Recovery,
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

    /// The recipient that the inner file and `pending/` are sealed to.
    pub(super) fn public(&self) -> Result<x25519::Recipient> {
        self.recipient.parse().map_err(|_| VaultError::damaged("bursar.keys", "a slot has no valid recipient"))
    }

    /// The recipient in the outer file: with its marker, where there is one.
    pub(super) fn outer_recipient(&self) -> Result<Box<dyn age::Recipient>> {
        let public = self.public()?;
        Ok(match self.kdf {
            Some(SlotKdf { salt, params }) => {
                Box::new(PassphraseRecipient { marker: Marker { slot: self.id, salt, params }, public })
            }
            None => Box::new(public),
        })
    }

    /// A new owner's slot for a passphrase, and the identity that opens it.
    pub(super) fn passphrase(
        secret: &Secret<String>,
        params: KdfParams,
        now: Timestamp,
    ) -> Result<(Self, x25519::Identity)> {
        let kdf = SlotKdf { salt: Hex::random()?, params };
        let id = Hex::random()?;
        let marker = Marker { slot: id, salt: kdf.salt, params };
        let identity = marker.identity(passphrase::normalize(secret).expose().as_bytes())?;
        let slot = Self { id, kdf: Some(kdf), ..Self::owner(SlotKind::Passphrase, &identity, now)? };
        Ok((slot, identity))
    }

    /// A new owner's slot for a recovery code, and the identity that is the code.
    pub(super) fn recovery(now: Timestamp) -> Result<(Self, x25519::Identity)> {
        let identity = x25519::Identity::generate();
        Ok((Self::owner(SlotKind::Recovery, &identity, now)?, identity))
    }

    fn owner(kind: SlotKind, identity: &x25519::Identity, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id: Hex::random()?,
            label: kind.as_str().to_owned(),
            kind,
            caps: vec![Cap::Ledger, Cap::Bank, Cap::Admin],
            recipient: identity.to_public().to_string(),
            kdf: None,
            created: now,
            expires: None,
        })
    }
}

/// Finds the identities in the text of an identity file: one a line, `#` comments and blank lines between.
pub(super) fn parse_identities(text: &Secret<String>) -> Result<Vec<x25519::Identity>> {
    let lines = text.expose().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let identities = lines
        .map(|line| {
            let line = Secret::new(line.to_ascii_uppercase());
            line.expose().parse().map_err(|reason| VaultError::NotAnIdentity { reason })
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
        for kind in [SlotKind::Passphrase, SlotKind::Recovery, SlotKind::Other("two-factor".into())] {
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
