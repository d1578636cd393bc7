//! The client: configuration, and the one way every request takes. The endpoints themselves stand in the modules beside.
//!
//! Invariant: a token is checked against the environment before anything is sent, and leaves only in a request body.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;
use zeroize::Zeroizing;

use super::{
    endpoint::Endpoint,
    environment::Environment,
    error::PlaidError,
    http::{Answer, Credentials, Http, Timeouts},
    pacing::{Limiter, Limits, Patience, RealTime, Time},
    target::Target,
    token::TokenKind,
    wire::ErrorObject,
};
use crate::{
    domain::{dates::Timestamp, ids::ConnectionId},
    http::Meter,
    secret::Secret,
};

/// Answers beyond this many bytes, decompressed, are refused; Plaid's largest page is far below.
const BODY_LIMIT: usize = 32 << 20;

/// How a page loop defends itself.
#[derive(Debug, Clone, Copy)]
pub struct LoopBounds {
    /// Pages of one loop; at 500 rows each, ten million rows.
    pub pages: usize,
    /// How often a loop starts again because the data changed under it.
    pub restarts: usize,
}

impl Default for LoopBounds {
    fn default() -> Self {
        Self { pages: 20_000, restarts: 5 }
    }
}

/// Everything a client is made of; see [`Config::new`] for the defaults.
pub struct Config {
    /// The environment that the credentials belong to.
    pub environment: Environment,
    /// A stand-in on this machine instead of Plaid; sandbox only.
    pub base_url: Option<String>,
    /// Plaid's client id.
    pub client_id: String,
    /// Plaid's secret of that environment.
    pub secret: Secret<String>,
    /// How long to wait for answers.
    pub timeouts: Timeouts,
    /// How to try again.
    pub patience: Patience,
    /// Whether to hold back below Plaid's limits.
    pub limits: Limits,
    /// Largest answer in bytes, decompressed.
    pub body_limit: usize,
    /// Bounds of page loops.
    pub bounds: LoopBounds,
    /// What waiting means.
    pub time: Arc<dyn Time>,
    /// Told of every call.
    pub meter: Meter,
}

impl Config {
    /// Credentials with everything else as it should be towards Plaid.
    pub fn new(environment: Environment, client_id: impl Into<String>, secret: Secret<String>) -> Self {
        Self {
            environment,
            base_url: None,
            client_id: client_id.into(),
            secret,
            timeouts: Timeouts::default(),
            patience: Patience::default(),
            limits: Limits::ByTarget,
            body_limit: BODY_LIMIT,
            bounds: LoopBounds::default(),
            time: Arc::new(RealTime::default()),
            meter: Meter::default(),
        }
    }
}

struct Inner {
    http: Http,
    limiter: Limiter,
    patience: Patience,
    bounds: LoopBounds,
    time: Arc<dyn Time>,
    secret: Secret<String>,
    meter: Meter,
}

/// A client of Plaid, cheap to clone and to share between tasks.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    about: Option<ConnectionId>,
}

