//! The vault: an encrypted directory, the ways into it, and the keys that open what lies in it.
//!
//! May use `secret`, `fsx`, `sys` and the domain's terms; the only use of age and Argon2. docs/vault-format.md is the
//! reference of everything written here. Invariant: no function returns, prints or stores a master key.
//!
//! `create` makes a vault; `Locked` looks at one; `Unlocked` is one that is open; `WriterLock` is the right to write.

mod aead;
mod agefile;
mod anchor;
mod attempts;
pub mod audit;
mod backup;
mod calls;
mod change;
mod connect;
mod create;
mod derive;
mod error;
mod factor;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
pub mod inspect;
mod kdf;
mod keyset;
mod locked;
mod lockfile;
mod material;
mod members;
pub mod passphrase;
mod pending;
mod pin;
mod readings;
mod role;
mod rotation;
mod seal;
pub mod sessions;
mod slots;
mod snapshot;
mod stanza;
mod unlocked;
mod voice;
mod wrapped;

use std::path::PathBuf;

pub use self::{
    anchor::{Anchor, words as anchor_words},
    attempts::pause_after,
    backup::{BackupDraft, Unpacked, unpack},
    change::Change,
    connect::{APPLICATION_ID, Access},
    create::{Create, Created, NewVault, begin, create},
    error::{Result, VaultError},
    factor::{Factor, Made, is_second_factor},
    inspect::inspect,
    kdf::KdfParams,
    keyset::KeyChange,
    locked::Locked,
    lockfile::{Alone, WriterLock},
    material::{Hex, Key, VaultId},
    members::Member,
    pending::{PendingSecret, Reservation},
    pin::{Freshness, Pin},
    readings::Waiting,
    role::{Right, Role},
    seal::ClientKeys,
    sessions::{Scope, Session},
    slots::{Cap, Slot, SlotKdf, SlotKind, SlotSecret, Terms},
    snapshot::{Draft, Snapshot},
    unlocked::Unlocked,
    voice::{Talk, Voice},
    wrapped::{needs_holder, plugins},
};

/// Where a vault is, and where this device keeps what it remembers of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The vault's directory.
    pub dir: PathBuf,
    /// The device's directory for pins and counters, outside any vault and not synced with it.
    pub state_dir: PathBuf,
}

impl Location {
    /// Tells whether there is a vault, without judging it.
    pub fn exists(&self) -> bool {
        std::fs::symlink_metadata(self.dir.join(keyset::KEYS_FILE)).is_ok()
    }
}
