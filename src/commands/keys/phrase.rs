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
pub(in crate::commands) struct NewPassphrase {
    /// Read the new passphrase from this file instead of asking
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    new_passphrase_file: Option<PathBuf>,
    /// Make a passphrase of six random words and print it to the terminal
    #[arg(long)]
    generate: bool,
}

impl NewPassphrase {
    /// Whether nobody has to be asked.
    pub(in crate::commands) fn is_from_file(&self) -> bool {
        self.new_passphrase_file.is_some()
    }

    /// The passphrase, where a file has it.
    pub(in crate::commands) fn filed(&self) -> Result<Option<Secret<String>>> {
        Ok(self.new_passphrase_file.as_deref().map(secrets::from_file).transpose()?)
    }

    /// The passphrase, where a file has it; refused if it is weak.
    pub(in crate::commands) fn filed_and_strong(&self) -> Result<Option<Secret<String>>> {
        let Some(given) = self.filed()? else { return Ok(None) };
        match vault::passphrase::check(&given, &[]) {
            Ok(()) => Ok(Some(given)),
            Err(weak) => Err(Error::new(Kind::Refused, "weak_passphrase", format!("{weak}; nothing was changed"))
                .again_with("--new-passphrase-file FILE")),
        }
    }

    /// The passphrase, strong enough.
    pub(in crate::commands) fn obtain(&self, context: &mut Context) -> Result<Secret<String>> {
        if let Some(given) = self.filed_and_strong()? {
            return Ok(given);
        }
        if self.generate {
            if !context.ui.profile().interactive {
                let sentence = "--generate shows the passphrase on a terminal, and there is none; nothing was changed";
                return Err(Error::new(Kind::Usage, "no_terminal", sentence)
                    .again_without("--generate", "--new-passphrase-file FILE"));
            }
            let made = vault::passphrase::generate()?;
            context.ui.reveal("The new passphrase", &made, "--new-passphrase-file FILE")?;
            return Ok(made);
        }
        loop {
            let first = context.ui.secret("New passphrase (15 characters or more)", "--new-passphrase-file FILE")?;
            if let Err(weak) = vault::passphrase::check(&first, &[]) {
                context.ui.warn(&weak.to_string());
                continue;
            }
            if first.matches(&context.ui.secret("The same again", "--new-passphrase-file FILE")?) {
                return Ok(first);
            }
            context.ui.warn("the two were not the same");
        }
    }
}
