//! Doors for the fuzz targets: a key file, and what a key file holds, from bytes that anybody may have written.
//!
//! Invariant: no derivation is asked for that would cost more than [`MOST_MEMORY`], so that a run measures the readers and
//! not Argon2.

use zeroize::Zeroizing;

use super::{
    agefile::{self, Opened},
    error::{Result, VaultError},
    inspect::{HeaderSlot, header_length, header_slots},
    kdf::KdfParams,
    keyset::{Outer, to_json},
    locked::refusal,
    passphrase,
    slots::{Slot, parse_identities},
    stanza::PassphraseIdentity,
};
use crate::secret::Secret;

/// Most KiB that a slot may ask for here.
const MOST_MEMORY: u64 = 64;

/// What opens the key file that a corpus grew from.
pub struct Secrets<'a> {
    /// Its passphrase.
    pub passphrase: &'a str,
    /// Its recovery code, or another identity.
    pub identity: &'a str,
}

/// The slots that a key file shows to everybody.
pub(crate) fn slots_shown(file: &[u8]) -> Vec<HeaderSlot> {
    header_slots(&file[..header_length(file)])
}

/// Opens a key file by its passphrase, unless that would take long; `None` then.
pub(crate) fn open_by_passphrase(file: &[u8], secrets: &Secrets<'_>) -> Option<Result<()>> {
    let work = |slot: &HeaderSlot| slot.kdf.map_or(0, |kdf| u64::from(kdf.memory_kib) * u64::from(kdf.passes));
    // What is beyond the caps is to be refused before it costs anything.
    let costly = |slot: &HeaderSlot| slot.kdf.is_some_and(KdfParams::within_caps) && work(slot) > MOST_MEMORY;
    if slots_shown(file).iter().any(costly) {
        return None;
    }
    let typed = passphrase::normalize(&Secret::new(secrets.passphrase.to_owned()));
    let identity = PassphraseIdentity::new(&typed, None);
    Some(open(file, &identity, "passphrase"))
}

/// Opens a key file by an identity.
pub(crate) fn open_by_identity(file: &[u8], secrets: &Secrets<'_>) -> Result<()> {
    let identities = parse_identities(&Secret::new(secrets.identity.to_owned()))?;
    let first = identities.first().ok_or(VaultError::WrongSecret { secret: "identity" })?;
    open(file, first, "identity")
}

fn open(file: &[u8], identity: &dyn age::Identity, secret: &'static str) -> Result<()> {
    let Opened { plain, .. } = agefile::open_keeping(file, identity).map_err(|error| refusal(&error, secret))?;
    Outer::parse(&plain).map(|_| ())
}

/// Reads a payload and everything that is read of it later; what was read, as it would be written again.
pub(crate) fn payload(plain: &[u8], secrets: &Secrets<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let outer = Outer::parse(plain)?;
    outer.lasting()?;
    outer.bank_recipients()?;
    outer.slots.iter().map(Slot::outer_recipient).collect::<Result<Vec<_>>>()?;
    let identities = parse_identities(&Secret::new(secrets.identity.to_owned()))?;
    let first = identities.first().ok_or(VaultError::WrongSecret { secret: "identity" })?;
    if let Some((inner, _)) = outer.open_inner(first)? {
        inner.copy()?;
    }
    to_json(&outer)
}
