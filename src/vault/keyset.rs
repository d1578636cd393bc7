//! The content of `bursar.keys`: an outer payload for every slot, and an inner one for slots that reach the banks.
//!
//! Both are JSON, both name vault and generation, and one file holds both, so that one rename is one generation.
//! Invariant: an outer and an inner payload of different vaults or generations are never accepted together.

use std::collections::BTreeMap;

use age::{DecryptError, x25519};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{
    agefile::{self, ContentKey, Opened},
    derive::Purpose,
    error::{Result, VaultError},
    material::{Hex, Key, VaultId},
    members::Member,
    slots::{Cap, Slot},
    snapshot::Snapshot,
};

/// The key file's name.
pub(super) const KEYS_FILE: &str = "bursar.keys";

/// The newest version of the key file this build reads, and the one it writes.
pub(super) const FORMAT: u32 = 1;

/// No key file is larger; checked before reading.
pub(super) const LARGEST: u64 = 1 << 20;

/// Keys by number; more than one only while a rotation is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeyRing {
    pub current: u32,
    pub keys: BTreeMap<u32, Key>,
    /// The number that will be current when a rotation has finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<u32>,
    /// When the current key was made; the vault's own age if it never had another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl KeyRing {
    fn new(key: Key) -> Self {
        Self { current: 1, keys: BTreeMap::from([(1, key)]), pending: None, since: None }
    }

    /// Makes the next key and tells its number.
    pub(super) fn begin(&mut self) -> Result<u32> {
        let next = self.keys.keys().max().copied().unwrap_or(self.current).saturating_add(1);
        self.keys.insert(next, Key::random()?);
        self.pending = Some(next);
        Ok(next)
    }

    /// Makes the pending key, if there is one, the only one.
    pub(super) fn finish(&mut self, now: Timestamp) {
        if let Some(next) = self.pending.take() {
            self.current = next;
            self.since = Some(now);
            self.keys.retain(|id, _| *id == next);
        }
    }

    /// The number of the key to seal with.
    pub(super) fn newest(&self) -> u32 {
        self.pending.unwrap_or(self.current)
    }

    pub(super) fn current(&self) -> Result<&Key> {
        self.get(self.current)
    }

    pub(super) fn get(&self, id: u32) -> Result<&Key> {
        self.keys.get(&id).ok_or_else(|| VaultError::damaged(KEYS_FILE, format!("there is no key {id}")))
    }
}

/// How `vault.db` is keyed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Database {
    /// The first 16 bytes of the file, which SQLCipher itself does not authenticate.
    #[serde(rename = "salt_hex")]
    pub salt: Hex<16>,
    /// Which ledger key.
    pub key_id: u32,
}

/// What every slot sees.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outer {
    pub v: u32,
    pub vault_id: VaultId,
    #[serde(rename = "gen")]
    pub generation: u64,
    pub created: Timestamp,
    pub ledger: KeyRing,
    pub db: Database,
    /// How it will be keyed when a rotation has finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_db: Option<Database>,
    /// Keys that outlive a rotation of L; derived from it while there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasting: Option<Lasting>,
    /// The inner payload, an age file in text form.
    pub bank_sealed: String,
    pub slots: Vec<Slot>,
    /// People who get snapshots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// What this vault is a copy of, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Snapshot>,
    /// What the last change of this file was, for an audit log that did not get to hear of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<KeyChange>,
    /// Rules of this vault; none in format 1 yet, kept as found.
    #[serde(default)]
    pub policy: serde_json::Map<String, serde_json::Value>,
}

/// Keys of MACs and of the device's files: derived from the first L, and kept when L is replaced, so that digests,
/// pins and waiting readings stay good. They open nothing of the vault.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Lasting {
    pub digest: Key,
    pub pin: Key,
    pub readings: Key,
}

