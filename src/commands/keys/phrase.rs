//! A new passphrase: from a file, made of random words, or typed twice.

use std::path::PathBuf;

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    ops::secrets,
    secret::Secret,
    vault,
};

/// Where a new passphrase comes from.
#[derive(Debug, clap::Args)]
pub(super) struct NewPassphrase {
    /// Read the new passphrase from this file instead of asking
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    new_passphrase_file: Option<PathBuf>,
    /// Make a passphrase of six random words and print it to the terminal
    #[arg(long)]
    generate: bool,
}

impl NewPassphrase {
    /// The passphrase, strong enough.
    pub(super) fn obtain(&self, context: &mut Context) -> Result<Secret<String>> {
        if let Some(file) = &self.new_passphrase_file {
            let given = secrets::from_file(file)?;
            return vault::passphrase::check(&given, &[]).map(|()| given).map_err(|weak| {
                Error::new(Kind::Refused, "weak_passphrase", format!("{weak}; nothing was changed"))
                    .hint("bursar keys passwd --generate")
            });
        }
        if self.generate {
            let made = vault::passphrase::generate()?;
            context.ui.reveal("The new passphrase", &made)?;
            return Ok(made);
        }
        loop {
            let first = context.ui.secret("New passphrase (15 characters or more)", "--new-passphrase-file")?;
            if let Err(weak) = vault::passphrase::check(&first, &[]) {
                context.ui.warn(&weak.to_string());
                continue;
            }
            if first.matches(&context.ui.secret("The same again", "--new-passphrase-file")?) {
                return Ok(first);
            }
            context.ui.warn("the two were not the same");
        }
    }
}
