//! Questions. Each names the flag that would have answered it, for when nobody is there.

use std::io::{self, ErrorKind, Write as _};

use super::{Ui, silence};
use crate::secret::Secret;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// Nobody can be asked.
    #[error("{question} needs an answer, and there is no terminal to ask on; use {flag}")]
    NotInteractive {
        /// What would have been asked.
        question: String,
        /// The flag that answers it.
        flag: &'static str,
    },
    /// The user ended the input.
    #[error("no answer was given to: {0}")]
    Declined(String),
    /// The terminal failed.
    #[error("the terminal cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl Ui {
    /// Asks for yes or no; `--yes` answers yes.
    pub fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        if self.profile.yes {
            return Ok(true);
        }
        let answer = self.line(&format!("{question} [y/N] "), question, "--yes")?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a word to be typed before something that cannot be undone; `--yes` types it.
    pub fn confirm_typed(&mut self, word: &str) -> Result<bool, PromptError> {
        if self.profile.yes {
            return Ok(true);
        }
        let question = format!("Type {word} to go on");
        Ok(self.line(&format!("{question}: "), &question, "--yes")? == word)
    }

    /// Asks for a line of text; an empty answer is the default.
    pub fn ask(&mut self, question: &str, default: Option<&str>, flag: &'static str) -> Result<String, PromptError> {
        let shown = default.map_or_else(|| format!("{question}: "), |default| format!("{question} [{default}]: "));
        let answer = self.line(&shown, question, flag)?;
        Ok(if answer.is_empty() { default.unwrap_or_default().to_owned() } else { answer })
    }

    /// Asks for a secret, which is not shown while typed.
    pub fn secret(&mut self, question: &str, flag: &'static str) -> Result<Secret<String>, PromptError> {
        self.require_person(question, flag)?;
        match silence::prompt(&format!("{question}: ")) {
            Ok(typed) => Ok(Secret::new(typed)),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof) => {
                Err(PromptError::Declined(question.to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Shows a secret once, to a person at a terminal and nowhere else; the flag is what does without.
    pub fn reveal(&mut self, what: &str, secret: &Secret<String>, flag: &'static str) -> Result<(), PromptError> {
        self.require_person(what, flag)?;
        writeln!(self.err, "{what}:\n\n    {}\n", secret.expose())?;
        Ok(self.err.flush()?)
    }

    fn line(&mut self, shown: &str, question: &str, flag: &'static str) -> Result<String, PromptError> {
        self.require_person(question, flag)?;
        write!(self.err, "{shown}")?;
        self.err.flush()?;
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer)? == 0 {
            return Err(PromptError::Declined(question.to_owned()));
        }
        Ok(answer.trim().to_owned())
    }

    fn require_person(&self, question: &str, flag: &'static str) -> Result<(), PromptError> {
        if self.profile.interactive {
            return Ok(());
        }
        Err(PromptError::NotInteractive { question: question.to_owned(), flag })
    }
}
