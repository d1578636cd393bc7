//! `bursar vault backup`.

use std::path::PathBuf;

use crate::{
    context::Context,
    error::Result,
    ops::{self, backup::Backup},
    render::{Fact, Facts, Sheet, ToSheet},
};

/// Copy the vault into one file, encrypted as it is
///
/// The vault is checked like `vault check` checks and the file read back before it is there. It opens with the keys that open the vault now, also after they
/// are removed from the vault. It is an ordinary tar archive; another file is never replaced.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar vault backup /media/usb/bursar-2026-11.tar\n  bursar vault restore /media/usb/bursar-2026-11.tar --to ~/again"
)]
pub(crate) struct Args {
    /// The file to make (0600); not in the vault
    file: PathBuf,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlocked()?;
        if context.settings.dry_run {
            context.ui.status(&format!("would copy the vault into {}", self.file.display()));
            return Ok(());
        }
        let event = context.event("vault.backup", None);
        let progress = context.ui.progress("copying and checking the vault");
        let made = ops::backup::make(&vault, context.book_for_entries()?, &self.file, &event)?;
        drop(progress);
        context.present(&made)
    }
}

impl ToSheet for Backup {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("file", "Backup", self.file.display().to_string()),
            Fact::new("bytes", "Bytes", self.bytes),
            Fact::new("change", "Change", self.change),
        ])
        .to_sheet()
    }
}
