//! The one place that speaks HTTP: how a request leaves, and how an answer is taken in without trusting it.
//!
//! Invariants: no redirect, no plain HTTP but to a loopback stand-in, no answer larger than the cap, no header or body in any
//! error or log.

use std::{
    error::Error as StdError,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client, Response,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};
use zeroize::Zeroizing;

use super::{
    endpoint::Endpoint,
    error::{Answered, PlaidError, cap},
    target::Target,
    wire,
};
use crate::{domain::dates::Timestamp, secret::Secret};

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

const USER_AGENT: &str = concat!("bursar/", env!("CARGO_PKG_VERSION"));
const CLIENT_ID: HeaderName = HeaderName::from_static("plaid-client-id");
const SECRET: HeaderName = HeaderName::from_static("plaid-secret");
const PLAID_VERSION: HeaderName = HeaderName::from_static("plaid-version");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A whole JSON answer, wiped when dropped because tokens and transactions are in it.
pub(crate) struct Answer {
    pub(crate) at: Answered,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// Credentials as they go out.
pub(crate) struct Credentials<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a Secret<String>,
}

/// The transport.
pub(crate) struct Http {
    client: Client,
    target: Target,
    timeouts: Timeouts,
    body_limit: usize,
    answered: Mutex<Option<Timestamp>>,
}

impl Http {
    pub(crate) fn new(
        target: Target,
        credentials: &Credentials<'_>,
        timeouts: Timeouts,
        body_limit: usize,
    ) -> Result<Self, PlaidError> {
        // Fails only if this process has a provider already, which then serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers(credentials)?)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(!target.loopback)
            .connect_timeout(timeouts.connect);
        if target.loopback {
            let here = [SocketAddr::from(([127, 0, 0, 1], 0)), SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0))];
            builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
            if target.base.scheme() == "http" {
                builder = builder.tls_certs_only([]);
            }
        }
        let client = builder.build().map_err(|error| PlaidError::Setup { reason: deepest(&error.without_url()) })?;
        Ok(Self { client, target, timeouts, body_limit, answered: Mutex::new(None) })
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// When the latest answer left, by the clock of whoever sent it.
    pub(crate) fn answered_at(&self) -> Option<Timestamp> {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Posts a JSON body and takes in the answer, of whatever status, as long as it is whole JSON text by its type.
    pub(crate) async fn post(&self, endpoint: Endpoint, body: &[u8]) -> Result<Answer, PlaidError> {
        let patience = if endpoint.facts().slow { self.timeouts.slow } else { self.timeouts.total };
        let mut url = self.target.base.clone();
        url.set_path(endpoint.path());
        let request = self.client.post(url).timeout(patience).body(body.to_vec());
        let response = request.send().await.map_err(|error| self.transport(endpoint, patience, error))?;
        let at = answered(endpoint, &response);
        if let Some(date) = date(response.headers()) {
            *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(date);
        }
        if response.status().is_redirection() {
            return Err(PlaidError::Redirected { at });
        }
        let content_type = content_type(response.headers());
        if !is_json(&content_type) {
            return Err(PlaidError::NotJson { at, content_type });
        }
        let retry_after = retry_after(response.headers());
        let body = self.read(&at, patience, response).await?;
        Ok(Answer { at, retry_after, body })
    }

    /// Reads chunk by chunk, so that a bomb is refused before it is held in memory.
    async fn read(
        &self,
        at: &Answered,
        patience: Duration,
        mut response: Response,
    ) -> Result<Zeroizing<Vec<u8>>, PlaidError> {
        let limit = self.body_limit;
        let too_large = || PlaidError::TooLarge { at: at.clone(), limit };
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(too_large());
        }
        // Room for all of it at once, because growing would leave unwiped copies behind.
        let mut body = Zeroizing::new(Vec::with_capacity(announced));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if chunk.len() > limit - body.len() => return Err(too_large()),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) if error.is_timeout() => {
                    return Err(PlaidError::Timeout { endpoint: at.endpoint, sent: true, after: patience });
                }
                Err(_) => return Err(PlaidError::Truncated { at: at.clone() }),
            }
        }
    }

    fn transport(&self, endpoint: Endpoint, patience: Duration, error: reqwest::Error) -> PlaidError {
        let error = error.without_url();
        let connecting = error.is_connect();
        if let Some(reason) = tls_reason(&error) {
            return PlaidError::Tls { endpoint, reason };
        }
        if error.is_timeout() {
            let after = if connecting { self.timeouts.connect } else { patience };
            return PlaidError::Timeout { endpoint, sent: !connecting, after };
        }
        let reason = if error.is_dns() { "its name was not resolved".to_owned() } else { deepest(&error) };
        PlaidError::Network { endpoint, sent: !(connecting || error.is_builder()), reason, source: Box::new(error) }
    }
}

fn headers(credentials: &Credentials<'_>) -> Result<HeaderMap, PlaidError> {
    let mut headers = HeaderMap::new();
    headers.insert(CLIENT_ID, sensitive("client id", credentials.client_id)?);
    headers.insert(SECRET, sensitive("secret", credentials.secret.expose())?);
    headers.insert(PLAID_VERSION, HeaderValue::from_static(wire::VERSION));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(headers)
}

fn sensitive(what: &'static str, text: &str) -> Result<HeaderValue, PlaidError> {
    let graphic = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let mut value = HeaderValue::from_str(text).ok().filter(|_| graphic).ok_or(PlaidError::BadCredentials { what })?;
    value.set_sensitive(true);
    Ok(value)
}

fn answered(endpoint: Endpoint, response: &Response) -> Answered {
    let request_id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(cap);
    Answered { endpoint, status: response.status().as_u16(), request_id }
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

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Seconds only: the date form would need a clock, and Plaid documents neither.
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
    fn credentials_are_sensitive_and_checked() {
        let secret = Secret::new("abc".to_owned());
        let sent = headers(&Credentials { client_id: "id", secret: &secret }).unwrap();
        assert!(sent[&SECRET].is_sensitive() && sent[&CLIENT_ID].is_sensitive());
        assert_eq!(sent[&PLAID_VERSION], "2020-09-14");
        for bad in ["", "a b", "a\nb", "ü"] {
            let error = headers(&Credentials { client_id: bad, secret: &secret }).unwrap_err();
            assert!(matches!(error, PlaidError::BadCredentials { what: "client id" }));
        }
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
