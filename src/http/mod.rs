//! The one place that speaks HTTP: how a request leaves, and how an answer is taken in without trusting it.
//!
//! Invariants: no redirect, no plain HTTP but to a loopback stand-in, no answer larger than the cap, no header, URL or body in
//! any error or log.

mod meter;

use std::{error::Error as StdError, net::SocketAddr, time::Duration};

use reqwest::{
    Client, Response,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue,
        RETRY_AFTER,
    },
    redirect,
};
use url::{Host, Url};
use zeroize::Zeroizing;

pub use self::meter::{Cost, Meter, Notebook};
pub(crate) use self::meter::{Ended, Unnoted};
use crate::{domain::dates::Timestamp, secret::Secret};

const USER_AGENT: &str = concat!("bursar/", env!("CARGO_PKG_VERSION"));
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest text of an error, in characters.
const LONGEST_TEXT: usize = 600;

/// How long bursar waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a whole answer.
    pub total: Duration,
    /// For a whole answer of a call that asks the bank or may carry a whole history.
    pub slow: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_mins(1), slow: Duration::from_mins(2) }
    }
}

/// The first lines of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    /// When it left, by the server's clock.
    pub(crate) date: Option<Timestamp>,
}

/// A whole answer, wiped when dropped because tokens and transactions are in it.
pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// Why there is no answer that can be used.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No HTTP client can be made here.
    Setup(String),
    /// No connection, or one that broke.
    Network { sent: bool, reason: String, source: Box<dyn StdError + Send + Sync> },
    /// No answer in time.
    Timeout { sent: bool, after: Duration },
    /// The connection was not proven.
    Tls(String),
    /// Something else than JSON.
    NotJson { head: Head, content_type: String },
    /// It ended too early.
    Truncated(Head),
    /// It is beyond the cap.
    TooLarge(Head),
    /// It points somewhere else.
    Redirected(Head),
}

/// What goes out.
pub(crate) struct Sending<'a> {
    pub(crate) url: Url,
    /// The body of a POST; none is a GET.
    pub(crate) post: Option<&'a [u8]>,
    /// The value of `Authorization`.
    pub(crate) authorization: Option<&'a Secret<String>>,
    pub(crate) patience: Duration,
    /// Whether anything else than JSON is refused.
    pub(crate) only_json: bool,
}

/// The transport.
pub(crate) struct Http {
    client: Client,
    connect: Duration,
    limit: usize,
}

impl Http {
    /// A transport to one stand-in on this machine, or by TLS to the world.
    pub(crate) fn new(
        (loopback, plain): (bool, bool),
        headers: HeaderMap,
        connect: Duration,
        limit: usize,
    ) -> Result<Self, Failure> {
        // Fails only if this process has a provider already, which then serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(!loopback)
            .connect_timeout(connect);
        if loopback {
            let here = [SocketAddr::from(([127, 0, 0, 1], 0)), SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0))];
            builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
            if plain {
                builder = builder.tls_certs_only([]);
            }
        }
        let client = builder.build().map_err(|error| Failure::Setup(deepest(&error.without_url())))?;
        Ok(Self { client, connect, limit })
    }

    /// Sends and takes in the answer, of whatever status.
    pub(crate) async fn send(&self, sending: Sending<'_>) -> Result<Answer, Failure> {
        let Sending { url, post, authorization, patience, only_json } = sending;
        let mut request = match post {
            Some(body) => self.client.post(url).header(CONTENT_LENGTH, body.len()).body(body.to_vec()),
            None => self.client.get(url),
        };
        if let Some(value) = authorization.and_then(|value| sensitive(value.expose())) {
            request = request.header(AUTHORIZATION, value);
        }
        let sent = request.timeout(patience).send().await;
        let response = sent.map_err(|error| self.transport(patience, error))?;
        let request_id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(cap);
        let head = Head { status: response.status().as_u16(), request_id, date: date(response.headers()) };
        if response.status().is_redirection() {
            return Err(Failure::Redirected(head));
        }
        let content_type = content_type(response.headers());
        if only_json && !is_json(&content_type) {
            return Err(Failure::NotJson { head, content_type });
        }
        let retry_after = retry_after(response.headers());
        let body = self.read(&head, patience, response).await?;
        Ok(Answer { head, content_type, retry_after, body })
    }

    /// Reads chunk by chunk, so that a bomb is refused before it is held in memory.
    async fn read(
        &self,
        head: &Head,
        patience: Duration,
        mut response: Response,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > self.limit {
            return Err(Failure::TooLarge(head.clone()));
        }
        // Room for all of it at once, because growing would leave unwiped copies behind.
        let mut body = Zeroizing::new(Vec::with_capacity(announced));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if chunk.len() > self.limit - body.len() => {
                    return Err(Failure::TooLarge(head.clone()));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) if error.is_timeout() => return Err(Failure::Timeout { sent: true, after: patience }),
                Err(_) => return Err(Failure::Truncated(head.clone())),
            }
        }
    }

    fn transport(&self, patience: Duration, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let connecting = error.is_connect();
        if let Some(reason) = tls_reason(&error) {
            return Failure::Tls(reason);
        }
        if error.is_timeout() {
            let after = if connecting { self.connect } else { patience };
            return Failure::Timeout { sent: !connecting, after };
        }
        let reason = if error.is_dns() { "its name was not resolved".to_owned() } else { deepest(&error) };
        Failure::Network { sent: !(connecting || error.is_builder()), reason, source: Box::new(error) }
    }
}

