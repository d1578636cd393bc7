//! How a plugin, or whatever else holds a key, speaks with the person at the terminal; there may be none.
//!
//! Invariant: nothing here reads or writes a stream; whoever unlocks the vault brings the voice.

use std::{fmt, sync::Arc, time::Duration};

use super::wrapped::UNATTENDED;
use crate::secret::Secret;

/// Somebody who can be told and asked.
pub trait Talk: Send + Sync {
    /// Whether a person is there to answer.
    fn is_attended(&self) -> bool;
    /// Tells something ("touch your token").
    fn say(&self, message: &str);
    /// Has one of two words chosen; `None` when nobody can.
    fn choose(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool>;
    /// Asks for a text that may be seen.
    fn ask(&self, question: &str) -> Option<String>;
    /// Asks for a secret (a PIN).
    fn secret(&self, question: &str) -> Option<Secret<String>>;
}

/// A shared voice.
#[derive(Clone)]
pub struct Voice(Arc<dyn Talk>);

impl Voice {
    /// The voice of somebody.
    pub fn new(talk: impl Talk + 'static) -> Self {
        Self(Arc::new(talk))
    }

    /// How long to wait for an answer; a person may take their time.
    pub(super) fn patience(&self) -> Option<Duration> {
        (!self.0.is_attended()).then_some(UNATTENDED)
    }
}

impl std::ops::Deref for Voice {
    type Target = dyn Talk;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Voice")
    }
}