/// The token of a request, checked before it goes.
#[derive(Clone, Copy)]
pub(crate) enum Bearer<'a> {
    Nothing,
    Access(&'a Secret<String>),
    Public(&'a Secret<String>),
    Link(&'a Secret<String>),
}

impl<'a> Bearer<'a> {
    /// The token that stands for a connection in the token buckets.
    fn connection(self) -> Option<&'a Secret<String>> {
        match self {
            Self::Access(token) => Some(token),
            _ => None,
        }
    }

    fn check(self, target: &Target) -> Result<(), PlaidError> {
        match self {
            Self::Nothing => Ok(()),
            Self::Access(token) => target.check_token(TokenKind::Access, token),
            Self::Public(token) => target.check_token(TokenKind::Public, token),
            Self::Link(token) => target.check_token(TokenKind::Link, token),
        }
    }
}

impl Client {
    /// Makes a client; nothing is sent yet.
    pub fn new(config: Config) -> Result<Self, PlaidError> {
        let target = Target::choose(config.environment, config.base_url.as_deref())?;
        target.check_secret(&config.secret)?;
        let limiter = Limiter::new(config.limits, &target, &config.time);
        let credentials = Credentials { client_id: &config.client_id, secret: &config.secret };
        let http = Http::new(target, &credentials, config.timeouts, config.body_limit)?;
        let Config { patience, bounds, time, secret, meter, .. } = config;
        let inner = Arc::new(Inner { http, limiter, patience, bounds, time, secret, meter });
        Ok(Self { inner, about: None })
    }

    /// The same client for calls about one connection, which are counted as its own.
    #[must_use]
    pub fn about(&self, connection: ConnectionId) -> Self {
        Self { inner: Arc::clone(&self.inner), about: Some(connection) }
    }

    /// Where its calls are gathered.
    pub fn meter(&self) -> &Meter {
        &self.inner.meter
    }

    /// The environment in use.
    pub fn environment(&self) -> Environment {
        self.inner.http.target().environment
    }

    /// Whether a stand-in on this machine is spoken to instead of Plaid.
    pub fn is_stand_in(&self) -> bool {
        self.inner.http.target().loopback
    }

    /// The address of that stand-in.
    pub fn stand_in(&self) -> Option<&url::Url> {
        let target = self.inner.http.target();
        target.loopback.then_some(&target.base)
    }

    /// When Plaid's latest answer left, by Plaid's clock; none before there was one.
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.inner.http.answered_at()
    }

    pub(crate) fn bounds(&self) -> LoopBounds {
        self.inner.bounds
    }

    /// Waits as the retry policy waits before its `nth` try, without a request.
    pub(crate) async fn pause(&self, nth: u32) {
        let Patience { first, longest, .. } = self.inner.patience;
        self.inner.time.sleep(first.saturating_mul(1 << nth.min(16)).min(longest)).await;
    }

    /// Sends a request and reads its answer into `Answer`.
    pub(crate) async fn call<Request, Reply>(
        &self,
        endpoint: Endpoint,
        bearer: Bearer<'_>,
        request: &Request,
    ) -> Result<Reply, PlaidError>
    where
        Request: Serialize + Sync,
        Reply: DeserializeOwned,
    {
        self.call_with(endpoint, bearer, request, |answer| decode(answer)).await
    }

    /// Sends a request and hands the whole answer of a success to `read`.
    pub(crate) async fn call_with<Request, Reply>(
        &self,
        endpoint: Endpoint,
        bearer: Bearer<'_>,
        request: &Request,
        read: impl Fn(&Answer) -> Result<Reply, PlaidError> + Send + Sync,
    ) -> Result<Reply, PlaidError>
    where
        Request: Serialize + Sync,
    {
        let inner = &*self.inner;
        bearer.check(inner.http.target())?;
        let body = serde_json::to_vec(request)
            .map(Zeroizing::new)
            .map_err(|_| PlaidError::Unsendable { endpoint, reason: "it does not fit into JSON" })?;
        let (body, read, about) = (body.as_slice(), &read, self.about);
        let attempt = move || async move {
            inner.limiter.ready(endpoint, bearer.connection()).await;
            let watch = inner.meter.watch(endpoint.path(), about, endpoint.cost()).map_err(PlaidError::from)?;
            let result = match inner.http.post(endpoint, body).await {
                Ok(answer) if answer.at.status == 200 => read(&answer),
                Ok(answer) => Err(refusal(&answer, &inner.secret)),
                Err(error) => Err(error),
            };
            watch.ends(&result);
            result
        };
        inner.patience.run(&inner.time, endpoint.facts().repeat, attempt).await
    }
}

/// Reads an answer of status 200.
pub(crate) fn decode<'a, Reply: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<Reply, PlaidError> {
    serde_json::from_slice(&answer.body).map_err(|error| misread(answer, &error))
}

/// Reads an answer of any other status, which is Plaid's error object.
fn refusal(answer: &Answer, secret: &Secret<String>) -> PlaidError {
    match decode::<ErrorObject>(answer) {
        Ok(object) => PlaidError::from_wire(&answer.at, object, answer.retry_after, secret),
        Err(error) => error,
    }
}

/// Names what was wrong with an answer by place and, if one is missing, by field; its values stay unsaid.
pub(crate) fn misread(answer: &Answer, error: &serde_json::Error) -> PlaidError {
    let at = answer.at.clone();
    match error.classify() {
        Category::Eof => PlaidError::Truncated { at },
        Category::Syntax | Category::Io => PlaidError::Malformed {
            at,
            what: format!("it is not JSON at line {} column {}", error.line(), error.column()),
        },
        Category::Data => PlaidError::Malformed { at, what: shape(error) },
    }
}

/// What a value had wrong, without the value: serde's own words quote it, except where a field is missing.
fn shape(error: &serde_json::Error) -> String {
    let words = error.to_string();
    match words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(field) => format!("the field `{field}` is missing"),
        None => format!("a value of an unexpected kind at line {} column {}", error.line(), error.column()),
    }
}
