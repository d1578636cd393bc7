//! What some providers do besides: they give a new token for an old one, which is dead at once.

use super::Answer;
use crate::{domain::ids::ConnectionId, secret::Secret};

/// What a provider makes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It opens its connection.
    Yes,
    /// It opens nothing any more.
    Dead,
    /// Its connection does not exist any more.
    Gone,
}

/// Who replaces tokens.
pub trait Tokens: Send + Sync {
    /// Gives a new token. Whoever asks must keep the answer before anything else.
    fn replace<'a>(&'a self, connection: ConnectionId, old: &'a Secret<String>) -> Answer<'a, Secret<String>>;

    /// Whether a token is still taken.
    fn takes<'a>(&'a self, connection: ConnectionId, token: &'a Secret<String>) -> Answer<'a, Taken>;
}
