//! XChaCha20-Poly1305 over a buffer in place.
//!
//! Invariant: no copy of the key stays on the stack, where the cipher's moves leave some.

use chacha20poly1305::{AeadInPlace as _, KeyInit as _, XChaCha20Poly1305, aead::Buffer};

use super::{
    error::{Result, VaultError},
    material::Key,
};
use crate::secret::wiping_stack;

/// The length of a nonce, which is drawn at random for every message.
pub(super) const NONCE: usize = 24;

/// The length of the tag that a message gets at its end.
pub(super) const TAG: usize = 16;

/// Encrypts, and appends the tag.
pub(super) fn encrypt(key: &Key, nonce: &[u8; NONCE], bound: &[u8], body: &mut dyn Buffer) -> Result<()> {
    wiping_stack(|| XChaCha20Poly1305::new(key.expose().into()).encrypt_in_place(nonce.into(), bound, body))
        .map_err(|_| VaultError::Crypto("sealing"))
}

/// Decrypts, and takes the tag off; `None` if it is not what was encrypted under this key and for this use.
pub(super) fn decrypt(key: &Key, nonce: &[u8; NONCE], bound: &[u8], body: &mut dyn Buffer) -> Option<()> {
    wiping_stack(|| XChaCha20Poly1305::new(key.expose().into()).decrypt_in_place(nonce.into(), bound, body)).ok()
}
