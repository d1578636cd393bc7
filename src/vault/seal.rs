//! Secrets inside the database: bank tokens and the Plaid client's credentials, each bound to where it belongs.
//!
//! XChaCha20-Poly1305 with a random nonce. Invariant: a blob opens only for the vault, purpose, environment, item
//! and key it was sealed for, so that moving a row gives nothing.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    aead::{self, NONCE, TAG},
    connect::DB_FILE,
    derive::Purpose,
    error::{Result, VaultError},
    keyset::KeyRing,
    material::{VaultId, fill_random},
    unlocked::Unlocked,
};
use crate::secret::Secret;

const VERSION: u8 = 1;
const HEAD: usize = 1 + 4 + NONCE;

/// Where a sealed secret belongs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// The access token of one item.
    Token { item_id: &'a str, environment: &'a str },
    /// The Plaid client's credentials for one environment.
    Client { environment: &'a str },
}

impl Place<'_> {
    fn purpose(self, key_id: u32) -> Purpose {
        match self {
            Self::Token { .. } => Purpose::Token { key_id },
            Self::Client { .. } => Purpose::Client { key_id },
        }
    }

    /// The associated data: each part behind its length, as four bytes big-endian.
    fn bind(self, vault_id: VaultId, key_id: u32) -> Vec<u8> {
        let key_id = key_id.to_be_bytes();
        let parts: [&[u8]; 5] = match self {
            Self::Token { item_id, environment } => {
                [b"bursar/v1/token", &vault_id.0, item_id.as_bytes(), environment.as_bytes(), &key_id]
            }
            Self::Client { environment } => [b"bursar/v1/client", &vault_id.0, b"", environment.as_bytes(), &key_id],
        };
        parts
            .into_iter()
            .flat_map(|part| {
                u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes().into_iter().chain(part.iter().copied())
            })
            .collect()
    }
}

/// Seals with the newest bank key: version, key number, nonce, ciphertext, tag.
pub(super) fn seal(ring: &KeyRing, vault_id: VaultId, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
    let key_id = ring.newest();
    let key = place.purpose(key_id).key(ring.get(key_id)?, vault_id);
    let mut nonce = [0; NONCE];
    fill_random(&mut nonce)?;
    let mut body = Zeroizing::new(Vec::with_capacity(plain.len() + TAG));
    body.extend_from_slice(plain);
    aead::encrypt(&key, &nonce, &place.bind(vault_id, key_id), &mut *body)?;
    Ok([&[VERSION][..], &key_id.to_be_bytes(), &nonce, &body].concat())
}

/// Seals with the newest key what an older one sealed; `None` if the newest did already.
pub(super) fn reseal(ring: &KeyRing, vault_id: VaultId, place: Place<'_>, blob: &[u8]) -> Result<Option<Vec<u8>>> {
    if blob.get(1..5) == Some(&ring.newest().to_be_bytes()) {
        return Ok(None);
    }
    seal(ring, vault_id, place, &open(ring, vault_id, place, blob)?).map(Some)
}

/// Opens what `seal` wrote, for exactly the same place.
pub(super) fn open(ring: &KeyRing, vault_id: VaultId, place: Place<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let damaged = || VaultError::damaged("vault.db", "a sealed secret does not open where it was found");
    let (head, body) = blob.split_at_checked(HEAD).ok_or_else(damaged)?;
    let (&version, rest) = head.split_first().ok_or_else(damaged)?;
    let (key_id, nonce) = rest.split_first_chunk().ok_or_else(damaged)?;
    let nonce = nonce.try_into().map_err(|_| damaged())?;
    if version != VERSION {
        return Err(VaultError::TooNew { version: version.into(), supported: VERSION.into() });
    }
    let key_id = u32::from_be_bytes(*key_id);
    let key = place.purpose(key_id).key(ring.get(key_id)?, vault_id);
    let mut plain = Zeroizing::new(body.to_vec());
    aead::decrypt(&key, nonce, &place.bind(vault_id, key_id), &mut *plain).ok_or_else(damaged)?;
    Ok(plain)
}

impl Unlocked {
    /// Seals an access token for one item in one environment (`sandbox`, `production`).
    pub fn seal_token(&self, item_id: &str, environment: &str, token: &Secret<String>) -> Result<Vec<u8>> {
        self.seal(Place::Token { item_id, environment }, token.expose().as_bytes())
    }

