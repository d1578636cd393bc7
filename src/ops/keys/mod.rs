//! The ways into a vault: listed, added, changed. The key file and the audit trail change together.
//!
//! Uses the vault and the store. Invariant: the key file is replaced inside the book's transaction that enters the
//! change; a commit that is lost after it is entered at the next opening for writing (`settle`).

mod handover;
mod rotate;

pub use handover::{Place, sweep_keyring};
pub use rotate::{Means, Which, carry_on, remove, renew, rotate};

use crate::{
    domain::{
        dates::Timestamp,
        views::{KdfView, KeyView},
    },
    fsx::FsError,
    ops::keyring::KeyringError,
    secret::Secret,
    store::{Event, Store, StoreError},
    vault::{Change, Made, Role, Slot, Unlocked, VaultError},
};

/// Why keys stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file outside the vault.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The operating system's keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A key that every program of the session can read, for an owner.
    #[error(
        "every program of your session can read what the keyring keeps, so its key may sync or read, and is no owner's; nothing was changed"
    )]
    OwnerInKeyring,
    /// A key file in the vault it opens.
    #[error("a key file inside the vault goes wherever the vault goes and protects nothing; nothing was changed")]
    InsideVault,
    /// A copy that does not pass the checks; it was thrown away.
    #[error("the copy of the ledger under its new key does not pass the checks ({0}); the old one stays in place")]
    Unproved(String),
    /// The key file has the change, the book has not: whatever made the change is in force.
    #[error("the keys are changed, and the book could not take the entry ({0}); the next change enters it")]
    NotEntered(#[source] Box<KeysError>),
    /// A file is there already.
    #[error("{0} exists already; nothing was changed")]
    FileExists(String),
}

/// All ways in, oldest first.
pub fn list(vault: &Unlocked, book: &Store, now: Timestamp) -> Result<Vec<KeyView>, StoreError> {
    let uses = book.key_uses()?;
    Ok(vault.slots().iter().map(|slot| view(slot, vault, uses.get(&slot.id.to_string()).copied(), now)).collect())
}

/// One way in, as people see it.
pub fn view(slot: &Slot, vault: &Unlocked, last_used_at: Option<Timestamp>, now: Timestamp) -> KeyView {
    KeyView {
        id: slot.id.to_string(),
        kind: slot.kind.as_str().to_owned(),
        label: slot.label.clone(),
        roles: vec![Role::of(slot).as_str().to_owned()],
        created_at: slot.created,
        last_used_at,
        expires_at: slot.expires,
        expired: slot.expires.is_some_and(|at| at <= now),
        kdf: slot.kdf.map(|kdf| KdfView {
            algorithm: "argon2id".to_owned(),
            memory_kib: kdf.params.memory_kib,
            passes: kdf.params.passes,
            lanes: kdf.params.lanes,
        }),
        in_use: slot.id == vault.slot().id,
    }
}

/// Adds a slot that has been made.
pub fn add(vault: &Unlocked, book: &mut Store, made: &Made, event: Event) -> Result<(), KeysError> {
    change(vault, book, &made.slot, event, |change| change.add(made))
}

/// Adds a slot that has been made, and gives the vault as it is then, for whoever goes on to change it.
pub fn add_open(vault: &Unlocked, book: &mut Store, made: &Made, event: Event) -> Result<Unlocked, KeysError> {
    let event = Event { resource: Some(made.slot.id.to_string()), ..event };
    let mut change = vault.change_keys(book.writer()?)?;
    change.add(made)?;
    book.write(&event, |tx| {
        let (generation, opened) = change.commit_open(&event.action, Some(&made.slot), event.at)?;
        tx.note("kind", made.slot.kind.as_str());
        tx.note("role", Role::of(&made.slot).as_str());
        tx.note("gen", generation);
        Ok(opened)
    })
}

/// Sets or takes away a slot's end.
pub fn expire(
    vault: &Unlocked,
    book: &mut Store,
    slot: &Slot,
    at: Option<Timestamp>,
    event: Event,
) -> Result<(), KeysError> {
    change(vault, book, slot, event, |change| change.expire(slot, at))
}

/// Gives a slot another passphrase.
pub fn set_passphrase(
    vault: &Unlocked,
    book: &mut Store,
    slot: &Slot,
    passphrase: &Secret<String>,
    event: Event,
) -> Result<Slot, KeysError> {
    change(vault, book, slot, event, |change| change.set_passphrase(slot, passphrase))
}

fn change<T>(
    vault: &Unlocked,
    book: &mut Store,
    slot: &Slot,
    event: Event,
    edit: impl FnOnce(&mut Change<'_>) -> Result<T, VaultError>,
) -> Result<T, KeysError> {
    let event = Event { resource: Some(slot.id.to_string()), ..event };
    let mut change = vault.change_keys(book.writer()?)?;
    let edited = edit(&mut change)?;
    let mut changed = false;
    let entered = book.write(&event, |tx| {
        tx.note("kind", slot.kind.as_str());
        tx.note("role", Role::of(slot).as_str());
        tx.note("gen", change.commit(&event.action, Some(slot), event.at)?);
        changed = true;
        Ok(())
    });
    match entered {
        Ok(()) => Ok(edited),
        Err(error) if changed || vault.keys_moved() => Err(KeysError::NotEntered(Box::new(error))),
        Err(error) => Err(error),
    }
}

/// Enters the last change of the key file, if the process that made it was killed before it could.
pub fn settle(vault: &Unlocked, book: &mut Store) -> Result<(), StoreError> {
    let Some((generation, last)) = vault.last_change() else { return Ok(()) };
    if book.key_generation()? >= generation {
        return Ok(());
    }
    let (action, resource) = (last.action.clone(), last.slot.clone());
    let event = Event { at: last.at, action, resource };
    book.write(&event, |tx| {
        tx.note("gen", generation);
        tx.note("entered", "late");
        Ok(())
    })
}
