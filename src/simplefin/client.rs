//! The client: a claim, and the accounts of a window.
//!
//! Invariant: an access URL goes to its own address only, in a header.

use std::time::Duration;

use url::Url;
use zeroize::Zeroizing;

use super::{
    error::SimpleFinError,
    target::{Access, SetupToken},
    window::Window,
    wire::AccountSet,
};
use crate::{
    domain::ids::ConnectionId,
    http::{Answer, Cost, Http, Meter, Sending, Timeouts, headers, is_json, is_loopback},
    secret::Secret,
};

/// Answers beyond this many bytes, decompressed, are refused.
const BODY_LIMIT: usize = 32 << 20;

/// The names that calls are counted under.
const CLAIM: &str = "/simplefin/claim";
const ACCOUNTS: &str = "/simplefin/accounts";

/// The version of the protocol that answers are asked for in; a server of version 1 does not know the question.
const VERSION: &str = "2";

/// What a claim gave: the access URL, once and never again.
pub type Claimed = Secret<String>;

/// A client of SimpleFIN servers, cheap to clone.
#[derive(Clone)]
pub struct Client {
    /// Whether a server on this machine may be spoken to.
    sandbox: bool,
    timeouts: Timeouts,
    meter: Meter,
    about: Option<ConnectionId>,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    pub fn new(sandbox: bool, meter: Meter) -> Self {
        Self { sandbox, timeouts: Timeouts::default(), meter, about: None }
    }

    /// The same client for calls about one connection, which are counted as its own.
    #[must_use]
    pub fn about(&self, connection: ConnectionId) -> Self {
        Self { about: Some(connection), ..self.clone() }
    }

    /// Reads what the user got at the Bridge.
    pub fn setup_token(&self, text: &Secret<String>) -> Result<SetupToken, SimpleFinError> {
        SetupToken::parse(text, self.sandbox)
    }

    /// Claims a setup token. It works once: the answer must not be lost.
    pub async fn claim(&self, token: &SetupToken) -> Result<Claimed, SimpleFinError> {
        let watch = self.meter.watch(CLAIM, self.about, Cost::Quota)?;
        let claimed = self.send_claim(token).await;
        watch.ends(&claimed);
        claimed
    }

    async fn send_claim(&self, token: &SetupToken) -> Result<Claimed, SimpleFinError> {
        let bad = SimpleFinError::BadSetupToken { reason: "there is no claim URL in it" };
        let url = Url::parse(token.claim.expose()).map_err(|_| bad)?;
        let answer = self.send(url, Some(b""), None, self.timeouts.total).await?;
        match answer.head.status {
            200 => {}
            402 => return Err(SimpleFinError::PaymentRequired),
            403 => return Err(SimpleFinError::AlreadyClaimed),
            status => return Err(SimpleFinError::Status { status }),
        }
        let what = || SimpleFinError::Malformed { what: "the claim gave no text".to_owned() };
        let text = std::str::from_utf8(&answer.body).map_err(|_| what())?;
        Ok(Secret::new(text.trim().to_owned()))
    }

    /// Checks an access URL without using it.
    pub fn check(&self, access: &Secret<String>) -> Result<(), SimpleFinError> {
        Access::parse(access, self.sandbox).map(|_| ())
    }

    /// Reads the accounts; with a window also their transactions, pending ones among them.
    pub async fn accounts(
        &self,
        access: &Secret<String>,
        window: Option<Window>,
    ) -> Result<AccountSet, SimpleFinError> {
        let access = Access::parse(access, self.sandbox)?;
        let watch = self.meter.watch(ACCOUNTS, self.about, Cost::Quota)?;
        let set = self.send_accounts(access, window).await;
        watch.ends(&set);
        set
    }

    async fn send_accounts(&self, access: Access, window: Option<Window>) -> Result<AccountSet, SimpleFinError> {
        let mut url = access.base;
        let path = format!("{}/accounts", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.query_pairs_mut().append_pair("version", VERSION);
        match window {
            Some(Window { start, end }) => url
                .query_pairs_mut()
                .append_pair("start-date", &start.as_second().to_string())
                .append_pair("end-date", &end.as_second().to_string())
                .append_pair("pending", "1"),
            None => url.query_pairs_mut().append_pair("balances-only", "1"),
        };
        let answer = self.send(url, None, Some(&access.authorization), self.timeouts.slow).await?;
        match answer.head.status {
            200 => {}
            401 | 403 => return Err(SimpleFinError::Revoked),
            402 => return Err(SimpleFinError::PaymentRequired),
            status => return Err(SimpleFinError::Status { status }),
        }
        if !is_json(&answer.content_type) {
            return Err(SimpleFinError::Malformed { what: format!("{} instead of JSON", answer.content_type) });
        }
        decode(&answer.body)
    }

    async fn send(
        &self,
        url: Url,
        post: Option<&[u8]>,
        authorization: Option<&Secret<String>>,
        patience: Duration,
    ) -> Result<Answer, SimpleFinError> {
        let loopback = is_loopback(&url);
        let headers = headers(&[("accept", "application/json, text/plain")], &[]).unwrap_or_default();
        let http = Http::new((loopback, url.scheme() == "http"), headers, self.timeouts.connect, BODY_LIMIT)?;
        Ok(http.send(Sending { url, post, authorization, patience, only_json: false }).await?)
    }
}

/// Reads an answer; what is wrong with it is named by its place and never by its value.
fn decode(body: &Zeroizing<Vec<u8>>) -> Result<AccountSet, SimpleFinError> {
    serde_json::from_slice(body).map_err(|error| {
        let words = error.to_string();
        let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let place = || format!("line {} column {}", error.line(), error.column());
        let what = match missing {
            Some(field) => format!("the field `{field}` is missing"),
            None if error.is_data() => format!("a value of an unexpected kind at {}", place()),
            None => format!("it is not JSON at {}", place()),
        };
        SimpleFinError::Malformed { what }
    })
}