    /// Opens what `seal_token` sealed for the same item and environment.
    pub fn open_token(&self, item_id: &str, environment: &str, sealed: &[u8]) -> Result<Secret<String>> {
        let plain = self.open(Place::Token { item_id, environment }, sealed)?;
        std::str::from_utf8(&plain)
            .map(|text| Secret::new(text.to_owned()))
            .map_err(|_| VaultError::damaged(DB_FILE, "a sealed token is not text"))
    }

    /// Seals a token under the newest key; `None` if it is already.
    pub fn reseal_token(&self, item_id: &str, environment: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        reseal(&self.inner()?.bank, self.vault_id(), Place::Token { item_id, environment }, sealed)
    }

    /// Seals credentials under the newest key; `None` if they are already.
    pub fn reseal_client(&self, environment: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        reseal(&self.inner()?.bank, self.vault_id(), Place::Client { environment }, sealed)
    }

    /// Seals the Plaid client's credentials for one environment.
    pub fn seal_client(&self, environment: &str, keys: &ClientKeys) -> Result<Vec<u8>> {
        self.seal(Place::Client { environment }, &keys.to_json()?)
    }

    /// Opens what `seal_client` sealed for the same environment.
    pub fn open_client(&self, environment: &str, sealed: &[u8]) -> Result<ClientKeys> {
        ClientKeys::from_json(&self.open(Place::Client { environment }, sealed)?)
    }

    fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        seal(&self.inner()?.bank, self.vault_id(), place, plain)
    }

    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        open(&self.inner()?.bank, self.vault_id(), place, sealed)
    }
}

/// The Plaid client's credentials.
#[derive(Debug, Clone)]
pub struct ClientKeys {
    /// `client_id` of the Plaid dashboard; not secret, but sealed with its companion.
    pub client_id: String,
    /// The secret of one environment.
    pub secret: Secret<String>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct ClientJson {
    client_id: String,
    secret: String,
}

impl ClientKeys {
    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>> {
        let json = ClientJson { client_id: self.client_id.clone(), secret: self.secret.expose().clone() };
        let mut plain = Zeroizing::new(Vec::with_capacity(json.client_id.len() + json.secret.len() + 4096));
        serde_json::to_writer(&mut *plain, &json).map_err(|_| VaultError::Crypto("credentials did not serialise"))?;
        Ok(plain)
    }

    pub(super) fn from_json(plain: &[u8]) -> Result<Self> {
        let json: ClientJson = serde_json::from_slice(plain)
            .map_err(|_| VaultError::damaged("vault.db", "sealed credentials have an unknown form"))?;
        Ok(Self { client_id: json.client_id.clone(), secret: Secret::new(json.secret.clone()) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::vault::material::{Hex, Key};

    const HERE: VaultId = Hex([7; 16]);
    const TOKEN: Place<'_> = Place::Token { item_id: "item-1", environment: "sandbox" };

    fn ring() -> KeyRing {
        let keys = BTreeMap::from([(1, Key::from_bytes(&[1; 32])), (2, Key::from_bytes(&[2; 32]))]);
        KeyRing { current: 1, keys, pending: None, since: None }
    }

    #[test]
    fn opens_only_in_its_place() {
        let blob = seal(&ring(), HERE, TOKEN, b"access-sandbox-1").unwrap();
        assert_eq!(*open(&ring(), HERE, TOKEN, &blob).unwrap(), b"access-sandbox-1");
        let elsewhere = [
            Place::Token { item_id: "item-2", environment: "sandbox" },
            Place::Token { item_id: "item-1", environment: "production" },
            Place::Token { item_id: "item-1s", environment: "andbox" },
            Place::Client { environment: "sandbox" },
        ];
        for place in elsewhere {
            assert!(open(&ring(), HERE, place, &blob).is_err(), "{place:?}");
        }
        assert!(open(&ring(), Hex([8; 16]), TOKEN, &blob).is_err());
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let blob = seal(&ring(), HERE, TOKEN, b"secret").unwrap();
        for at in 0..blob.len() {
            let mut bad = blob.clone();
            bad[at] ^= 1;
            assert!(open(&ring(), HERE, TOKEN, &bad).is_err(), "byte {at}");
            assert!(open(&ring(), HERE, TOKEN, &blob[..at]).is_err(), "cut {at}");
        }
        let mut other_key = blob;
        other_key[4] = 2;
        assert!(open(&ring(), HERE, TOKEN, &other_key).is_err());
    }
}
