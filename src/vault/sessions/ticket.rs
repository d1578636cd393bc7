//! What the kernel keeps for a session: one version byte, the slot, the end, two file keys, the vault's place.
//!
//! Invariant: written and read here only, in memory that is wiped.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use zeroize::Zeroizing;

use crate::{
    fsx,
    vault::{agefile::ContentKey, material::Hex},
};

const VERSION: u8 = 1;
const LEDGER: u8 = 0;
const BANK: u8 = 1;

/// A session's content.
pub(super) struct Ticket {
    /// The slot that was used.
    pub(super) slot: Hex<8>,
    /// The end, in milliseconds since the machine's start.
    ends: u64,
    /// The key of the outer file.
    pub(super) outer: ContentKey,
    /// The key of the inner file, if the session reaches the banks.
    pub(super) inner: Option<ContentKey>,
    /// The vault's directory, canonical.
    pub(super) vault: PathBuf,
}

/// Writes a ticket.
pub(super) fn write(
    vault: &Path,
    slot: Hex<8>,
    ends: Duration,
    (outer, inner): (&ContentKey, Option<&ContentKey>),
) -> Zeroizing<Vec<u8>> {
    let vault = vault.as_os_str().as_encoded_bytes();
    let millis = u64::try_from(ends.as_millis()).unwrap_or(u64::MAX);
    let none = [0; ContentKey::BYTES];
    // Of the final size from the start, so that no half-copy of a key stays behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 + 8 + 8 + 2 * ContentKey::BYTES + vault.len()));
    bytes.extend_from_slice(&[VERSION, if inner.is_some() { BANK } else { LEDGER }]);
    bytes.extend_from_slice(&slot.0);
    bytes.extend_from_slice(&millis.to_be_bytes());
    bytes.extend_from_slice(outer.expose());
    bytes.extend_from_slice(inner.map_or(&none, |key| key.expose()));
    bytes.extend_from_slice(vault);
    bytes
}

impl Ticket {
    /// Reads a ticket; `None` for what this version did not write.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (&[version, reach], rest) = bytes.split_first_chunk()?;
        let (slot, rest) = rest.split_first_chunk()?;
        let (ends, rest) = rest.split_first_chunk()?;
        let (outer, rest) = rest.split_first_chunk()?;
        let (inner, vault) = rest.split_first_chunk()?;
        let inner = match (version, reach) {
            (VERSION, LEDGER) => None,
            (VERSION, BANK) => Some(ContentKey::from_bytes(inner)),
            _ => return None,
        };
        Some(Self {
            slot: Hex(*slot),
            ends: u64::from_be_bytes(*ends),
            outer: ContentKey::from_bytes(outer),
            inner,
            vault: fsx::path_of(vault),
        })
    }

    /// How long it is still good for, at this time since the machine's start; zero when it is over, or when that
    /// time is more than the longest session before its end, which cannot have come about honestly.
    pub(super) fn left(&self, uptime: Duration) -> Duration {
        let left = Duration::from_millis(self.ends).saturating_sub(uptime);
        if left > super::LONGEST { Duration::ZERO } else { left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(1000);

    fn ticket(inner: Option<&ContentKey>) -> Zeroizing<Vec<u8>> {
        write(Path::new("/home/v"), Hex([7; 8]), AT, (&ContentKey::from_bytes(&[1; 16]), inner))
    }

    #[test]
    fn what_is_written_is_read() {
        let bank = ContentKey::from_bytes(&[2; 16]);
        let read = Ticket::read(&ticket(Some(&bank))).unwrap();
        assert_eq!((read.slot, read.vault.as_path()), (Hex([7; 8]), Path::new("/home/v")));
        assert_eq!((read.outer.expose(), read.inner.unwrap().expose()), (&[1; 16], &[2; 16]));
        assert!(Ticket::read(&ticket(None)).unwrap().inner.is_none());
    }

    #[test]
    fn what_is_cut_or_of_another_version_is_none() {
        let whole = ticket(None);
        for length in 0..whole.len() - "/home/v".len() {
            assert!(Ticket::read(&whole[..length]).is_none(), "{length}");
        }
        for at in [0, 1] {
            let mut other = whole.clone();
            other[at] = 9;
            assert!(Ticket::read(&other).is_none());
        }
    }

    #[test]
    fn it_ends_on_the_machines_own_clock() {
        let read = Ticket::read(&ticket(None)).unwrap();
        let second = Duration::from_secs(1);
        assert_eq!(read.left(Duration::from_secs(999)), second);
        assert_eq!(read.left(AT), Duration::ZERO);
        assert_eq!(read.left(AT + second), Duration::ZERO);
        let far = write(Path::new("/v"), Hex([7; 8]), AT * 100, (&ContentKey::from_bytes(&[1; 16]), None));
        assert_eq!(Ticket::read(&far).unwrap().left(AT), Duration::ZERO);
    }
}
