//! `bursar completions SHELL`.

use crate::{
    cli::generate::{self, Shell},
    context::Context,
    error::Result,
};

/// Print the completion script of a shell
///
/// The script asks bursar itself while you type, so that it knows your accounts and connections when the vault opens
/// without a question (--identity or --passphrase-file, or their variables). It never prompts.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar completions bash > ~/.local/share/bash-completion/completions/bursar\n  \
    bursar completions fish > ~/.config/fish/completions/bursar.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let script = generate::completions(self.shell)?;
        context.emit(&script)
    }
}