impl Lasting {
    pub(super) fn of(ledger: &Key, vault_id: VaultId) -> Self {
        let key = |purpose: Purpose| purpose.key(ledger, vault_id);
        Self { digest: key(Purpose::Digest), pin: key(Purpose::Pin), readings: key(Purpose::Readings) }
    }
}

/// One change of the key file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// `keys.add`, `keys.expire` …
    pub action: String,
    /// The slot it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What slots that reach the banks see.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Inner {
    pub v: u32,
    pub vault_id: VaultId,
    #[serde(rename = "gen")]
    pub generation: u64,
    pub bank: KeyRing,
    /// The first key of the audit chain.
    pub audit_k0: Key,
}

impl Inner {
    /// The same payload once more, for changing it.
    pub(super) fn copy(&self) -> Result<Self> {
        from_json(&to_json(self)?)
    }
}

impl Outer {
    /// The payloads of a new vault, all keys fresh.
    pub(super) fn generate(slots: Vec<Slot>, now: Timestamp) -> Result<(Self, Inner)> {
        let vault_id = VaultId::random()?;
        let inner =
            Inner { v: FORMAT, vault_id, generation: 1, bank: KeyRing::new(Key::random()?), audit_k0: Key::random()? };
        let outer = Self {
            v: FORMAT,
            vault_id,
            generation: 1,
            created: now,
            ledger: KeyRing::new(Key::random()?),
            db: Database { salt: Hex::random()?, key_id: 1 },
            next_db: None,
            lasting: None,
            bank_sealed: String::new(),
            slots,
            members: Vec::new(),
            snapshot: None,
            change: None,
            policy: serde_json::Map::new(),
        };
        Ok((outer, inner))
    }

    /// Seals both payloads: the inner to the slots that reach the banks, the outer to all.
    pub(super) fn seal(&mut self, inner: &Inner) -> Result<Vec<u8>> {
        let bankers = self.bank_recipients()?;
        self.bank_sealed = agefile::seal_text(&borrow(&bankers), &to_json(inner)?)?;
        let everyone = self.slots.iter().map(Slot::outer_recipient).collect::<Result<Vec<_>>>()?;
        let everyone: Vec<&dyn age::Recipient> = everyone.iter().map(AsRef::as_ref).collect();
        agefile::seal(&everyone, &to_json(self)?)
    }

    /// The same payload once more, for changing it.
    pub(super) fn copy(&self) -> Result<Self> {
        from_json(&to_json(self)?)
    }

    /// The keys that outlive a rotation.
    pub(super) fn lasting(&self) -> Result<Lasting> {
        match &self.lasting {
            Some(kept) => Ok(Lasting {
                digest: Key::from_bytes(kept.digest.expose()),
                pin: Key::from_bytes(kept.pin.expose()),
                readings: Key::from_bytes(kept.readings.expose()),
            }),
            None => Ok(Lasting::of(self.ledger.current()?, self.vault_id)),
        }
    }

    /// Seals a payload whose slots reach no bank.
    pub(super) fn seal_to_readers(&mut self) -> Result<Vec<u8>> {
        self.bank_sealed.clear();
        let readers = self.slots.iter().map(Slot::outer_recipient).collect::<Result<Vec<_>>>()?;
        let readers: Vec<&dyn age::Recipient> = readers.iter().map(AsRef::as_ref).collect();
        agefile::seal(&readers, &to_json(self)?)
    }

    /// Reads an authenticated payload, refusing newer versions before anything else.
    pub(super) fn parse(plain: &[u8]) -> Result<Self> {
        let outer: Self = from_json(plain)?;
        outer.ledger.current()?;
        outer.ledger.get(outer.db.key_id)?;
        Ok(outer)
    }

