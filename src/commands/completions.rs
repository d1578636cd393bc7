//! `bursar completions SHELL`.

use std::io;

use clap_complete::env::Shells;

use crate::{context::Context, error::Result};

/// The variable through which a completion script asks bursar.
pub(crate) const COMPLETE_VARIABLE: &str = "BURSAR_COMPLETE";

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
        context.emit(&script(self.shell)?)
    }
}

/// The shells that complete.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
    /// elvish
    Elvish,
}

impl Shell {
    pub(super) const ALL: [Self; 5] = [Self::Bash, Self::Zsh, Self::Fish, Self::Powershell, Self::Elvish];

    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
        }
    }

    /// Where its script is kept in the repository.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Bash => "completions/bursar.bash",
            Self::Zsh => "completions/_bursar",
            Self::Fish => "completions/bursar.fish",
            Self::Powershell => "completions/bursar.ps1",
            Self::Elvish => "completions/bursar.elv",
        }
    }
}

/// The script that a shell loads to complete bursar.
pub(super) fn script(shell: Shell) -> io::Result<String> {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(shell.name()) {
        completer.write_registration(COMPLETE_VARIABLE, "bursar", "bursar", "bursar", &mut script)?;
    }
    Ok(String::from_utf8_lossy(&script).into_owned())
}
