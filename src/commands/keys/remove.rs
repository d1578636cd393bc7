//! `bursar keys remove`.

use super::{plan::agreed, rotate};
use crate::{
    context::Context,
    error::Result,
    ops,
    vault::{Cap, SlotKind},
};

/// Remove a key, and change what it could open
///
/// The vault gets a new ledger key (and a new bank key, if this key reached the banks), so that neither the key nor
/// anything kept from it opens the vault as it is from now on. Copies made earlier stay as they are.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar keys remove timer\n  bursar keys remove 3f2a --yes\n  bursar keys remove 3f2a --dry-run"
)]
pub(crate) struct Args {
    /// The key: id or label
    key: String,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let slot = vault.find_slot(&self.key)?.clone();
        // Refused before anything is asked.
        vault.may_remove(&slot)?;
        let mut plan = vec![
            format!("remove the key {:?} ({}, {})", slot.label, slot.kind.as_str(), slot.id),
            "encrypt the ledger anew under another key".to_owned(),
        ];
        if slot.may(Cap::Bank) {
            plan.push("seal the banks' tokens anew under another key".to_owned());
        }
        if !vault.slots().iter().any(|kept| kept.kind == SlotKind::Recovery && kept.id != slot.id) {
            plan.push("no recovery code remains: if the other keys are lost, so is the vault".to_owned());
        }
        if !agreed(context, &plan, &slot.label)? {
            return Ok(());
        }
        let removed = ops::keys::view(&slot, &vault, None, context.clock.latest());
        let event = context.event("keys.remove", None);
        let ended = rotate::with_means(context, |means| ops::keys::remove(&vault, &slot, event, means))?;
        context.adopt(ended);
        context.ui.status(&format!("the key {:?} opens nothing any more", slot.label));
        if slot.kind == SlotKind::Keyring {
            sweep(context);
        }
        if slot.may(Cap::Bank) {
            context.ui.status("whoever used it may have seen the banks' tokens themselves, which stay as they are");
            context.ui.hint("bursar connections rotate --all");
        }
        context.present(&removed)
    }
}

/// Takes the key out of the keyring too, if this is where it is kept.
fn sweep(context: &mut Context) {
    let swept = context.keyring().and_then(|entry| Ok(ops::keys::sweep_keyring(&entry, &context.locked()?)?));
    match swept {
        Ok(true) => context.ui.status("the keyring keeps nothing of it either"),
        Ok(false) => {}
        Err(error) => context.ui.warn(&format!("its entry stays in the keyring: {}", error.message)),
    }
}
