//! `bursar generate DIR`: man pages and completions, checked in and held fresh by a test.

use std::path::PathBuf;

use crate::{cli::generate, context::Context, error::Result, fsx};

/// Write man/ and completions/ below a directory
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The directory
    directory: PathBuf,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let files = generate::files()?;
        for (name, content) in &files {
            let file = self.directory.join(name);
            if let Some(parent) = file.parent() {
                fsx::create_private_dir(parent)?;
            }
            fsx::replace(&file, content.as_bytes())?;
        }
        context.ui.status(&format!("{} files written below {}", files.len(), self.directory.display()));
        Ok(())
    }
}
