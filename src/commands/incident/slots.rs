//! The keys: new ways in, the old ones removed, everything encrypted anew.

use std::sync::Arc;

use super::{
    Args,
    report::{Item, State},
};
use crate::{
    commands::keys::{hand_over, with_means},
    context::Context,
    error::{Error, Kind, Result},
    ops::keys::Place,
    ops::{
        self,
        incident::{self, Progress},
    },
    secret::Secret,
    vault::{Factor, Made, Role, SlotKind, SlotSecret, Terms, Unlocked},
};

/// What of the new ways in is still to be made.
struct Wanted {
    passphrase: bool,
    recovery: bool,
}

impl Wanted {
    fn of(wishes: &Args, vault: &Unlocked, progress: &Progress) -> Self {
        let lacks = |kind: SlotKind| {
            !vault.slots().iter().any(|slot| slot.kind == kind && progress.slots.contains(&slot.id.to_string()))
        };
        Self { passphrase: lacks(SlotKind::Passphrase), recovery: !wishes.no_recovery && lacks(SlotKind::Recovery) }
    }
}

/// Refuses a filed passphrase and a place for the recovery code that will not do, before anything is done.
pub(super) fn check(wishes: &Args, context: &mut Context, progress: &Progress) -> Result<()> {
    if progress.keys {
        return Ok(());
    }
    let vault = context.unlock_for_admin()?;
    let wanted = Wanted::of(wishes, &vault, progress);
    if wanted.passphrase
        && let Some(new) = wishes.passphrase.filed_and_strong()?
    {
        require_unknown(context, &new, "nothing was changed")?;
    }
    if wanted.recovery {
        Place::of_file(wishes.recovery_file.as_deref()).check(&vault, &context.locked()?, Role::Owner)?;
    }
    Ok(())
}

fn require_unknown(context: &Context, new: &Secret<String>, kept: &str) -> Result<()> {
    if !context.locked()?.is_opened_by(&SlotSecret::Passphrase(new.clone())) {
        return Ok(());
    }
    let sentence = format!("this passphrase opens the vault already, and somebody may know it; {kept}");
    Err(Error::new(Kind::Refused, "known_passphrase", sentence).again_with("--new-passphrase-file FILE"))
}

/// Makes the vault open only by what is made here, under keys nobody has seen.
pub(super) fn renew(wishes: &Args, context: &mut Context, progress: &Progress) -> Result<Vec<Item>> {
    if progress.keys {
        return Ok(vec![Item::new("keys", State::Done, "the ways in and the keys are new")]);
    }
    let vault = context.unlock_for_admin()?;
    let wanted = Wanted::of(wishes, &vault, progress);
    let mut keep = progress.slots.clone();
    let terms = Terms { label: None, role: Role::Owner, expires: None, now: context.clock.now() };
    let mut typed = None;
    if wanted.passphrase {
        let new = wishes.passphrase.obtain(context)?;
        require_unknown(context, &new, "no key was changed")?;
        keep.insert(add(context, &Factor::Passphrase(&new).make(&terms)?)?);
        typed = Some(new);
    }
    if wanted.recovery {
        let made = Factor::Recovery.make(&terms)?;
        let place = Place::of_file(wishes.recovery_file.as_deref());
        place.check(&vault, &context.locked()?, terms.role)?;
        place.give(&made, &vault)?;
        if let Some(code) = &made.handover {
            hand_over(code, wishes.recovery_file.as_deref(), context)?;
        }
        keep.insert(add(context, &made)?);
    }
    let by_new = keep.contains(&vault.slot().id.to_string());
    let removed = vault.slots().len() + usize::from(by_new) - 1;
    // Nobody may be in the vault beside the rotation, this process's earlier self included.
    drop(vault);
    if !by_new {
        let secret = typed.map_or_else(|| ask(wishes, context), Ok)?;
        let opened = context.locked()?.unlock(&SlotSecret::Passphrase(secret), context.clock.latest())?;
        context.adopt(Arc::new(opened));
    }
    let vault = context.unlocked()?;
    let event = context.event(incident::KEYS, None);
    let ended = with_means(context, |means| ops::keys::renew(&vault, &keep, &event, means))?;
    drop(vault);
    context.adopt(ended);
    Ok(vec![
        Item::new("slots", State::Done, format!("{} new ways in, {removed} old ones removed", keep.len())),
        Item::new("keys", State::Done, "the ledger and the banks' tokens are under new keys"),
    ])
}

/// Adds a way in, and goes on with the vault that has it.
fn add(context: &mut Context, made: &Made) -> Result<String> {
    let event = context.event(incident::SLOT, None);
    let vault = context.unlocked()?;
    let opened = ops::keys::add_open(&vault, &mut context.book_mut()?, made, event)?;
    context.adopt(Arc::new(opened));
    Ok(made.slot.id.to_string())
}

/// The passphrase that an earlier run made.
fn ask(wishes: &Args, context: &mut Context) -> Result<Secret<String>> {
    match wishes.passphrase.filed()? {
        Some(given) => Ok(given),
        None => Ok(context.ui.secret("The new passphrase, which this incident made", "--new-passphrase-file FILE")?),
    }
}
