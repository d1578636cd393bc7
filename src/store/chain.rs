//! The arithmetic of the audit chain, until the vault's own is there.

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::secret::Secret;

/// A link.
pub(crate) type Head = [u8; 32];

/// A key.
pub struct Key(Secret<[u8; 32]>);

impl Key {
    /// From bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Secret::new(*bytes))
    }
    /// The bytes.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// An id.
pub struct VaultId(pub [u8; 16]);

/// Before the first.
pub(crate) fn genesis(vault_id: &VaultId) -> Head {
    Sha256::new().chain_update(b"bursar/v1/audit/genesis").chain_update(vault_id.0).finalize().into()
}

/// The next.
pub(crate) fn next(key: &Key, previous: &Head, event: &[u8]) -> (Head, Key) {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key.expose());
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(previous);
    mac.update(event);
    let head = mac.finalize().into_bytes().into();
    let mut next = [0; 32];
    let _ = hkdf::Hkdf::<Sha256>::new(None, key.expose()).expand(b"bursar/v1/audit/next", &mut next);
    (head, Key::from_bytes(&next))
}
