//! Setup tokens and access URLs: which may be used, and how the second is taken apart.
//!
//! Invariant: nothing leaves for an address that was not allowed here; a user and password never stay in a URL.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

use super::error::SimpleFinError;
use crate::{http::is_loopback, secret::Secret};

/// Longest setup token or access URL in bytes.
const LONGEST: usize = 4096;

/// A setup token, read: where to claim.
#[derive(Debug)]
pub struct SetupToken {
    pub(super) claim: Secret<String>,
}

impl SetupToken {
    /// Reads what the user got: base64 of a claim URL. `sandbox` allows one on this machine.
    pub fn parse(text: &Secret<String>, sandbox: bool) -> Result<Self, SimpleFinError> {
        let bad = |reason| SimpleFinError::BadSetupToken { reason };
        let token: Zeroizing<String> = text.expose().chars().filter(|c| !c.is_whitespace()).collect::<String>().into();
        if token.is_empty() || token.len() > LONGEST {
            return Err(bad("it is empty or too long"));
        }
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let engines = [&alphabet::STANDARD, &alphabet::URL_SAFE].map(|letters| GeneralPurpose::new(letters, config));
        let bytes = engines.iter().find_map(|engine| engine.decode(token.as_bytes()).ok());
        let bytes = Zeroizing::new(bytes.ok_or_else(|| bad("it is not base64"))?);
        let url = std::str::from_utf8(&bytes).ok().and_then(|text| Url::parse(text.trim()).ok());
        let url = url.ok_or_else(|| bad("there is no claim URL in it"))?;
        allowed(&url, sandbox).map_err(bad)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("its claim URL has a user or a password"));
        }
        Ok(Self { claim: Secret::new(url.into()) })
    }
}

/// An access URL, taken apart.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) base: Url,
    /// `Basic …`.
    pub(super) authorization: Secret<String>,
}

impl Access {
    /// Reads an access URL.
    pub(super) fn parse(text: &Secret<String>, sandbox: bool) -> Result<Self, SimpleFinError> {
        let bad = |reason| SimpleFinError::BadAccessUrl { reason };
        if text.expose().len() > LONGEST {
            return Err(bad("it is too long"));
        }
        let mut base = Url::parse(text.expose().trim()).map_err(|_| bad("it is not a URL"))?;
        allowed(&base, sandbox).map_err(bad)?;
        if base.query().is_some() || base.fragment().is_some() {
            return Err(bad("it has a query or fragment"));
        }
        let plain = |text: &str| Zeroizing::new(percent_decode_str(text).collect::<Vec<u8>>());
        let (user, password) = (plain(base.username()), plain(base.password().unwrap_or_default()));
        if user.is_empty() || password.is_empty() {
            return Err(bad("it has no user and password"));
        }
        let pair = Zeroizing::new([user.as_slice(), b":", password.as_slice()].concat());
        let authorization = Secret::new(format!("Basic {}", STANDARD.encode(pair.as_slice())));
        // Both succeed for a URL with a host.
        let _ = base.set_username("").and_then(|()| base.set_password(None));
        Ok(Self { base, authorization })
    }
}

/// TLS anywhere; plain HTTP only on this machine, and this machine only in the sandbox.
fn allowed(url: &Url, sandbox: bool) -> Result<(), &'static str> {
    match (url.scheme(), is_loopback(url)) {
        ("https", false) => Ok(()),
        ("http" | "https", true) if sandbox => Ok(()),
        (_, true) => Err("its address is on this machine, which only a sandbox vault may use"),
        _ => Err("its address does not begin with https://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(url: &str, sandbox: bool) -> Result<SetupToken, SimpleFinError> {
        SetupToken::parse(&Secret::new(STANDARD.encode(url)), sandbox)
    }

    fn access(url: &str, sandbox: bool) -> Result<Access, SimpleFinError> {
        Access::parse(&Secret::new(url.to_owned()), sandbox)
    }

    #[test]
    fn a_setup_token_is_base64_of_a_claim_url() {
        let claim = "https://bridge.example/simplefin/claim/abc";
        assert_eq!(token(claim, false).unwrap().claim.expose(), claim);
        let wrapped = format!(" {}\n", STANDARD.encode(claim).trim_end_matches('='));
        assert_eq!(SetupToken::parse(&Secret::new(wrapped), false).unwrap().claim.expose(), claim);
        for bad in ["", "%%%", "aGVsbG8="] {
            assert!(SetupToken::parse(&Secret::new(bad.to_owned()), true).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_tls_or_this_machine_in_the_sandbox() {
        for (url, sandbox, fine) in [
            ("https://bridge.example/c/1", false, true),
            ("https://bridge.example/c/1", true, true),
            ("http://bridge.example/c/1", true, false),
            ("http://127.0.0.1:9/c/1", true, true),
            ("http://127.0.0.1:9/c/1", false, false),
            ("https://localhost/c/1", false, false),
            ("http://127.0.0.1.evil.example/c", true, false),
            ("ftp://bridge.example/c", true, false),
            ("https://a:b@bridge.example/c", false, false),
        ] {
            assert_eq!(token(url, sandbox).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn user_and_password_leave_the_url() {
        let access = access("https://us%20er:p%40ss@bridge.example/simplefin", false).unwrap();
        assert_eq!(access.base.as_str(), "https://bridge.example/simplefin");
        let expected = format!("Basic {}", STANDARD.encode("us er:p@ss"));
        assert_eq!(access.authorization.expose(), &expected);
        for bad in ["https://bridge.example/simplefin", "http://a:b@bridge.example/", "https://a:b@h/?x=1", "nonsense"]
        {
            assert!(Access::parse(&Secret::new(bad.to_owned()), false).is_err(), "{bad}");
        }
    }
}
