//! What became of each call: gathered here, taken from here by whoever keeps it.
//!
//! Invariant: an endpoint, a code, a time and a connection's number, never a token, an address or an answer. What nobody takes is
//! bounded.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    endpoint::{Billing, Endpoint},
    error::PlaidError,
    pacing::Time,
};
use crate::domain::{
    calls::{self, Call},
    ids::ConnectionId,
};

/// So many calls wait to be taken; a sync takes them with every connection.
const MOST: usize = 100_000;

/// Where calls are gathered; cheap to clone, every clone is the same one.
#[derive(Clone, Default)]
pub struct Meter(Arc<Mutex<Vec<Call>>>);

impl Meter {
    /// The calls since the last time, in the order in which they ended.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn add(&self, call: Call) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() < MOST {
            calls.push(call);
        }
    }

    /// Begins to watch a call.
    pub(crate) fn watch(&self, time: &Arc<dyn Time>, endpoint: Endpoint, about: Option<ConnectionId>) -> Watch {
        Watch { meter: self.clone(), time: Arc::clone(time), began: time.now(), endpoint, about, ended: false }
    }
}

/// A call under way. Dropped before its end it counts as interrupted, and as billed where it may have been.
pub(crate) struct Watch {
    meter: Meter,
    time: Arc<dyn Time>,
    began: Duration,
    endpoint: Endpoint,
    about: Option<ConnectionId>,
    ended: bool,
}

impl Watch {
    pub(crate) fn ends<T>(mut self, result: &Result<T, PlaidError>) {
        self.ended = true;
        match result {
            Ok(_) => self.count(calls::OK, true),
            Err(error) => self.count(word(error), error.outcome_unknown()),
        }
    }

    fn count(&self, outcome: &str, done: bool) {
        let took = self.time.now().saturating_sub(self.began);
        self.meter.add(Call {
            endpoint: self.endpoint.path(),
            connection: self.about,
            outcome: outcome.to_owned(),
            millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            billable: done && self.endpoint.billing() == Billing::Request,
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            self.count("interrupted", true);
        }
    }
}

/// The provider's code, or what happened on the way.
fn word(error: &PlaidError) -> &str {
    match error {
        PlaidError::Api(error) => calls::outcome(&error.error_code),
        PlaidError::Network { .. } => "network",
        PlaidError::Timeout { .. } => "timeout",
        PlaidError::Tls { .. } => "tls",
        PlaidError::NotJson { .. } => "not_json",
        PlaidError::Truncated { .. } => "truncated",
        PlaidError::TooLarge { .. } => "too_large",
        PlaidError::Malformed { .. } => "malformed",
        PlaidError::Redirected { .. } => "redirected",
        _ => calls::OTHER,
    }
}
