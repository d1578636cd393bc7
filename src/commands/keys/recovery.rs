//! `bursar keys recovery`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    ops::keys::Place,
    ops::{self, review::RECOVERY_TRIED, secrets},
    secret::Secret,
    store::StoreError,
    vault::{Factor, Role, SlotKind, SlotSecret, Terms},
};

/// How much of the recovery code is asked back.
const ASKED_BACK: usize = 6;

/// Make a recovery code, or try out the one you have
///
/// The code is shown once and kept nowhere. It is an ordinary age identity: it opens the vault also without bursar.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar keys recovery\n  bursar keys recovery --recovery-file /media/usb/bursar.txt\n  \
    bursar keys recovery --test\n  bursar keys recovery --test --code-file /media/usb/bursar.txt"
)]
pub(crate) struct Args {
    /// Ask for the code and say whether it opens the vault; nothing is changed
    #[arg(long)]
    test: bool,
    /// With --test: read the code from this file
    #[arg(long, value_name = "FILE", requires = "test")]
    code_file: Option<PathBuf>,
    /// Write the new code to this file (0600) instead of the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "test")]
    recovery_file: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        if self.test { self.try_out(context) } else { self.make(context) }
    }

    fn try_out(&self, context: &mut Context) -> Result<()> {
        // There is a vault; nobody else is kept out of it while the code is typed.
        drop(context.locked()?);
        let code = match &self.code_file {
            Some(file) => secrets::identity(file)?,
            None => context.ui.secret("Recovery code", "--code-file FILE")?,
        };
        let opened = context.locked()?.unlock(&SlotSecret::Identity(code), context.clock.latest())?;
        let opened = context.adopt(Arc::new(opened));
        let slot = opened.slot();
        let (kind, action) = match slot.kind {
            SlotKind::Recovery => ("the recovery code", RECOVERY_TRIED),
            _ => ("no recovery code, but", "keys.recovery"),
        };
        let event = context.event(action, Some(slot.id.to_string()));
        context.book_for_entries()?.write(&event, |_| Ok::<_, StoreError>(()))?;
        context.ui.status(&format!(
            "this is {kind} {:?} of {}; it opens the vault",
            slot.label,
            slot.created.strftime("%F")
        ));
        context.present(&ops::keys::view(slot, &opened, None, context.clock.latest()))
    }

    fn make(&self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let place = Place::of_file(self.recovery_file.as_deref());
        place.check(&vault, &context.locked()?, Role::Owner)?;
        if context.settings.dry_run {
            context.ui.status("would add a recovery code");
            return Ok(());
        }
        if self.recovery_file.is_none() && !context.ui.profile().interactive {
            let sentence = "there is no terminal to show the recovery code on; nothing was changed";
            return Err(
                Error::new(Kind::Usage, "recovery_choice", sentence).hint("bursar keys recovery --recovery-file FILE")
            );
        }
        let now = context.clock.now();
        let terms = Terms { label: None, role: Role::Owner, expires: None, now };
        let made = Factor::Recovery.make(&terms)?;
        if let Some(code) = &made.handover {
            hand_over(code, self.recovery_file.as_deref(), context)?;
        }
        let mut book = context.book_mut()?;
        place.give(&made, &vault)?;
        let event = context.event("keys.add", None);
        if let Err(error) = ops::keys::add(&vault, &mut book, &made, event) {
            place.take_back(&error)?;
            return Err(error.into());
        }
        drop(book);
        if vault.slots().iter().any(|slot| slot.kind == SlotKind::Recovery) {
            context.ui.status("the recovery code you had still opens the vault too");
            context.ui.hint("bursar keys list");
        }
        context.present(&ops::keys::view(&made.slot, &vault, None, now))
    }
}

/// Shows the code and has its end typed back, unless it goes to a file.
pub(in crate::commands) fn hand_over(code: &Secret<String>, file: Option<&Path>, context: &mut Context) -> Result<()> {
    if let Some(file) = file {
        context.ui.status(&format!("the recovery code goes to {}; move it to a safe place", file.display()));
        return Ok(());
    }
    let shown = "Your recovery code, shown this once; it opens the vault when every other key is lost";
    context.ui.reveal(shown, code, "--recovery-file FILE")?;
    let tail = code.expose().len().saturating_sub(ASKED_BACK);
    loop {
        let typed = context.ui.ask(&format!("Type its last {ASKED_BACK} characters"), None, "--recovery-file FILE")?;
        if typed.eq_ignore_ascii_case(&code.expose()[tail..]) {
            return Ok(());
        }
        context.ui.warn("that is not the end of the code");
    }
}
