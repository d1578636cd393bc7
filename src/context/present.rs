//! Shows a command's result in the format that was asked for.

use serde::Serialize;

use super::Context;
use crate::{
    error::Result,
    fsx,
    render::{self, Format, Options, ToSheet},
};

impl Context {
    /// Whether the output is for a program rather than a person.
    pub fn is_machine(&self) -> bool {
        self.settings.format.is_some_and(|format| format != Format::Table) || self.settings.output.is_some()
    }

    /// Prints a value: as JSON straight from the value, else from its sheet; what people should know goes to stderr.
    pub fn present<T: Serialize + ToSheet>(&mut self, value: &T) -> Result<()> {
        self.note_fact("rows", value.count());
        let mut text = Vec::new();
        let notes = render::write(&mut text, value, &self.options())?;
        self.emit(&String::from_utf8_lossy(&text))?;
        for note in notes {
            self.ui.status(&note);
        }
        Ok(())
    }

    /// Sends data to stdout, or to `--output` in one atomic step.
    pub fn emit(&mut self, text: &str) -> Result<()> {
        self.note_reading();
        match self.settings.output.clone() {
            Some(file) => Ok(fsx::replace(&file, text.as_bytes())?),
            None => Ok(self.ui.data(text)?),
        }
    }

    fn options(&self) -> Options {
        let profile = self.ui.profile();
        let terminal = profile.out_terminal && self.settings.output.is_none();
        Options {
            format: self.settings.format.unwrap_or_default(),
            fields: self.settings.fields.clone(),
            width: (terminal || profile.width_asked).then_some(profile.width),
            terminal,
            color: profile.color_out,
            unicode: profile.unicode,
        }
    }
}
