//! Who may pass: the checks of one request, in a fixed order, before anything is read or changed.
//!
//! Order: method, one Host, no Transfer-Encoding, length and type of a body, Origin, Fetch Metadata, secret path.
//! A web page of another site fails at Host (DNS rebinding), Origin (forged POST) or Fetch Metadata (hidden
//! fetch); another program fails at the path, 256 random bits compared in constant time.
//!
//! Invariant: `admit` reads only the head, and the path is the last thing it looks at.

use std::net::SocketAddr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    LoopbackError, authority,
    request::{Head, Refusal},
};
use crate::secret::Secret;

/// The longest body a page may post.
const LONGEST_BODY: usize = 8 * 1024;

/// What a request that passed wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admitted {
    /// The page.
    Get,
    /// To hand over so many bytes of JSON.
    Post(usize),
}

/// The address, origin and secret path of one listener.
#[derive(Debug)]
pub(super) struct Guard {
    authority: String,
    origin: String,
    path: Secret<String>,
}

impl Guard {
    /// Makes the guard of a listener with a fresh secret path.
    pub(super) fn new(address: SocketAddr) -> Result<Self, LoopbackError> {
        let authority = authority(address);
        let origin = format!("http://{authority}");
        Ok(Self { authority, origin, path: Secret::new(format!("/{}", random_word()?.expose())) })
    }

    /// The guard of an address and a path that are known beforehand.
    #[cfg(feature = "fuzzing")]
    pub(super) fn known(authority: &str, path: &str) -> Self {
        let origin = format!("http://{authority}");
        Self { authority: authority.to_owned(), origin, path: Secret::new(path.to_owned()) }
    }

    /// The address to visit.
    pub(super) fn url(&self) -> Secret<String> {
        Secret::new(format!("{}{}", self.origin, self.path.expose()))
    }

    /// Lets a request through or names the status that refuses it.
    pub(super) fn admit(&self, head: &Head) -> Result<Admitted, Refusal> {
        let post = match head.method.as_str() {
            "GET" => false,
            "POST" => true,
            _ => return Err(Refusal(405)),
        };
        if head.once("host", 421)? != Some(self.authority.as_str()) {
            return Err(Refusal(421));
        }
        if head.all("transfer-encoding").next().is_some() {
            return Err(Refusal(400));
        }
        let length = content_length(head, post)?;
        self.check_origin(head, post)?;
        check_fetch_metadata(head, post)?;
        let path = head.target.split(['?', '#']).next().unwrap_or_default();
        if !bool::from(path.as_bytes().ct_eq(self.path.expose().as_bytes())) {
            return Err(Refusal(404));
        }
        Ok(if post { Admitted::Post(length) } else { Admitted::Get })
    }

    fn check_origin(&self, head: &Head, post: bool) -> Result<(), Refusal> {
        match head.once("origin", 403)? {
            Some(origin) if origin == self.origin => Ok(()),
            None if !post => Ok(()),
            _ => Err(Refusal(403)),
        }
    }
}

/// 32 random bytes in base64url, for paths and nonces.
pub(super) fn random_word() -> Result<Secret<String>, LoopbackError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| LoopbackError::Random)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

fn content_length(head: &Head, post: bool) -> Result<usize, Refusal> {
    let length = match head.once("content-length", 400)? {
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => {
            Some(text.parse().unwrap_or(usize::MAX))
        }
        Some(_) => return Err(Refusal(400)),
        None => None,
    };
    if !post {
        return if length.unwrap_or(0) == 0 { Ok(0) } else { Err(Refusal(400)) };
    }
    let length = length.ok_or(Refusal(411))?;
    if length > LONGEST_BODY {
        return Err(Refusal(413));
    }
    let kind = head.once("content-type", 415)?.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if kind.trim().eq_ignore_ascii_case("application/json") { Ok(length) } else { Err(Refusal(415)) }
}

