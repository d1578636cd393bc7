//! `bursar keys expire`.

use super::until::Until;
use crate::{context::Context, error::Result, ops};

/// Say when a key stops opening the vault
///
/// bursar keeps to it from that instant on. Only `bursar keys remove` also makes worthless what the key has opened.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar keys expire timer 2027-01-31\n  bursar keys expire 3f2a 90d\n  \
    bursar keys expire laptop now\n  bursar keys expire laptop never")]
pub(crate) struct Args {
    /// The key: id or label
    key: String,
    /// Its last day (YYYY-MM-DD), a time from now (90d), now, or never
    until: Until,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let slot = vault.find_slot(&self.key)?;
        let now = context.clock.latest();
        let at = self.until.instant(now)?;
        let end =
            at.map_or_else(|| "never expires".to_owned(), |at| format!("expires at {}", at.strftime("%F %T UTC")));
        let sentence = format!("the key {:?} ({}) {end}", slot.label, slot.kind.as_str());
        if context.settings.dry_run {
            context.ui.status(&format!("would change: {sentence}"));
            return Ok(());
        }
        let event = context.event("keys.expire", None);
        ops::keys::expire(&vault, &mut context.book_mut()?, slot, at, event)?;
        context.ui.status(&sentence);
        let changed = crate::vault::Slot { expires: at, ..slot.clone() };
        context.present(&ops::keys::view(&changed, &vault, None, now))
    }
}
