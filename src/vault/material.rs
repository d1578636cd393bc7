//! Keys, ids and random bytes: fixed sizes, wiped on drop, base64 or hex in JSON.
//!
//! Invariant: a `Key` is never copied out of its box, so wiping the box wipes the key.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use zeroize::Zeroizing;

use super::error::{Result, VaultError};
use crate::sys;

/// A 256-bit key.
pub struct Key {
    bytes: Box<Zeroizing<[u8; 32]>>,
    pinned: bool,
}

impl Key {
    /// A new random key.
    pub fn random() -> Result<Self> {
        Self::fill(fill_random)
    }

    /// A key with known bytes, as the database keeps the current audit key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut key = Self::zero();
        key.bytes.copy_from_slice(bytes);
        key
    }

    /// A key written in place by `write`, so that its bytes never lie anywhere else.
    pub(super) fn fill<E>(write: impl FnOnce(&mut [u8]) -> std::result::Result<(), E>) -> std::result::Result<Self, E> {
        let mut key = Self::zero();
        write(&mut key.bytes[..])?;
        Ok(key)
    }

    /// The bytes; keep the borrow short.
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Tells whether the kernel agreed never to swap it out; it refuses beyond a small limit.
    pub(super) fn is_pinned(&self) -> bool {
        self.pinned
    }

    fn zero() -> Self {
        let bytes = Box::new(Zeroizing::new([0; 32]));
        let pinned = sys::keep_in_memory(&bytes[..]);
        Self { bytes, pinned }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(BASE64_STANDARD.encode(self.expose())))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes =
            Zeroizing::new(BASE64_STANDARD.decode(text.as_bytes()).map_err(|_| D::Error::custom("bad base64"))?);
        let bytes = bytes.as_slice().try_into().map_err(|_| D::Error::custom("a key has 32 bytes"))?;
        Ok(Self::from_bytes(bytes))
    }
}

/// Public random bytes shown as lower-case hex: vault ids, salts, slot ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

/// Identifies a vault; random, not secret.
pub type VaultId = Hex<16>;

impl<const N: usize> Hex<N> {
    /// Random bytes.
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0; N];
        fill_random(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads exactly `2 * N` lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 2 * N || !digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("bad hex"))
    }
}

/// Fills a buffer from the operating system's generator.
pub(super) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|_| VaultError::Crypto("the system gives no random numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_ids_survive_json_and_never_print_the_key() {
        let key = Key::random().unwrap();
        let text = serde_json::to_string(&key).unwrap();
        let back: Key = serde_json::from_str(&text).unwrap();
        assert_eq!(key.expose(), back.expose());
        assert_eq!(format!("{key:?}"), "[key]");

        let id = VaultId::random().unwrap();
        assert_eq!(VaultId::parse(&id.to_string()), Some(id));
        assert_eq!(VaultId::parse(&id.to_string().to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")), None);
        assert!(serde_json::from_str::<Key>("\"AAAA\"").is_err());
    }
}
