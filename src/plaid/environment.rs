//! Which Plaid is spoken to, and which tokens and addresses belong to it.
//!
//! Invariant: nothing leaves for a base URL that was not allowed here, and no token leaves for another environment.

use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};

use super::error::PlaidError;
use crate::secret::Secret;

/// One of Plaid's two worlds; Items never move between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Invented banks, no cost.
    Sandbox,
    /// Real banks, real bills.
    Production,
}

impl Environment {
    /// The word in tokens, in the vault and in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// Plaid's address of this environment.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://sandbox.plaid.com",
            Self::Production => "https://production.plaid.com",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word names no environment of Plaid's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Plaid environment: write sandbox or production")]
pub struct UnknownEnvironment(String);

impl FromStr for Environment {
    type Err = UnknownEnvironment;
    fn from_str(word: &str) -> Result<Self, UnknownEnvironment> {
        [Self::Sandbox, Self::Production]
            .into_iter()
            .find(|environment| environment.as_str() == word)
            .ok_or_else(|| UnknownEnvironment(word.chars().take(40).collect()))
    }
}

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
    fn noun(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Public => "public token",
            Self::Link => "link token",
        }
    }
}

/// Where requests go, and what may go there.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) environment: Environment,
    pub(crate) base: Url,
    /// A stand-in on this machine rather than Plaid.
    pub(crate) loopback: bool,
}

impl Target {
    /// Decides the address: Plaid's own, or a stand-in on the loopback interface for sandbox credentials only, because an
    /// override that could carry real tokens would be a switch to steal them with.
    pub(crate) fn choose(environment: Environment, wanted: Option<&str>) -> Result<Self, PlaidError> {
        let text = wanted.unwrap_or(environment.base_url());
        let base = Url::parse(text).map_err(|_| bad("it is not a URL"))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(bad("it contains a user name or password"));
        }
        if base.query().is_some() || base.fragment().is_some() || !matches!(base.path(), "" | "/") {
            return Err(bad("it has a path, query or fragment"));
        }
        if base.as_str().trim_end_matches('/') == environment.base_url() {
            return Ok(Self { environment, base, loopback: false });
        }
        if !matches!(base.scheme(), "http" | "https") {
            return Err(bad("only http and https are spoken"));
        }
        if !is_loopback(&base) {
            return Err(bad("only Plaid itself or a loopback address (127.0.0.1, [::1], localhost) may be used"));
        }
        if environment != Environment::Sandbox {
            return Err(bad("another base URL is allowed with sandbox credentials only"));
        }
        Ok(Self { environment, base, loopback: true })
    }

    /// Refuses a token of another environment before it is sent; Plaid's own answer would only be `INVALID_ACCESS_TOKEN`.
    /// A token whose shape is unknown may go to Plaid, but never to a stand-in.
    pub(crate) fn check_token(&self, kind: TokenKind, token: &Secret<String>) -> Result<(), PlaidError> {
        let named = environment_of(kind, token.expose());
        if named == Some(self.environment.as_str()) || (named.is_none() && !self.loopback) {
            return Ok(());
        }
        Err(PlaidError::EnvironmentMismatch {
            what: kind.noun(),
            expected: self.environment,
            found: named.unwrap_or("no known environment"),
        })
    }

    /// Refuses a Plaid secret that names another environment in its own text (Plaid's real ones name none).
    pub(crate) fn check_secret(&self, secret: &Secret<String>) -> Result<(), PlaidError> {
        match ENVIRONMENTS.into_iter().find(|name| secret.expose().contains(name)) {
            Some(found) if found != self.environment.as_str() => {
                Err(PlaidError::EnvironmentMismatch { what: "secret", expected: self.environment, found })
            }
            _ => Ok(()),
        }
    }
}

/// Words that Plaid has used in tokens; `development` was shut down.
const ENVIRONMENTS: [&str; 3] = ["sandbox", "production", "development"];

fn environment_of(kind: TokenKind, token: &str) -> Option<&'static str> {
    let rest = token.strip_prefix(kind.as_str())?.strip_prefix('-')?;
    ENVIRONMENTS.into_iter().find(|name| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn bad(reason: &'static str) -> PlaidError {
    PlaidError::BadBaseUrl { reason }
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

    fn refused(environment: Environment, url: &str) -> String {
        Target::choose(environment, Some(url)).unwrap_err().to_string()
    }

    #[test]
    fn plaid_itself_and_loopback_stand_ins_are_the_only_targets() {
        for environment in [Environment::Sandbox, Environment::Production] {
            let target = Target::choose(environment, None).unwrap();
            assert!(!target.loopback);
            assert_eq!(target.base.scheme(), "https");
            assert!(!Target::choose(environment, Some(environment.base_url())).unwrap().loopback);
        }
        for url in ["http://127.0.0.1:4010", "http://[::1]:4010/", "http://localhost:1", "https://127.9.9.9"] {
            assert!(Target::choose(Environment::Sandbox, Some(url)).unwrap().loopback, "{url}");
        }
    }

    #[test]
    fn other_base_urls_are_refused_by_name() {
        assert!(refused(Environment::Production, "http://127.0.0.1:4010").contains("sandbox credentials only"));
        assert!(refused(Environment::Production, "https://sandbox.plaid.com").contains("loopback"));
        for url in
            ["https://plaid.example", "http://sandbox.plaid.com", "http://127.0.0.1.evil.example", "http://10.0.0.1"]
        {
            assert!(refused(Environment::Sandbox, url).contains("loopback"), "{url}");
        }
        assert!(refused(Environment::Sandbox, "http://u:p@127.0.0.1").contains("password"));
        assert!(refused(Environment::Sandbox, "http://127.0.0.1/x?y=1").contains("path"));
        assert!(refused(Environment::Sandbox, "ftp://127.0.0.1").contains("http"));
        assert!(refused(Environment::Sandbox, "not a url").contains("not a URL"));
    }

    #[test]
    fn tokens_of_another_environment_stay_here() {
        let plaid = Target::choose(Environment::Production, None).unwrap();
        let local = Target::choose(Environment::Sandbox, Some("http://127.0.0.1:1")).unwrap();
        let token = |text: &str| Secret::new(text.to_owned());
        assert!(plaid.check_token(TokenKind::Access, &token("access-production-1-2")).is_ok());
        assert!(plaid.check_token(TokenKind::Access, &token("something new")).is_ok());
        assert!(local.check_token(TokenKind::Public, &token("public-sandbox-1")).is_ok());
        let error = local.check_token(TokenKind::Access, &token("access-production-7f3a")).unwrap_err();
        assert!(matches!(error, PlaidError::EnvironmentMismatch { found: "production", .. }));
        assert!(!error.to_string().contains("7f3a"));
        assert!(local.check_token(TokenKind::Access, &token("something new")).is_err());
        assert!(plaid.check_token(TokenKind::Link, &token("link-sandbox-1")).is_err());
        assert!(local.check_secret(&token("bursar-production-secret")).is_err());
        assert!(local.check_secret(&token("0f3c55aa")).is_ok());
    }

    #[test]
    fn redaction_keeps_the_sentence_and_drops_the_token() {
        let secret = Secret::new("s3cr3t".to_owned());
        let clean = redact("token access-sandbox-12-ab, key s3cr3t; public-production-9_z.", &secret);
        assert_eq!(clean, "token access-sandbox-…, key [secret]; public-production-….");
    }
}
