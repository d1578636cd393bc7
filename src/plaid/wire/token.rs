//! Link, public and access tokens. Uses `secret`; a token is wiped on drop and never shown by `Debug`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::secret::Secret;

/// A bearer token on its way over the wire; the only secret that may be serialised, and only into a request or answer.
#[derive(Clone)]
pub struct Token(Secret<String>);

impl Token {
    /// Shows the token to code that needs it; keep the borrow short.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Hands the token over for keeping.
    pub fn into_secret(self) -> Secret<String> {
        self.0
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

impl From<&Secret<String>> for Token {
    fn from(secret: &Secret<String>) -> Self {
        Self(secret.clone())
    }
}

impl From<Secret<String>> for Token {
    fn from(secret: Secret<String>) -> Self {
        Self(secret)
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
