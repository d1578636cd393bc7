//! Plaid's side of HTTP: its address, its headers, its calls, and its words for what fails on the way.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    endpoint::Endpoint,
    error::{Answered, PlaidError},
    target::Target,
    wire,
};
pub use crate::http::Timeouts;
use crate::{
    domain::dates::Timestamp,
    http::{self, Failure, Head, Sending},
    secret::Secret,
};

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
    inner: http::Http,
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
        let plain =
            [("plaid-version", wire::VERSION), ("content-type", "application/json"), ("accept", "application/json")];
        let secret = [("plaid-client-id", credentials.client_id), ("plaid-secret", credentials.secret.expose())];
        let headers = http::headers(&plain, &secret)
            .map_err(|place| PlaidError::BadCredentials { what: ["client id", "secret"][place] })?;
        let way = (target.loopback, target.base.scheme() == "http");
        let inner = http::Http::new(way, headers, timeouts.connect, body_limit).map_err(|failure| match failure {
            Failure::Setup(reason) => PlaidError::Setup { reason },
            _ => PlaidError::Setup { reason: String::new() },
        })?;
        Ok(Self { inner, target, timeouts, body_limit, answered: Mutex::new(None) })
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
        let sending = Sending { url, post: Some(body), authorization: None, patience, only_json: true };
        let answer = self.inner.send(sending).await.map_err(|failure| self.failed(endpoint, failure))?;
        if let Some(date) = answer.head.date {
            *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(date);
        }
        Ok(Answer { at: answered(endpoint, answer.head), retry_after: answer.retry_after, body: answer.body })
    }

    fn failed(&self, endpoint: Endpoint, failure: Failure) -> PlaidError {
        match failure {
            Failure::Setup(reason) => PlaidError::Setup { reason },
            Failure::Network { sent, reason, source } => PlaidError::Network { endpoint, sent, reason, source },
            Failure::Timeout { sent, after } => PlaidError::Timeout { endpoint, sent, after },
            Failure::Tls(reason) => PlaidError::Tls { endpoint, reason },
            Failure::NotJson { head, content_type } => {
                PlaidError::NotJson { at: answered(endpoint, head), content_type }
            }
            Failure::Truncated(head) => PlaidError::Truncated { at: answered(endpoint, head) },
            Failure::TooLarge(head) => PlaidError::TooLarge { at: answered(endpoint, head), limit: self.body_limit },
            Failure::Redirected(head) => PlaidError::Redirected { at: answered(endpoint, head) },
        }
    }
}

fn answered(endpoint: Endpoint, head: Head) -> Answered {
    Answered { endpoint, status: head.status, request_id: head.request_id }
}
