//! Which address is spoken to, and which tokens may go there.
//!
//! Invariant: nothing leaves for a base URL that was not allowed here, and no token leaves for another environment.

use url::Url;

use super::{
    environment::Environment,
    error::PlaidError,
    token::{ENVIRONMENTS, TokenKind, environment_of},
};
use crate::{http::is_loopback, secret::Secret};

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

fn bad(reason: &'static str) -> PlaidError {
    PlaidError::BadBaseUrl { reason }
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
}
