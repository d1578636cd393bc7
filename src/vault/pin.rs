//! The freshness pin: what this device saw of the vault last, so that an older copy put in its place is noticed.
//!
//! It lies outside the vault, with a MAC under L. It is a lower bound, written after commits and never waited for, so
//! losing it in a crash is harmless. Invariant: `raise` never lowers a valid pin.

use std::path::PathBuf;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{
    audit::Head,
    derive::mac,
    error::{Result, VaultError},
    material::{Hex, Key, VaultId},
};
use crate::fsx::{self, Staged};

const LARGEST: u64 = 4096;
const VERSION: u32 = 1;

/// What this device remembers of a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// Generation of the key file.
    pub generation: u64,
    /// Number of the last write transaction seen.
    pub epoch: u64,
    /// Last link of the audit chain seen.
    pub audit_head: Head,
}

/// How the vault compares with the pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// This device has no pin of this vault (or cannot read it): rollback cannot be noticed this time.
    FirstSeen,
    /// Exactly what was seen last.
    Same,
    /// Written since by somebody else; `audit_head` of the pin must occur in the chain at this epoch.
    Newer {
        /// What was pinned.
        pinned: Pin,
    },
}

#[derive(Serialize, Deserialize)]
struct PinFile {
    v: u32,
    vault_id: VaultId,
    #[serde(rename = "gen")]
    generation: u64,
    epoch: u64,
    audit_head: Hex<32>,
    mac: Hex<32>,
}

/// The pin's file and key.
#[derive(Debug)]
pub(super) struct PinBoard {
    path: PathBuf,
    vault_id: VaultId,
    key: Key,
}

impl PinBoard {
    pub(super) fn new(state_dir: &std::path::Path, vault_id: VaultId, key: Key) -> Self {
        Self { path: state_dir.join(format!("{vault_id}.pin")), vault_id, key }
    }

    /// The pin, if there is one that this vault's key vouches for. A damaged one counts as none: whoever could
    /// damage it could have deleted it.
    pub(super) fn read(&self) -> Option<Pin> {
        let file: PinFile = serde_json::from_slice(&fsx::read_private(&self.path, LARGEST).ok()?).ok()?;
        let pin = Pin { generation: file.generation, epoch: file.epoch, audit_head: file.audit_head.0 };
        let known = file.v == VERSION && file.vault_id == self.vault_id;
        (known && self.mac(&pin).verify_slice(&file.mac.0).is_ok()).then_some(pin)
    }

    /// Records what is now the case, unless the pin knows of something newer.
    pub(super) fn raise(&self, pin: Pin) -> Result<()> {
        match self.read() {
            Some(old) if (old.generation, old.epoch) >= (pin.generation, pin.epoch) => Ok(()),
            _ => self.set(pin),
        }
    }

    /// Records what is now the case, even if it is older.
    pub(super) fn set(&self, pin: Pin) -> Result<()> {
        if let Some(dir) = self.path.parent() {
            fsx::ensure_dir(dir)?;
        }
        let mac = Hex(self.mac(&pin).finalize().into_bytes().into());
        let Pin { generation, epoch, audit_head } = pin;
        let file = PinFile { v: VERSION, vault_id: self.vault_id, generation, epoch, audit_head: Hex(audit_head), mac };
        let text = serde_json::to_vec(&file).map_err(|_| VaultError::Crypto("the pin did not serialise"))?;
        Ok(Staged::write(&self.path, &text)?.commit_lazily()?)
    }

    /// Makes this device forget the vault.
    pub(super) fn remove(&self) -> Result<()> {
        Ok(fsx::remove(&self.path)?)
    }

    /// Compares the vault's present state with the pin.
    pub(super) fn compare(&self, now: Pin) -> Result<Freshness> {
        let Some(pinned) = self.read() else { return Ok(Freshness::FirstSeen) };
        let older = |what, pinned, found| Err(VaultError::RolledBack { what, pinned, found });
        if now.generation < pinned.generation {
            return older("generation", pinned.generation, now.generation);
        }
        if now.epoch < pinned.epoch {
            return older("epoch", pinned.epoch, now.epoch);
        }
        if now.epoch > pinned.epoch {
            return Ok(Freshness::Newer { pinned });
        }
        if now.audit_head == pinned.audit_head {
            Ok(Freshness::Same)
        } else {
            older("another past at epoch", pinned.epoch, now.epoch)
        }
    }

    fn mac(&self, pin: &Pin) -> Hmac<Sha256> {
        mac(&self.key)
            .chain_update(self.vault_id.0)
            .chain_update(pin.generation.to_be_bytes())
            .chain_update(pin.epoch.to_be_bytes())
            .chain_update(pin.audit_head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(dir: &std::path::Path) -> PinBoard {
        PinBoard::new(dir, Hex([1; 16]), Key::from_bytes(&[2; 32]))
    }

    fn pin(generation: u64, epoch: u64) -> Pin {
        Pin { generation, epoch, audit_head: [u8::try_from(epoch).unwrap(); 32] }
    }

    #[test]
    fn rises_and_compares() {
        let dir = tempfile::tempdir().unwrap();
        let board = board(&dir.path().join("state"));
        assert_eq!(board.compare(pin(1, 1)).unwrap(), Freshness::FirstSeen);
        board.raise(pin(1, 5)).unwrap();
        board.raise(pin(1, 3)).unwrap();
        assert_eq!(board.read(), Some(pin(1, 5)));
        assert_eq!(board.compare(pin(1, 5)).unwrap(), Freshness::Same);
        assert_eq!(board.compare(pin(2, 6)).unwrap(), Freshness::Newer { pinned: pin(1, 5) });
        assert!(matches!(board.compare(pin(1, 4)), Err(VaultError::RolledBack { what: "epoch", pinned: 5, found: 4 })));
        assert!(matches!(board.compare(pin(0, 9)), Err(VaultError::RolledBack { what: "generation", .. })));
        let forked = Pin { audit_head: [9; 32], ..pin(1, 5) };
        assert!(matches!(board.compare(forked), Err(VaultError::RolledBack { .. })));
        board.set(pin(1, 3)).unwrap();
        assert_eq!(board.read(), Some(pin(1, 3)));
    }

    #[test]
    fn a_forged_or_foreign_pin_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let mine = board(dir.path());
        mine.set(pin(1, 5)).unwrap();
        let text = fsx::read_private(&mine.path, LARGEST).unwrap();
        let edited = String::from_utf8(text).unwrap().replace("\"epoch\":5", "\"epoch\":4");
        fsx::replace(&mine.path, edited.as_bytes()).unwrap();
        assert_eq!(mine.read(), None);
        fsx::replace(&mine.path, b"").unwrap();
        assert_eq!(mine.read(), None);
    }
}
