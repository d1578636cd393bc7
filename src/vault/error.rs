//! Everything that can go wrong with a vault, with enough structure to choose exit code, sentence and hint.

use std::path::PathBuf;

use jiff::Timestamp;

use super::role::{Right, Role};
use crate::fsx::FsError;

/// Result of this room.
pub type Result<T> = std::result::Result<T, VaultError>;

/// Why a vault could not be made, opened or used. No variant ever carries a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no vault in this directory.
    #[error("there is no vault at {}", dir.display())]
    NotFound {
        /// The directory looked at.
        dir: PathBuf,
    },
    /// Something is there already; nothing was changed.
    #[error("{} exists already", dir.display())]
    AlreadyExists {
        /// The directory that was to become a vault.
        dir: PathBuf,
    },
    /// A file that is no backup, or no whole one.
    #[error("{} cannot be restored: {reason}; nothing was made", file.display())]
    NotABackup {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No slot opens with this secret (or the slot's bytes were changed: the two cannot be told apart).
    #[error("this {secret} does not open the vault")]
    WrongSecret {
        /// `passphrase` or `identity`.
        secret: &'static str,
    },
    /// The text is not an age identity or recovery code.
    #[error("this is not an age identity or recovery code: {reason}")]
    NotAnIdentity {
        /// What is wrong with its form.
        reason: &'static str,
    },
    /// The passphrase is too easy to guess.
    #[error("this passphrase is too easy to guess: {advice}")]
    WeakPassphrase {
        /// What would make it better.
        advice: String,
    },
    /// The slot used may not reach the banks' keys.
    #[error("this key may read the ledger but not reach the banks")]
    NoBankKey,
    /// The key's role does not grant what was asked.
    #[error("this is {role}; {right} takes an owner's key")]
    Role {
        /// Whose key it is.
        role: Role,
        /// What was asked.
        right: Right,
    },
    /// The slot's time is over.
    #[error("the key {label:?} expired on {}; it opens nothing any more", at.strftime("%Y-%m-%d"))]
    Expired {
        /// The slot's label.
        label: String,
        /// When it expired.
        at: Timestamp,
    },
    /// The text is not a recipient.
    #[error("this is not an age recipient: {reason}")]
    NotARecipient {
        /// What is wrong with its form.
        reason: &'static str,
    },
    /// No slot of that name.
    #[error("no key {text:?}")]
    NoSlot {
        /// What was asked for.
        text: String,
    },
    /// Several slots answer to that name.
    #[error("{text:?} is more than one key: {}", candidates.join(", "))]
    ManySlots {
        /// What was asked for.
        text: String,
        /// Id and label of each.
        candidates: Vec<String>,
    },
    /// Several members answer to that name.
    #[error("{text:?} is more than one member: {}", candidates.join(", "))]
    ManyMembers {
        /// What was asked for.
        text: String,
        /// Id and name of each.
        candidates: Vec<String>,
    },
    /// The recipient has a slot already.
    #[error("this recipient opens the vault already; the key {label:?} was not added")]
    SlotExists {
        /// The label it would have had.
        label: String,
    },
    /// A label or a name that cannot be kept.
    #[error(
        "a name has 1 to {most} characters, none of them a control character or a space at an end; nothing was changed"
    )]
    BadName {
        /// The limit.
        most: usize,
    },
    /// The key file would be larger than a reader takes.
    #[error("the key file has no room for more; nothing was changed")]
    KeyFileFull,
    /// More passphrases, or more keys held by others, than a reader tries.
    #[error(
        "a vault has at most {most} passphrases and {most} plugin or SSH keys, because each costs whoever opens it another try"
    )]
    TooManySlots {
        /// The limit.
        most: usize,
    },
    /// The slot has no passphrase of its own to change.
    #[error("the key {label:?} has no passphrase that could be changed; nothing was changed")]
    NoPassphrase {
        /// The slot's label.
        label: String,
    },
    /// Without this slot nobody would own the vault.
    #[error("{label:?} is the last owner's key that does not expire; nothing was changed")]
    LastOwner {
        /// The slot's label.
        label: String,
    },
    /// A member of that name or recipient is there already.
    #[error("{name:?}, or the recipient, is a member already; nothing was changed")]
    MemberExists {
        /// The name.
        name: String,
    },
    /// No such member.
    #[error("no member {text:?}")]
    NoMember {
        /// What was asked for.
        text: String,
    },
    /// A place inside the vault itself.
    #[error("a copy inside the vault goes wherever the vault goes; nothing was made")]
    InsideVault,
    /// The slot that was used cannot remove itself.
    #[error("{label:?} is the key you opened the vault with; open it with another one to remove this")]
    OwnSlot {
        /// The slot's label.
        label: String,
    },
    /// The disk is too full for a copy.
    #[error("the disk has {free} bytes free, and the copy of the ledger needs {needed}; nothing was replaced")]
    NoSpace {
        /// The size of the database.
        needed: u64,
        /// What is free.
        free: u64,
    },
    /// Another process changed the key file while this one waited for it.
    #[error("another bursar changed the vault's keys in the meantime; nothing was changed")]
    KeysMoved,
    /// A session opened the vault, and this needs the secret itself.
    #[error("this needs the passphrase or identity itself; the session does not hold the key")]
    SessionOnly,
    /// There is nowhere to keep a session.
    #[error("no session can be kept here: {reason}")]
    NoSessionStore {
        /// Why not.
        reason: &'static str,
        /// It is this login that has none; the user may have.
        of_login: bool,
    },
    /// A file is damaged, tampered with, or of another vault.
    #[error("{file} is damaged or not of this vault: {reason}")]
    Damaged {
        /// The file's name inside the vault.
        file: &'static str,
        /// What does not hold.
        reason: String,
    },
    /// The vault is older than this device has already seen, or has a different past.
    #[error("the vault is older than what this device saw last: {what} {found}, but {pinned} was seen")]
    RolledBack {
        /// `generation`, `epoch` or `audit head of epoch`.
        what: &'static str,
        /// What this device remembers.
        pinned: u64,
        /// What the vault says now.
        found: u64,
    },
    /// A newer bursar wrote it; nothing was touched.
    #[error("the vault has format {version}, this bursar knows formats up to {supported}")]
    TooNew {
        /// The version found.
        version: u32,
        /// The newest version this build knows.
        supported: u32,
    },
    /// Another process holds the lock.
    #[error("another bursar is using the vault ({file} stayed locked for {waited_ms} ms)")]
    Busy {
        /// The lock file's name.
        file: &'static str,
        /// How long this process waited.
        waited_ms: u128,
    },
    /// The passphrase's key derivation needs more memory than there is.
    #[error("this machine has not enough free memory to derive the key")]
    OutOfMemory,
    /// The system's random numbers or a cipher failed, which they never should.
    #[error("a cryptographic operation failed: {0}")]
    Crypto(&'static str),
    /// A file operation failed.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The database engine refused.
    #[error("vault.db: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A plugin, or what else holds a key, did not give it.
    #[error("the key's holder refuses: {reason}")]
    Holder {
        /// Its own words, or age's.
        reason: String,
    },
    /// A plugin waited for somebody who is not there.
    #[error("the key's holder gave no answer for {seconds} s, and there is no terminal to ask somebody on")]
    HolderSilent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The database could not be written once more under its new key.
    #[error("the copy of the ledger could not be written ({reason}); the ledger itself is as it was")]
    Copy {
        /// The database's words.
        reason: String,
    },
}

impl VaultError {
    /// Damage to a file, said in one phrase.
    pub(super) fn damaged(file: &'static str, reason: impl Into<String>) -> Self {
        Self::Damaged { file, reason: reason.into() }
    }
}
