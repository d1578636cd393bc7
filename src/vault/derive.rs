//! One key per purpose: HKDF-SHA256 under L or B, salted with the vault's id, labelled with the purpose.
//!
//! Invariant: every label of the format stands here, and no two are equal.

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::material::{Key, VaultId};
use crate::secret::wiping_stack;

/// What a derived key is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// SQLCipher's raw key, from a ledger key.
    Database { key_id: u32 },
    /// The MAC of the freshness pin, from the ledger key.
    Pin,
    /// The MAC of content digests, from the ledger key.
    Digest,
    /// Sealing readings that wait to be entered in the audit log, from the ledger key.
    Readings,
    /// Sealing bank tokens, from a bank key.
    Token { key_id: u32 },
    /// Sealing the Plaid client's credentials, from a bank key.
    Client { key_id: u32 },
}

impl Purpose {
    fn label(self) -> String {
        match self {
            Self::Database { key_id } => format!("bursar/v1/sqlcipher/{key_id}"),
            Self::Pin => "bursar/v1/pin".to_owned(),
            Self::Digest => "bursar/v1/digest".to_owned(),
            Self::Readings => "bursar/v1/readings".to_owned(),
            Self::Token { key_id } => format!("bursar/v1/token/{key_id}"),
            Self::Client { key_id } => format!("bursar/v1/client/{key_id}"),
        }
    }

    /// Derives the key for this purpose.
    pub(super) fn key(self, master: &Key, vault_id: VaultId) -> Key {
        wiping_stack(|| expand(master, &vault_id.0, self.label().as_bytes()))
    }
}

/// HKDF-SHA256 with a 32-byte result, which the construction can always give.
pub(super) fn expand(master: &Key, salt: &[u8], label: &[u8]) -> Key {
    let hkdf = Hkdf::<Sha256>::new(Some(salt), master.expose());
    Key::fill(|out| hkdf.expand(label, out)).unwrap_or_else(|_| unreachable!("32 bytes are below HKDF's limit"))
}

/// An HMAC-SHA256 under a key, which the function's definition pads to its block of 64 bytes.
pub(super) fn mac(key: &Key) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..32].copy_from_slice(key.expose());
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_keys_and_vaults_are_separate() {
        let (one, two) = (Key::from_bytes(&[1; 32]), Key::from_bytes(&[2; 32]));
        let (here, there) = (super::super::material::Hex([3; 16]), super::super::material::Hex([4; 16]));
        let purposes = [
            Purpose::Database { key_id: 1 },
            Purpose::Database { key_id: 2 },
            Purpose::Pin,
            Purpose::Digest,
            Purpose::Token { key_id: 1 },
            Purpose::Client { key_id: 1 },
        ];
        let mut seen = std::collections::BTreeSet::new();
        for master in [&one, &two] {
            for vault in [here, there] {
                for purpose in purposes {
                    assert!(seen.insert(*purpose.key(master, vault).expose()), "{purpose:?}");
                }
            }
        }
    }

    #[test]
    fn agrees_with_another_implementation() {
        // Computed independently with Python's hmac and hashlib (docs/open-without-bursar.py).
        let key = Purpose::Pin.key(&Key::from_bytes(&[1; 32]), super::super::material::Hex([3; 16]));
        assert_eq!(
            super::super::material::Hex(*key.expose()).to_string(),
            "895a20cc11d8d50e336f1d06626d31a02c766aedb87c88e8feef4be5062054c8"
        );
    }
}
