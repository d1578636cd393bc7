//! The passphrase slot inside an age header: a marker with salt and cost, then an ordinary X25519 stanza.
//!
//! age's own scrypt stanza must stand alone in a file; this pair may stand beside any other, and since the second
//! half needs only a public key, one unlocked slot can write the file anew for all slots.
//! Invariant: the marker's numbers are checked against the reading caps before any memory is asked for, because
//! the header's MAC is checked only after a stanza has been opened.

use std::{cell::RefCell, collections::HashSet, io};

use age::{DecryptError, EncryptError, x25519};
use age_core::format::{FileKey, Stanza};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use bech32::{Bech32, Hrp};

use super::{
    agefile::SlotIdentity,
    derive::expand,
    error::{Result, VaultError},
    kdf::{KdfParams, SALT_BYTES},
    material::{Hex, Key},
};
use crate::secret::{Secret, wiping_stack};

/// The marker's tag; a name under a domain, as the age specification asks of extensions.
pub(super) const MARKER: &str = "bursar.dev/argon2id";

/// The tag of the marker whose passphrase needs a key file besides.
pub(super) const TWO_FACTOR: &str = "bursar.dev/argon2id-keyfile";

/// What the key file and the passphrase become together, as the label of the derivation.
const BOTH: &[u8] = b"bursar/v1/slot2";

/// No file may make its reader try more passphrase slots than this.
pub(super) const MOST_SLOTS: usize = 8;

/// How a passphrase slot turns text into an X25519 identity; all of it is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    pub slot: Hex<8>,
    pub salt: Hex<SALT_BYTES>,
    pub params: KdfParams,
    pub two_factor: bool,
}

impl Marker {
    /// Derives the slot's identity. The passphrase must be normalised.
    pub(super) fn identity(&self, passphrase: &[u8], key_file: Option<&Key>) -> Result<SlotIdentity> {
        let derived = self.params.derive(passphrase, &self.salt.0)?;
        wiping_stack(|| match key_file {
            Some(key_file) => identity_from(expand(&derived, key_file.expose(), BOTH).expose()),
            None => identity_from(derived.expose()),
        })
    }

    fn to_stanza(self) -> Stanza {
        let salt = BASE64_STANDARD_NO_PAD.encode(self.salt.0);
        Stanza {
            tag: if self.two_factor { TWO_FACTOR } else { MARKER }.to_owned(),
            args: vec![self.slot.to_string(), salt, self.params.to_string()],
            body: Vec::new(),
        }
    }

    /// Reads a marker; `None` unless it is exactly what `to_stanza` writes.
    pub(super) fn parse(tag: &str, args: &[impl AsRef<str>], body: &[u8]) -> Option<Self> {
        let two_factor = tag == TWO_FACTOR;
        let [slot, salt, params] = args else { return None };
        let salt = BASE64_STANDARD_NO_PAD.decode(salt.as_ref()).ok()?.try_into().ok()?;
        let params = KdfParams::parse(params.as_ref())?;
        let marker = Self { slot: Hex::parse(slot.as_ref())?, salt: Hex(salt), params, two_factor };
        body.is_empty().then_some(marker)
    }
}

/// The writing half: wraps a file key for a passphrase slot without knowing the passphrase.
pub(super) struct PassphraseRecipient {
    pub marker: Marker,
    pub public: x25519::Recipient,
}

impl age::Recipient for PassphraseRecipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> std::result::Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (mut stanzas, labels) = self.public.wrap_file_key(file_key)?;
        stanzas.insert(0, self.marker.to_stanza());
        Ok((stanzas, labels))
    }
}

/// The reading half: tries a passphrase on each marked slot, and keeps the identity that fitted.
pub(super) struct PassphraseIdentity<'a> {
    passphrase: &'a Secret<String>,
    key_file: Option<&'a Key>,
    derived: RefCell<Option<SlotIdentity>>,
}

impl<'a> PassphraseIdentity<'a> {
    /// Takes a normalised passphrase, and the key file's content where both are wanted.
    pub(super) fn new(passphrase: &'a Secret<String>, key_file: Option<&'a Key>) -> Self {
        Self { passphrase, key_file, derived: RefCell::new(None) }
    }

    /// The identity that opened the file.
    pub(super) fn into_derived(self) -> Option<SlotIdentity> {
        self.derived.into_inner()
    }

