//! `bursar vault restore`.

use std::path::PathBuf;

use crate::{
    context::Context,
    error::Result,
    ops::{self, backup::Restored},
    render::{Fact, Facts, Sheet, ToSheet},
    vault::Location,
};

/// Make a vault from a backup
///
/// Asks for a secret that opened the vault when the backup was made, checks everything as `vault check` does, and only then puts the vault in its
/// place, which must be free. A vault that is older than what this device saw stays refused until `vault accept-older`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar vault restore bursar-2026-11.tar --to ~/again\n  bursar --vault ~/again vault accept-older --dry-run"
)]
pub(crate) struct Args {
    /// What `vault backup` made
    file: PathBuf,
    /// The directory to make; if not said, the vault's own place
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let place = context.location();
        let place = Location { dir: self.to.unwrap_or(place.dir), ..place };
        if context.settings.dry_run {
            context.ui.status(&format!("would make the vault {} from {}", place.dir.display(), self.file.display()));
            return Ok(());
        }
        let progress = context.ui.progress("unpacking");
        let unpacked = ops::backup::begin(&self.file, &place)?;
        drop(progress);
        let vault = context.unlocked_at(&unpacked.location())?;
        let event = context.event("vault.restore", None);
        let progress = context.ui.progress("checking the vault");
        let restored = ops::backup::put_back(unpacked, vault, context.settings.lock_timeout, &event)?;
        drop(progress);
        context.present(&restored)?;
        let vault = shell_words::quote(&restored.vault.to_string_lossy()).into_owned();
        if restored.older {
            context
                .ui
                .status("this device saw a newer state of this vault, so this one is refused until you accept it");
            context.ui.hint(&format!("bursar --vault {vault} vault accept-older --dry-run"));
        } else {
            context.ui.hint(&format!("bursar --vault {vault} status"));
        }
        Ok(())
    }
}

impl ToSheet for Restored {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("vault", "Vault", self.vault.display().to_string()),
            Fact::new("change", "Change", self.change),
            Fact::new("older", "Older than seen", if self.older { "yes" } else { "no" }),
        ])
        .to_sheet()
    }
}
