//! Going on with a vault that is older than what this device saw: after a backup was restored, or a copy put back.
//!
//! Invariant: what is accepted is entered in the audit trail before the device forgets what it had seen.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    store::{Event, Result, Store},
    vault::{Access, Unlocked},
};

/// A state of the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Stand {
    /// How many changes the book had.
    pub change: u64,
    /// How often slots or keys had changed.
    pub generation: u64,
}

/// `vault accept-older --json`: how the vault compares with what this device saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Comparison {
    /// Whether the vault is older than what this device saw, or has another past.
    pub older: bool,
    /// What this device saw last; `null` if it never saw this vault.
    pub seen: Option<Stand>,
    /// What the vault is now.
    pub found: Stand,
    /// Whether it has been accepted.
    pub accepted: bool,
}

/// Compares and changes nothing.
pub fn compare(vault: &Arc<Unlocked>, lock_timeout: Duration) -> Result<Comparison> {
    let book = Store::open_even_if_older(vault, Access::Read, lock_timeout)?;
    let pin = vault.pin();
    Ok(Comparison {
        older: book.is_older(vault)?,
        seen: pin.map(|pin| Stand { change: pin.epoch, generation: pin.generation }),
        found: Stand { change: book.epoch()?, generation: vault.generation() },
        accepted: false,
    })
}

/// Accepts the vault as it is; the entry names what was seen and what was found.
pub fn accept(vault: &Arc<Unlocked>, lock_timeout: Duration, event: &Event) -> Result<Comparison> {
    let mut comparison = compare(vault, lock_timeout)?;
    let mut book = Store::open_even_if_older(vault, Access::Write, lock_timeout)?;
    book.write(event, |tx| -> Result<()> {
        let Comparison { seen, found, .. } = comparison;
        tx.note("seen", seen.map(|seen| seen.change));
        tx.note("seen_generation", seen.map(|seen| seen.generation));
        tx.note("found", found.change);
        tx.note("found_generation", found.generation);
        Ok(())
    })?;
    vault.accept(book.epoch()?, &book.audit_head()?)?;
    comparison.accepted = true;
    Ok(comparison)
}
