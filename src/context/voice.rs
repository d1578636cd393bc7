//! What plugins say and ask, through the one screen there is.

use std::sync::Mutex;

use super::Context;
use crate::{
    error::Result,
    ops::plugins,
    secret::Secret,
    ui::Ui,
    vault::{self, SlotSecret, Talk, Voice},
};

/// The flag that would answer a plugin: there is none.
const FLAG: &str = "a key that needs nobody";

struct Screen(Mutex<Ui>);

impl Screen {
    fn with<T>(&self, speak: impl FnOnce(&mut Ui) -> T) -> T {
        speak(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Talk for Screen {
    fn is_attended(&self) -> bool {
        self.with(|ui| ui.profile().interactive)
    }

    fn say(&self, message: &str) {
        self.with(|ui| ui.notice(message));
    }

    fn choose(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let words = no.map_or_else(|| yes.to_owned(), |no| format!("{yes} or {no}"));
        let answer = self.with(|ui| ui.ask(&format!("{question} ({words})"), Some(yes), FLAG)).ok()?;
        Some(answer.eq_ignore_ascii_case(yes))
    }

    fn ask(&self, question: &str) -> Option<String> {
        self.with(|ui| ui.ask(question, None, FLAG)).ok()
    }

    fn secret(&self, question: &str) -> Option<Secret<String>> {
        self.with(|ui| ui.secret(question, FLAG)).ok()
    }
}

impl Context {
    /// A voice for whatever holds a key.
    pub fn voice(&self) -> Voice {
        Voice::new(Screen(Mutex::new(self.ui.again())))
    }

    /// Refuses to go on with plugins that are missing, or that other users could exchange.
    pub fn require_trusted_plugins(&self, text: &str) -> Result<()> {
        for program in vault::plugins(text) {
            plugins::require_trusted(&program, self.environment.text("PATH"))?;
        }
        Ok(())
    }

    /// What an identity file opens the vault with: by itself, or through the holder it names.
    pub(super) fn of_identity_file(&self, text: Secret<String>) -> Result<SlotSecret> {
        if !vault::needs_holder(&text) {
            return Ok(SlotSecret::Identity(text));
        }
        self.require_trusted_plugins(text.expose())?;
        Ok(SlotSecret::Held { holder: text, voice: self.voice() })
    }
}