/// Headers that go out with every request; none of a value that cannot be sent.
pub(crate) fn headers(
    plain: &[(&'static str, &'static str)],
    secret: &[(&'static str, &str)],
) -> Result<HeaderMap, usize> {
    let mut headers = HeaderMap::new();
    for &(name, value) in plain {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (place, &(name, value)) in secret.iter().enumerate() {
        headers.insert(HeaderName::from_static(name), sensitive(value).ok_or(place)?);
    }
    Ok(headers)
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let sendable = !text.is_empty()
        && !text.starts_with(' ')
        && text.bytes().all(|byte| byte.is_ascii_graphic() || (byte == b' ' && text.starts_with("Basic ")));
    let mut value = HeaderValue::from_str(text).ok().filter(|_| sendable)?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The content type in printable form, short; a compressed answer that nobody undoes counts as no type.
fn content_type(headers: &HeaderMap) -> String {
    if headers.contains_key(CONTENT_ENCODING) {
        return "an unknown compression".to_owned();
    }
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let text: String = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(80).collect();
    if text.is_empty() { "no content type".to_owned() } else { text }
}

/// Whether a content type is that of JSON.
pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Seconds only: the date form would need a clock, and no provider documents it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// `Date`, as every server with a clock sends it.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(headers.get(DATE)?.as_bytes()).ok()
}

/// What TLS objected to, if it did: its error sits inside I/O errors, which do not name what they hold as their source.
fn tls_reason(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(tls) = current.downcast_ref::<rustls::Error>() {
            return Some(cap(&tls.to_string()));
        }
        let held = current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = held.map(|held| held as &(dyn StdError + 'static)).or_else(|| current.source());
    }
    None
}

/// The innermost cause in the system's own words.
fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &(dyn StdError + 'static) = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cap(&cause.to_string())
}

/// Drops control characters and what is beyond the cap.
pub(crate) fn cap(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_from_what_only_looks_like_it() {
        for yes in
            ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/problem+json"]
        {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["text/html", "text/json", "application/jsonp", "no content type", "image/svg+json"] {
            assert!(!is_json(no), "{no}");
        }
    }

    #[test]
    fn secret_headers_are_sensitive_and_checked() {
        let sent = headers(&[("accept", "application/json")], &[("plaid-secret", "abc")]).unwrap();
        assert!(sent["plaid-secret"].is_sensitive() && !sent["accept"].is_sensitive());
        for bad in ["", "a b", "a\nb", "ü"] {
            assert_eq!(headers(&[], &[("plaid-client-id", "x"), ("plaid-secret", bad)]).unwrap_err(), 1);
        }
        assert!(sensitive("Basic YTpi").is_some() && sensitive("Basic a\nb").is_none());
    }

    #[test]
    fn a_date_is_read_or_passed_over() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, HeaderValue::from_str(text).unwrap());
            date(&headers).map(|at| at.to_string())
        };
        assert_eq!(read("Wed, 21 Oct 2026 07:28:00 GMT").as_deref(), Some("2026-10-21T07:28:00Z"));
        assert_eq!((read("yesterday"), date(&HeaderMap::new())), (None, None));
    }

    #[test]
    fn retry_after_is_seconds_or_nothing() {
        let parse = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            retry_after(&headers)
        };
        assert_eq!(parse(" 5 "), Some(Duration::from_secs(5)));
        assert_eq!(parse("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(parse("-1"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