    fn open_pair(&self, marker: &Stanza, wrapped: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        let Some(marker) = Marker::parse(&marker.tag, &marker.args, &marker.body) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        if !marker.params.within_caps() {
            return Some(Err(DecryptError::ExcessiveWork { required: u8::MAX, target: 0 }));
        }
        let identity = match marker.identity(self.passphrase.expose().as_bytes(), self.key_file) {
            Ok(identity) => identity,
            Err(VaultError::OutOfMemory) => return Some(Err(io::Error::from(io::ErrorKind::OutOfMemory).into())),
            Err(_) => return Some(Err(DecryptError::KeyDecryptionFailed)),
        };
        let outcome = age::Identity::unwrap_stanza(&identity, wrapped)?;
        *self.derived.borrow_mut() = Some(identity);
        Some(outcome)
    }
}

impl age::Identity for PassphraseIdentity<'_> {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        None
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<std::result::Result<FileKey, DecryptError>> {
        let marked = |tag: &'static str| stanzas.windows(2).filter(move |pair| pair[0].tag == tag);
        if marked(MARKER).chain(marked(TWO_FACTOR)).count() > MOST_SLOTS {
            return Some(Err(DecryptError::ExcessiveWork { required: u8::MAX, target: 0 }));
        }
        marked(if self.key_file.is_some() { TWO_FACTOR } else { MARKER })
            .find_map(|pair| self.open_pair(&pair[0], &pair[1]))
    }
}

/// Builds age's identity from 32 bytes, through the text form that is the only way in.
pub(super) fn identity_from(secret: &[u8; 32]) -> Result<SlotIdentity> {
    let hrp = Hrp::parse("age-secret-key-").map_err(|_| VaultError::Crypto("bech32 prefix"))?;
    let text = bech32::encode_upper::<Bech32>(hrp, secret).map_err(|_| VaultError::Crypto("bech32 encoding"))?;
    let text = Secret::new(text);
    SlotIdentity::parse(text.expose()).map_err(|_| VaultError::Crypto("identity from derived key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEAK: KdfParams = KdfParams { memory_kib: 8, passes: 1, lanes: 1 };

    fn marker() -> Marker {
        Marker { slot: Hex([1; 8]), salt: Hex([2; 16]), params: WEAK, two_factor: false }
    }

    #[test]
    fn a_marker_reads_back_only_in_the_form_it_is_written() {
        let stanza = marker().to_stanza();
        assert_eq!(Marker::parse(MARKER, &stanza.args, &stanza.body), Some(marker()));
        assert_eq!(Marker::parse(MARKER, &stanza.args, b"x"), None);
        for params in
            ["m=08,t=1,p=1", "m=8,t=1", "m=8,t=1,p=1,q=1", "t=1,m=8,p=1", "m=+8,t=1,p=1", "m=99999999999,t=1,p=1"]
        {
            let args = [stanza.args[0].as_str(), stanza.args[1].as_str(), params];
            assert_eq!(Marker::parse(MARKER, &args, b""), None, "{params}");
        }
    }

    #[test]
    fn a_costly_marker_is_refused_before_it_costs() {
        let passphrase = Secret::new("any".to_owned());
        let public = marker().identity(b"any", None).unwrap().to_public();
        let file_key = FileKey::new(Box::new([9; 16]));
        let (mut stanzas, _) =
            age::Recipient::wrap_file_key(&PassphraseRecipient { marker: marker(), public }, &file_key).unwrap();
        let open =
            |stanzas: &[Stanza]| age::Identity::unwrap_stanzas(&PassphraseIdentity::new(&passphrase, None), stanzas);
        assert!(matches!(open(&stanzas), Some(Ok(_))));
        for params in [
            "m=4294967295,t=1,p=1",
            "m=2097152,t=5,p=4",
            "m=8,t=33,p=1",
            "m=1024,t=1,p=17",
            "m=8,t=0,p=1",
            "m=7,t=1,p=1",
        ] {
            params.clone_into(&mut stanzas[0].args[2]);
            assert!(matches!(open(&stanzas), Some(Err(DecryptError::ExcessiveWork { .. }))), "{params}");
        }
        let many: Vec<_> = (0..9)
            .flat_map(|_| [marker().to_stanza(), Stanza { tag: "X25519".into(), args: vec![], body: vec![] }])
            .collect();
        assert!(matches!(open(&many), Some(Err(DecryptError::ExcessiveWork { .. }))));
    }
}
