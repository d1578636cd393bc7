//! Rotation of keys: begun, carried out and ended, whatever was left of it by a process that was killed.
//!
//! Begin (the key file gets the new keys beside the old), seal the banks' secrets anew (one transaction), copy and
//! prove the database, put the copy in place, end (the key file forgets the old keys). Invariant: each step looks at
//! what is on the disk, so carrying on is the same as carrying out.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use super::KeysError;
use crate::{
    domain::dates::Timestamp,
    ops::link::SEALED_FOR,
    store::{Event, Sealed, Store},
    vault::{Access, Alone, Change, Slot, Unlocked, VaultError},
};

/// What a rotation needs besides the vault.
pub struct Means {
    /// How long to wait for others to leave.
    pub patience: Duration,
    /// The present.
    pub now: Timestamp,
    /// Told what is being done.
    pub say: Arc<dyn Fn(&str) + Send + Sync>,
}

/// What gets another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// The database.
    pub ledger: bool,
    /// The banks' secrets.
    pub bank: bool,
}

/// Gives the vault new keys; the old ones open nothing afterwards.
pub fn rotate(vault: &Arc<Unlocked>, which: Which, event: &Event, means: &Means) -> Result<Arc<Unlocked>, KeysError> {
    begin(vault, None, event, means, |change| {
        if which.ledger {
            change.rotate_ledger()?;
        }
        if which.bank {
            change.rotate_bank()?;
        }
        Ok(())
    })
}

/// Removes a slot, and gives new keys to what it could open.
pub fn remove(vault: &Arc<Unlocked>, slot: &Slot, event: Event, means: &Means) -> Result<Arc<Unlocked>, KeysError> {
    let event = Event { resource: Some(slot.id.to_string()), ..event };
    begin(vault, Some(slot), &event, means, |change| change.remove(slot))
}

/// Removes every slot but these, and gives the vault new keys.
pub fn renew(
    vault: &Arc<Unlocked>,
    keep: &BTreeSet<String>,
    event: &Event,
    means: &Means,
) -> Result<Arc<Unlocked>, KeysError> {
    begin(vault, None, event, means, |change| {
        for slot in vault.slots().iter().filter(|slot| !keep.contains(&slot.id.to_string())) {
            change.remove(slot)?;
        }
        change.rotate_ledger()?;
        change.rotate_bank()
    })
}

/// Carries on a rotation that was interrupted. `None` while somebody else is in the vault: it opens all the same.
pub fn carry_on(vault: &Arc<Unlocked>, means: &Means) -> Result<Option<Arc<Unlocked>>, KeysError> {
    if !vault.rotates() || !vault.can_use_bank() {
        return Ok(None);
    }
    match vault.alone(means.patience) {
        Ok(alone) => carry_out(vault, &alone, means).map(Some),
        Err(VaultError::Busy { .. } | VaultError::KeysMoved) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn begin(
    vault: &Arc<Unlocked>,
    slot: Option<&Slot>,
    event: &Event,
    means: &Means,
    edit: impl FnOnce(&mut Change<'_>) -> Result<(), VaultError>,
) -> Result<Arc<Unlocked>, KeysError> {
    let alone = vault.alone(means.patience)?;
    let mut book = Store::open(vault, Access::Write, means.patience)?;
    let mut change = vault.change_keys(book.writer()?)?;
    edit(&mut change)?;
    let begun = book.write(event, |tx| {
        let (generation, begun) = change.commit_open(&event.action, slot, event.at)?;
        tx.note("gen", generation);
        Ok::<_, KeysError>(begun)
    })?;
    drop(book);
    carry_out(&Arc::new(begun), &alone, means)
}

fn carry_out(vault: &Arc<Unlocked>, alone: &Alone, means: &Means) -> Result<Arc<Unlocked>, KeysError> {
    let mut event = Event { at: means.now, action: "keys.reseal".to_owned(), resource: None };
    if vault.rotates_bank() {
        (means.say)("sealing the banks' secrets with the new key");
        let mut book = Store::open(vault, Access::Write, means.patience)?;
        book.write(&event, |tx| {
            let count = tx.reseal(|place, sealed| {
                Ok::<_, KeysError>(match place {
                    Sealed::Token { item_id, environment } => vault.reseal_token(item_id, environment, sealed)?,
                    Sealed::Flow { environment } => vault.reseal_token(SEALED_FOR, environment, sealed)?,
                    Sealed::Client { environment } => vault.reseal_client(environment, sealed)?,
                })
            })?;
            tx.note("secrets", count);
            Ok::<_, KeysError>(())
        })?;
    }
    if vault.awaits_copy()? {
        copy(vault, alone, means)?;
    }
    (means.say)("forgetting the old keys");
    let mut book = Store::open(vault, Access::Write, means.patience)?;
    let mut change = vault.end_rotation(book.writer()?)?;
    change.forget_old_keys(means.now);
    "keys.rotated".clone_into(&mut event.action);
    let ended = book.write(&event, |tx| {
        let (generation, ended) = change.commit_open(&event.action, None, event.at)?;
        tx.note("gen", generation);
        Ok::<_, KeysError>(ended)
    })?;
    Ok(Arc::new(ended))
}

/// Copies the database under its new key, proves the copy and puts it in place.
fn copy(vault: &Arc<Unlocked>, alone: &Alone, means: &Means) -> Result<(), KeysError> {
    let (say, began) = (Arc::clone(&means.say), Instant::now());
    let connection = vault.copy_database(alone, move |done, all| say(&line(done, all, began.elapsed())))?;
    (means.say)("proving the copy");
    let copy = Store::of_copy(vault, connection)?;
    let bad: Vec<String> = copy.check()?.into_iter().filter(|item| !item.ok).map(|item| item.detail).collect();
    drop(copy);
    if !bad.is_empty() {
        return Err(KeysError::Unproved(bad.join("; ")));
    }
    Ok(vault.install_copy(alone)?)
}

fn line(done: u64, all: u64, took: Duration) -> String {
    let all = all.max(1);
    let percent = (done.saturating_mul(100) / all).min(100);
    let text = format!("copying the ledger under the new key: {percent} %");
    let left = took.as_millis().saturating_mul(u128::from(all.saturating_sub(done))).checked_div(u128::from(done));
    left.map_or_else(|| text.clone(), |left| format!("{text}, {} s left", left.div_ceil(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_the_part_and_the_time_left() {
        let second = Duration::from_secs(1);
        assert_eq!(line(0, 100, second), "copying the ledger under the new key: 0 %");
        assert_eq!(line(25, 100, second), "copying the ledger under the new key: 25 %, 3 s left");
        assert_eq!(line(120, 100, second), "copying the ledger under the new key: 100 %, 0 s left");
    }
}
