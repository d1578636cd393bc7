//! The shape of Plaid's tokens: their kind and environment stand in clear in front of the random part.
//!
//! Invariant: what is shown of a token ends where the random part begins.

use crate::secret::Secret;

/// Kinds of Plaid token, by their first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Access,
    Public,
    Link,
}

impl TokenKind {
    const ALL: [Self; 3] = [Self::Access, Self::Public, Self::Link];

    fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Public => "public",
            Self::Link => "link",
        }
    }

    /// How an error names it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Public => "public token",
            Self::Link => "link token",
        }
    }
}

/// Words that Plaid has used in tokens; `development` was shut down.
pub(super) const ENVIRONMENTS: [&str; 3] = ["sandbox", "production", "development"];

/// The environment that a token names, if its shape is known.
pub(super) fn environment_of(kind: TokenKind, token: &str) -> Option<&'static str> {
    let rest = token.strip_prefix(kind.as_str())?.strip_prefix('-')?;
    ENVIRONMENTS.into_iter().find(|name| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
}

/// Replaces what looks like a token, and `secret` itself, in a text that came from outside and will be shown.
pub(crate) fn redact(text: &str, secret: &Secret<String>) -> String {
    let mut clean =
        if secret.expose().is_empty() { text.to_owned() } else { text.replace(secret.expose(), "[secret]") };
    for kind in TokenKind::ALL {
        for environment in ENVIRONMENTS {
            let prefix = format!("{}-{environment}-", kind.as_str());
            clean = redact_after(&clean, &prefix);
        }
    }
    clean
}

fn redact_after(text: &str, prefix: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(prefix) {
        let after = start + prefix.len();
        clean.push_str(&rest[..after]);
        clean.push('…');
        let tail = &rest[after..];
        let end = tail.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(tail.len());
        rest = &tail[end..];
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redaction_keeps_the_sentence_and_drops_the_token() {
        let secret = Secret::new("s3cr3t".to_owned());
        let clean = redact("token access-sandbox-12-ab, key s3cr3t; public-production-9_z.", &secret);
        assert_eq!(clean, "token access-sandbox-…, key [secret]; public-production-….");
    }
}
