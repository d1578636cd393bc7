//! `bursar keys passwd`.

use super::phrase::NewPassphrase;
use crate::{context::Context, error::Result, ops};

/// Change a passphrase
///
/// The old passphrase no longer opens the vault. It still opens copies of the key file made before: if somebody may
/// know it, follow with `bursar keys rotate --all`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar keys passwd\n  bursar keys passwd partner --new-passphrase-file FILE")]
pub(crate) struct Args {
    /// The key: id or label; the one in use if none is named
    key: Option<String>,
    #[command(flatten)]
    passphrase: NewPassphrase,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let slot = self.key.as_deref().map_or_else(|| Ok(vault.slot()), |text| vault.find_slot(text))?;
        if context.settings.dry_run {
            context.ui.status(&format!("would change the passphrase of the key {:?}", slot.label));
            return Ok(());
        }
        let passphrase = self.passphrase.obtain(context)?;
        let event = context.event("keys.passwd", None);
        let changed = ops::keys::set_passphrase(&vault, &mut context.book_mut()?, slot, &passphrase, event)?;
        context.ui.status(&format!("the key {:?} has another passphrase", slot.label));
        context.present(&ops::keys::view(&changed, &vault, None, context.clock.latest()))
    }
}