/// Fetch Metadata (W3C): a page of ours may post; anybody may *navigate* here, which is how Hosted Link comes back.
fn check_fetch_metadata(head: &Head, post: bool) -> Result<(), Refusal> {
    let site = head.once("sec-fetch-site", 403)?;
    let mode = head.once("sec-fetch-mode", 403)?;
    let dest = head.once("sec-fetch-dest", 403)?;
    let fits = match site {
        None | Some("same-origin") => true,
        Some("none") => !post,
        // `same-site` is another port of 127.0.0.1, no better than a stranger.
        Some("cross-site" | "same-site") => !post && mode == Some("navigate") && dest == Some("document"),
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(Refusal(403)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new("127.0.0.1:8080".parse().unwrap()).unwrap()
    }

    fn head(guard: &Guard, method: &str, headers: &[(&str, &str)]) -> Head {
        let mut all = vec![("host".to_owned(), "127.0.0.1:8080".to_owned())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Head { method: method.to_owned(), target: guard.path.expose().clone(), headers: all }
    }

    const ORIGIN: (&str, &str) = ("origin", "http://127.0.0.1:8080");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn the_path_is_fresh_and_256_bits() {
        let (one, two) = (guard(), guard());
        assert_eq!(one.path.expose().len(), 1 + 43);
        assert_ne!(one.path.expose(), two.path.expose());
    }

    #[test]
    fn lets_the_page_and_its_post_through() {
        let guard = guard();
        assert_eq!(guard.admit(&head(&guard, "GET", &[])), Ok(Admitted::Get));
        let post = [ORIGIN, JSON, ("content-length", "20"), ("sec-fetch-site", "same-origin")];
        assert_eq!(guard.admit(&head(&guard, "POST", &post)), Ok(Admitted::Post(20)));
        let mut query = head(&guard, "GET", &[]);
        query.target.push_str("?status=complete");
        assert_eq!(guard.admit(&query), Ok(Admitted::Get));
    }

    #[test]
    fn lets_a_stranger_navigate_but_not_fetch() {
        let guard = guard();
        let visit = |site, mode, dest| {
            let headers = [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
            guard.admit(&head(&guard, "GET", &headers))
        };
        for site in ["cross-site", "same-site"] {
            assert_eq!(visit(site, "navigate", "document"), Ok(Admitted::Get));
            assert_eq!(visit(site, "navigate", "iframe"), Err(Refusal(403)));
            assert_eq!(visit(site, "no-cors", "image"), Err(Refusal(403)));
        }
        assert_eq!(visit("none", "navigate", "document"), Ok(Admitted::Get));
        assert_eq!(visit("elsewhere", "navigate", "document"), Err(Refusal(403)));
    }

    #[test]
    fn refuses_in_order() {
        let guard = guard();
        let status =
            |method: &str, headers: &[(&str, &str)]| guard.admit(&head(&guard, method, headers)).unwrap_err().0;
        assert_eq!(status("PUT", &[]), 405);
        assert_eq!(status("GET", &[("host", "127.0.0.1:8080")]), 421, "two hosts");
        assert_eq!(status("POST", &[("transfer-encoding", "chunked")]), 400);
        assert_eq!(status("POST", &[]), 411);
        assert_eq!(status("POST", &[("content-length", "+5"), JSON]), 400);
        assert_eq!(status("POST", &[("content-length", "5"), ("content-length", "5"), JSON]), 400);
        assert_eq!(status("POST", &[("content-length", "8193"), JSON]), 413);
        assert_eq!(status("POST", &[("content-length", "99999999999999999999999"), JSON]), 413);
        assert_eq!(status("POST", &[("content-length", "5"), ("content-type", "text/plain")]), 415);
        assert_eq!(status("POST", &[("content-length", "5"), JSON]), 403, "no origin");
        assert_eq!(status("POST", &[("content-length", "5"), JSON, ("origin", "null")]), 403);
        assert_eq!(status("POST", &[("content-length", "5"), JSON, ORIGIN, ("sec-fetch-site", "none")]), 403);
        assert_eq!(status("GET", &[("content-length", "5")]), 400);
        assert_eq!(status("GET", &[("origin", "http://evil.example")]), 403);
    }

    #[test]
    fn a_wrong_path_is_not_found_and_a_wrong_host_is_misdirected() {
        let guard = guard();
        let mut wrong = head(&guard, "GET", &[]);
        wrong.target = format!("{}x", wrong.target);
        assert_eq!(guard.admit(&wrong), Err(Refusal(404)));
        wrong.headers[0].1 = "localhost:8080".to_owned();
        assert_eq!(guard.admit(&wrong), Err(Refusal(421)));
        wrong.headers.clear();
        assert_eq!(guard.admit(&wrong), Err(Refusal(421)));
    }
}
