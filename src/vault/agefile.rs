//! age files in memory: sealing to recipients, opening with an identity. With `stanza` the only use of age.
//!
//! Invariant: plaintext lives only in buffers that are wiped and never grow.

use std::io::{Read, Write};

use age::{
    DecryptError, Decryptor, Encryptor,
    armor::{ArmoredReader, ArmoredWriter, Format},
};
use zeroize::Zeroizing;

use super::error::{Result, VaultError};

/// Encrypts to all recipients, in age's binary form.
pub(super) fn seal(recipients: &[&dyn age::Recipient], plain: &[u8]) -> Result<Vec<u8>> {
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

/// Decrypts age's binary form; the whole file or nothing.
pub(super) fn open(
    sealed: &[u8],
    identity: &dyn age::Identity,
) -> std::result::Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut reader = Decryptor::new_buffered(sealed)?.decrypt(std::iter::once(identity))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plain)?;
    Ok(plain)
}

/// Decrypts age's text form; the whole file or nothing.
pub(super) fn open_text(
    armored: &str,
    identity: &dyn age::Identity,
) -> std::result::Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut sealed = Vec::with_capacity(armored.len());
    ArmoredReader::new(armored.as_bytes()).read_to_end(&mut sealed)?;
    open(&sealed, identity)
}
