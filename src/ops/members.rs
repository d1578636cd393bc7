//! Members of the household, and the copies they get.
//!
//! Uses the vault and the store. Invariant: a copy that somebody has is in the audit trail before it is in its place.

use std::path::{Path, PathBuf};

use super::keys::KeysError;
use crate::{
    domain::{dates::Timestamp, views::MemberView},
    store::{Event, Keys, Store, StoreError},
    vault::{Change, Key, Member, Terms, Unlocked, VaultError},
};

/// All members.
pub fn list(vault: &Unlocked, book: &Store) -> Result<Vec<MemberView>, StoreError> {
    let shares = book.shares()?;
    Ok(vault.members().iter().map(|member| view(member, shares.get(&member.id.to_string()).copied())).collect())
}

/// One member, as people see them.
pub fn view(member: &Member, last_shared_at: Option<Timestamp>) -> MemberView {
    MemberView {
        id: member.id.to_string(),
        name: member.name.clone(),
        role: member.role().as_str().to_owned(),
        recipient: member.recipient.clone(),
        created_at: member.created,
        last_shared_at,
    }
}

/// Adds a member.
pub fn add(vault: &Unlocked, book: &mut Store, member: &Member, event: &Event) -> Result<(), KeysError> {
    change(vault, book, member, event, |change| change.add_member(member))
}

/// Removes a member, who keeps the copies made so far.
pub fn remove(vault: &Unlocked, book: &mut Store, member: &Member, event: &Event) -> Result<(), KeysError> {
    change(vault, book, member, event, |change| {
        change.remove_member(member);
        Ok(())
    })
}

fn change(
    vault: &Unlocked,
    book: &mut Store,
    member: &Member,
    event: &Event,
    edit: impl FnOnce(&mut Change<'_>) -> Result<(), VaultError>,
) -> Result<(), KeysError> {
    let event = Event { resource: Some(member.id.to_string()), ..event.clone() };
    let mut change = vault.change_keys(book.writer()?)?;
    edit(&mut change)?;
    book.write(&event, |tx| {
        tx.note("role", member.role().as_str());
        tx.note("gen", change.commit(&event.action, None, event.at)?);
        Ok(())
    })
}

/// Makes a read-only copy that only the member opens.
pub fn share(
    vault: &Unlocked,
    book: &mut Store,
    member: &Member,
    dir: &Path,
    expires: Option<Timestamp>,
    event: &Event,
) -> Result<PathBuf, KeysError> {
    let terms = Terms { label: Some(&member.name), role: member.role(), expires, now: event.at };
    let (draft, copy) = vault.draft_snapshot(book.writer()?, member, dir, &terms)?;
    let keys = Keys {
        vault_id: draft.vault_id(),
        digest: draft.digest_key()?,
        audit_start: Some(Key::from_bytes(draft.audit_start().expose())),
        slot: None,
    };
    let event = Event { resource: Some(member.id.to_string()), ..event.clone() };
    Store::make_snapshot(copy, keys, member.redacted, &event)?;
    book.write(&event, |tx| {
        tx.note("redacted", member.redacted);
        Ok::<_, KeysError>(())
    })?;
    Ok(draft.finish()?)
}
