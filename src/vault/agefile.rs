//! age files in memory: sealing to recipients, opening with an identity. With `stanza` the only use of age.
//!
//! Invariant: plaintext lives only in buffers that are wiped and never grow.

use std::{
    cell::RefCell,
    io::{Read, Write},
};

use age::{
    DecryptError, Decryptor, Encryptor,
    armor::{ArmoredReader, ArmoredWriter, Format},
    secrecy::ExposeSecret,
    x25519,
};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use zeroize::Zeroizing;

use super::error::{Result, VaultError};
use crate::{secret::wiping_stack, sys};

/// The key of one age file, in whatever slots it is wrapped: opens that file and no other, not even its next version.
pub(super) struct ContentKey(Box<Zeroizing<[u8; FILE_KEY_BYTES]>>);

impl ContentKey {
    /// How long it is.
    pub(super) const BYTES: usize = FILE_KEY_BYTES;

    /// A key with known bytes, as a session keeps it.
    pub(super) fn from_bytes(bytes: &[u8; FILE_KEY_BYTES]) -> Self {
        let mut key = Box::new(Zeroizing::new([0; FILE_KEY_BYTES]));
        // What the kernel refuses here it also refuses for the master keys, and that is what people are told.
        let _refused = sys::keep_in_memory(&key[..]);
        key.copy_from_slice(bytes);
        Self(key)
    }

    /// The bytes; keep the borrow short.
    pub(super) fn expose(&self) -> &[u8; FILE_KEY_BYTES] {
        &self.0
    }
}

/// The secret half of a slot, in a place of its own that is never swapped out.
pub(super) struct SlotIdentity(Box<x25519::Identity>);

impl SlotIdentity {
    /// Reads the text form, which the caller wipes.
    pub(super) fn parse(text: &str) -> std::result::Result<Self, &'static str> {
        wiping_stack(|| text.parse::<x25519::Identity>().map(Self::from))
    }
}

impl From<x25519::Identity> for SlotIdentity {
    fn from(identity: x25519::Identity) -> Self {
        let identity = Box::new(identity);
        // As for a content key.
        let _refused = sys::keep_in_memory(&*identity);
        Self(identity)
    }
}

impl std::ops::Deref for SlotIdentity {
    type Target = x25519::Identity;

    fn deref(&self) -> &x25519::Identity {
        &self.0
    }
}

impl Clone for SlotIdentity {
    fn clone(&self) -> Self {
        Self::from(self.0.as_ref().clone())
    }
}

impl age::Identity for SlotIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        self.0.unwrap_stanza(stanza)
    }
}

impl age::Identity for ContentKey {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        Some(Ok(FileKey::init_with_mut(|key| key.copy_from_slice(self.expose()))))
    }
}

/// Opens as another identity does, and keeps the file's key.
struct Keeping<'a> {
    identity: &'a dyn age::Identity,
    key: RefCell<Option<ContentKey>>,
}

impl age::Identity for Keeping<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        self.identity.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<std::result::Result<FileKey, DecryptError>> {
        let outcome = self.identity.unwrap_stanzas(stanzas);
        if let Some(Ok(key)) = &outcome {
            *self.key.borrow_mut() = Some(ContentKey::from_bytes(key.expose_secret()));
        }
        outcome
    }
}

/// What an age file held, and its key.
pub(super) struct Opened {
    pub plain: Zeroizing<Vec<u8>>,
    pub key: ContentKey,
}

/// Encrypts to all recipients, in age's binary form.
pub(super) fn seal(recipients: &[&dyn age::Recipient], plain: &[u8]) -> Result<Vec<u8>> {
    wiping_stack(|| encrypted(recipients, plain))
}

fn encrypted(recipients: &[&dyn age::Recipient], plain: &[u8]) -> Result<Vec<u8>> {
    let encryptor = Encryptor::with_recipients(recipients.iter().copied())
        .map_err(|_| VaultError::Crypto("age refused the recipients"))?;
    let mut sealed = Vec::with_capacity(plain.len() + 4096);
    encryptor
        .wrap_output(&mut sealed)
        .and_then(|mut writer| writer.write_all(plain).and_then(|()| writer.finish().map(|_| ())))
        .map_err(|_| VaultError::Crypto("age could not encrypt"))?;
    Ok(sealed)
}

/// Encrypts to all recipients, in age's text form.
pub(super) fn seal_text(recipients: &[&dyn age::Recipient], plain: &[u8]) -> Result<String> {
    let sealed = seal(recipients, plain)?;
    ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)
        .and_then(|mut writer| writer.write_all(&sealed).and_then(|()| writer.finish()))
        .ok()
        .and_then(|text| String::from_utf8(text).ok())
        .ok_or(VaultError::Crypto("age could not armor"))
}

/// Decrypts age's binary form, and keeps the key of the file.
pub(super) fn open_keeping(sealed: &[u8], identity: &dyn age::Identity) -> std::result::Result<Opened, DecryptError> {
    let keeping = Keeping { identity, key: RefCell::new(None) };
    let plain = open(sealed, &keeping)?;
    let key = keeping.key.into_inner().ok_or(DecryptError::NoMatchingKeys)?;
    Ok(Opened { plain, key })
}

/// Decrypts age's binary form; the whole file or nothing.
pub(super) fn open(
    sealed: &[u8],
    identity: &dyn age::Identity,
) -> std::result::Result<Zeroizing<Vec<u8>>, DecryptError> {
    wiping_stack(|| decrypted(sealed, identity))
}

fn decrypted(sealed: &[u8], identity: &dyn age::Identity) -> std::result::Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut reader = Decryptor::new_buffered(sealed)?.decrypt(std::iter::once(identity))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plain)?;
    Ok(plain)
}

/// Decrypts age's text form, and keeps the key of the file.
pub(super) fn open_text(armored: &str, identity: &dyn age::Identity) -> std::result::Result<Opened, DecryptError> {
    let mut sealed = Vec::with_capacity(armored.len());
    ArmoredReader::new(armored.as_bytes()).read_to_end(&mut sealed)?;
    open_keeping(&sealed, identity)
}