    /// Opens the inner payload with a slot's identity, or with the payload's own key; `None` if neither fits.
    pub(super) fn open_inner(&self, identity: &dyn age::Identity) -> Result<Option<(Inner, ContentKey)>> {
        if self.bank_sealed.is_empty() && self.snapshot.is_some() {
            return Ok(None);
        }
        let Opened { plain, key } = match agefile::open_text(&self.bank_sealed, identity) {
            Ok(opened) => opened,
            Err(DecryptError::NoMatchingKeys) => return Ok(None),
            Err(_) => return Err(VaultError::damaged(KEYS_FILE, "its inner part does not decrypt")),
        };
        let inner: Inner = from_json(&plain)?;
        if (inner.vault_id, inner.generation) != (self.vault_id, self.generation) {
            return Err(VaultError::damaged(KEYS_FILE, "its inner part is of another vault or generation"));
        }
        inner.bank.current()?;
        Ok(Some((inner, key)))
    }

    /// The recipients that bank secrets are sealed to.
    pub(super) fn bank_recipients(&self) -> Result<Vec<x25519::Recipient>> {
        self.slots.iter().filter(|slot| slot.may(Cap::Bank)).map(Slot::public).collect()
    }
}

/// Recipients as age wants them.
pub(super) fn borrow(recipients: &[x25519::Recipient]) -> Vec<&dyn age::Recipient> {
    recipients.iter().map(|recipient| recipient as _).collect()
}

/// A payload as it is sealed.
pub(super) fn to_json(payload: &impl Serialize) -> Result<Zeroizing<Vec<u8>>> {
    // Roomy enough never to grow, so that no half-copy of a key stays behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(64 * 1024));
    serde_json::to_writer(&mut *plain, payload).map_err(|_| VaultError::Crypto("the key file did not serialise"))?;
    Ok(plain)
}

fn from_json<T: DeserializeOwned>(plain: &[u8]) -> Result<T> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let damaged = |_| VaultError::damaged(KEYS_FILE, "its content does not have the form of format 1");
    let Version { v } = serde_json::from_slice(plain).map_err(damaged)?;
    if v > FORMAT {
        return Err(VaultError::TooNew { version: v, supported: FORMAT });
    }
    serde_json::from_slice(plain).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> (Outer, Inner, x25519::Identity) {
        let identity = x25519::Identity::generate();
        let terms = super::super::slots::Terms::owner(Timestamp::UNIX_EPOCH);
        let kind = super::super::slots::SlotKind::Recovery;
        let slot = Slot::of_recipient(kind, &identity.to_public(), &terms).unwrap();
        let (mut outer, inner) = Outer::generate(vec![slot], Timestamp::UNIX_EPOCH).unwrap();
        outer.seal(&inner).unwrap();
        (outer, inner, identity)
    }

    #[test]
    fn payloads_of_different_generations_do_not_mix() {
        let (mut outer, _, identity) = sealed();
        assert!(outer.open_inner(&identity).unwrap().is_some());
        outer.generation += 1;
        assert!(matches!(outer.open_inner(&identity), Err(VaultError::Damaged { .. })));
        assert!(outer.open_inner(&x25519::Identity::generate()).unwrap().is_none());
    }

    #[test]
    fn newer_payloads_are_refused_as_newer_whatever_else_they_hold() {
        assert!(matches!(
            Outer::parse(br#"{"v":2,"shape":"new"}"#),
            Err(VaultError::TooNew { version: 2, supported: 1 })
        ));
        assert!(matches!(Outer::parse(br#"{"v":1}"#), Err(VaultError::Damaged { .. })));
        assert!(matches!(Outer::parse(b"{}"), Err(VaultError::Damaged { .. })));
    }

    #[test]
    fn room_for_rotation_and_policy_is_kept() {
        let (outer, _, _) = sealed();
        let mut json: serde_json::Value = serde_json::from_slice(&to_json(&outer).unwrap()).unwrap();
        json["policy"] = serde_json::json!({"later": true});
        json["ledger"]["pending"] = 2.into();
        let again = Outer::parse(json.to_string().as_bytes()).unwrap();
        assert_eq!(again.ledger.pending, Some(2));
        assert_eq!(again.policy["later"], true);
    }
}
