//! The audit chain's arithmetic: forward-secure MACs, tamper-evident rather than immutable.
//!
//! `mac_i = HMAC-SHA256(K_i, mac_{i-1} || event_i)`, `K_{i+1} = HKDF-SHA256(K_i, "bursar/v1/audit/next")`. Whoever
//! holds `K_i` can append; nobody who lacks an earlier key can rewrite what came earlier. Pure: where the state lies
//! is the store's business. Invariant: a `K_i` is of no use once its successor has been stored over it.

use hmac::Mac;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    derive::{expand, mac},
    material::{Key, VaultId},
};
use crate::secret::wiping_stack;

/// A link of the chain.
pub type Head = [u8; 32];

/// What stands before the first entry: bound to the vault, so that chains of two vaults cannot be exchanged.
pub fn genesis(vault_id: VaultId) -> Head {
    Sha256::new().chain_update(b"bursar/v1/audit/genesis").chain_update(vault_id.0).finalize().into()
}

/// Appends: the MAC of an event after `previous`, and the key that must replace `key`.
pub fn next(key: &Key, previous: &Head, event: &[u8]) -> (Head, Key) {
    wiping_stack(|| step(key, previous, event))
}

fn step(key: &Key, previous: &Head, event: &[u8]) -> (Head, Key) {
    let link = mac(key).chain_update(previous).chain_update(event).finalize().into_bytes().into();
    (link, expand(key, &[], b"bursar/v1/audit/next"))
}

/// The whole chain, walked from its first key.
#[derive(Debug)]
pub struct Verified {
    /// How many entries hold.
    pub entries: u64,
    /// The last link.
    pub head: Head,
    /// The key the next entry would use; equal to the stored one if nothing was cut off or replayed.
    pub next_key: Key,
}

/// Recomputes a chain from `K_0`. `Err` is the zero-based number of the first entry that does not hold.
pub fn verify<E: AsRef<[u8]>>(
    first_key: &Key,
    vault_id: VaultId,
    entries: impl IntoIterator<Item = (E, Head)>,
) -> Result<Verified, u64> {
    wiping_stack(|| walk(first_key, vault_id, entries))
}

fn walk<E: AsRef<[u8]>>(
    first_key: &Key,
    vault_id: VaultId,
    entries: impl IntoIterator<Item = (E, Head)>,
) -> Result<Verified, u64> {
    let mut state = Verified { entries: 0, head: genesis(vault_id), next_key: Key::from_bytes(first_key.expose()) };
    for (event, stored) in entries {
        let (link, key) = step(&state.next_key, &state.head, event.as_ref());
        if !bool::from(link.ct_eq(&stored)) {
            return Err(state.entries);
        }
        state = Verified { entries: state.entries + 1, head: link, next_key: key };
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vault::material::Hex;

    const VAULT: VaultId = Hex([5; 16]);

    fn chain(events: &[Vec<u8>]) -> (Key, Vec<(Vec<u8>, Head)>) {
        let first = Key::from_bytes(&[9; 32]);
        let (mut key, mut head) = (Key::from_bytes(first.expose()), genesis(VAULT));
        let mut entries = Vec::new();
        for event in events {
            (head, key) = next(&key, &head, event);
            entries.push((event.clone(), head));
        }
        (first, entries)
    }

    proptest! {
        #[test]
        fn any_change_is_found_at_its_place(
            events in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 1..12),
            at in any::<prop::sample::Index>(),
            kind in 0..4,
        ) {
            let (first, mut entries) = chain(&events);
            prop_assert_eq!(verify(&first, VAULT, entries.clone()).unwrap().entries, events.len() as u64);
            let at = at.index(entries.len());
            match kind {
                0 => entries[at].0.push(0),
                1 => entries[at].1[0] ^= 1,
                2 => { entries.insert(at, (b"forged".to_vec(), [0; 32])); }
                _ if at + 1 < entries.len() => { entries.remove(at); }
                _ => return Ok(()),
            }
            prop_assert_eq!(verify(&first, VAULT, entries).unwrap_err(), at as u64);
        }
    }

    #[test]
    fn a_cut_tail_shows_in_the_next_key() {
        let (first, entries) = chain(&[b"a".to_vec(), b"b".to_vec()]);
        let whole = verify(&first, VAULT, entries.clone()).unwrap();
        let cut = verify(&first, VAULT, entries[..1].to_vec()).unwrap();
        assert_ne!(whole.next_key.expose(), cut.next_key.expose());
        assert!(verify(&first, Hex([6; 16]), entries).is_err());
    }
}
