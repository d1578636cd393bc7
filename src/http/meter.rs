//! What became of each call: told before it leaves, gathered here, taken from here by whoever keeps it.
//!
//! Invariant: an endpoint, a code, a time and a connection's number, never a token, an address or an answer. A call that costs
//! something does not leave before it is written down. What nobody takes is bounded.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use crate::domain::{
    calls::{self, Call},
    ids::ConnectionId,
};

/// So many calls wait to be taken; a sync takes them with every connection.
const MOST: usize = 100_000;

/// Who writes a call down before it leaves, so that it counts as made whatever becomes of this process.
pub trait Notebook: Send + Sync {
    /// Writes it down on the disk; an error says why that could not be.
    fn note(&self, call: &Call) -> Result<(), String>;
}

/// What a call costs of what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Nothing.
    Nothing,
    /// One of a number that the provider allows a day.
    Quota,
    /// Money.
    Money,
}

/// How a call ended, as an error tells it.
pub(crate) trait Ended {
    /// The provider's code, or what happened on the way.
    fn word(&self) -> &str;
    /// Whether the request may have left this machine.
    fn left(&self) -> bool;
    /// Whether the provider may have done what was asked.
    fn done(&self) -> bool;
}

/// A call that could not be written down, and so was not made.
#[derive(Debug)]
pub(crate) struct Unnoted(pub(crate) String);

#[derive(Default)]
struct Inner {
    calls: Mutex<Vec<Call>>,
    notebook: Mutex<Option<Arc<dyn Notebook>>>,
}

/// Where calls are gathered; cheap to clone, every clone is the same one.
#[derive(Clone, Default)]
pub struct Meter(Arc<Inner>);

impl Meter {
    /// From here on calls that cost something are written down in this notebook before they leave.
    pub fn note_in(&self, notebook: Arc<dyn Notebook>) {
        *self.0.notebook.lock().unwrap_or_else(PoisonError::into_inner) = Some(notebook);
    }

    /// Takes in calls that another process had begun.
    pub fn put(&self, calls: Vec<Call>) {
        self.calls().extend(calls);
    }

    /// The calls since the last time, in the order in which they ended.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls())
    }

    /// The same of those that were about a connection, or about none.
    pub fn take_about(&self, connection: ConnectionId) -> Vec<Call> {
        let about = |call: &mut Call| call.connection.is_none_or(|about| about == connection);
        self.calls().extract_if(.., about).collect()
    }

    /// Whether calls about a connection wait to be taken.
    pub fn has_about(&self, connection: ConnectionId) -> bool {
        self.calls().iter().any(|call| call.connection == Some(connection))
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.calls().is_empty()
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to watch a call that is about to leave.
    pub(crate) fn watch(
        &self,
        endpoint: &'static str,
        about: Option<ConnectionId>,
        cost: Cost,
    ) -> Result<Watch, Unnoted> {
        let call = Call {
            endpoint: Cow::Borrowed(endpoint),
            connection: about,
            outcome: calls::INTERRUPTED.to_owned(),
            millis: None,
            left: true,
            billable: cost == Cost::Money,
        };
        let notebook = self.0.notebook.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(notebook) = notebook.filter(|_| cost != Cost::Nothing) {
            notebook.note(&call).map_err(Unnoted)?;
        }
        Ok(Watch { meter: self.clone(), began: Instant::now(), call: Some(call) })
    }
}

/// A call under way. Dropped before its end it counts as interrupted, and as billed where it may have been.
pub(crate) struct Watch {
    meter: Meter,
    began: Instant,
    call: Option<Call>,
}

impl Watch {
    pub(crate) fn ends<T, E: Ended>(mut self, result: &Result<T, E>) {
        match (self.call.as_mut(), result) {
            (Some(call), Ok(_)) => calls::OK.clone_into(&mut call.outcome),
            (Some(call), Err(error)) => {
                calls::outcome(error.word()).clone_into(&mut call.outcome);
                call.left = error.left();
                call.billable &= error.done();
            }
            (None, _) => {}
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(mut call) = self.call.take() else { return };
        call.millis = Some(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let mut calls = self.meter.calls();
        if calls.len() < MOST {
            calls.push(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl Notebook for Full {
        fn note(&self, call: &Call) -> Result<(), String> {
            Err(format!("no space for {}", call.endpoint))
        }
    }

    struct Failed {
        left: bool,
    }

    impl Ended for Failed {
        fn word(&self) -> &'static str {
            "network"
        }

        fn left(&self) -> bool {
            self.left
        }

        fn done(&self) -> bool {
            self.left
        }
    }

    #[test]
    fn what_costs_something_is_written_down_or_not_made() {
        let meter = Meter::default();
        meter.note_in(Arc::new(Full));
        for cost in [Cost::Quota, Cost::Money] {
            assert!(meter.watch("/x", None, cost).is_err_and(|Unnoted(why)| why == "no space for /x"));
        }
        assert!(meter.is_empty());
        meter.watch("/x", None, Cost::Nothing).unwrap().ends(&Ok::<_, Failed>(()));
        assert_eq!(meter.take()[0].outcome, calls::OK);
    }

    #[test]
    fn a_call_counts_by_how_far_it_came() {
        let meter = Meter::default();
        let ends = |result: Result<(), Failed>| {
            meter.watch("/x", Some(ConnectionId(1)), Cost::Money).unwrap().ends(&result);
            meter.take().remove(0)
        };
        assert!(ends(Ok(())).billable);
        let lost = ends(Err(Failed { left: true }));
        assert!(lost.left && lost.billable && lost.outcome == "network");
        let never = ends(Err(Failed { left: false }));
        assert!(!never.left && !never.billable);
        drop(meter.watch("/x", None, Cost::Money).unwrap());
        let dropped = meter.take_about(ConnectionId(1)).remove(0);
        assert!(dropped.left && dropped.billable && dropped.outcome == calls::INTERRUPTED);
    }

    #[test]
    fn calls_about_others_stay() {
        let meter = Meter::default();
        for about in [Some(ConnectionId(1)), None, Some(ConnectionId(2))] {
            drop(meter.watch("/x", about, Cost::Nothing).unwrap());
        }
        assert_eq!(meter.take_about(ConnectionId(1)).len(), 2);
        assert_eq!(meter.take()[0].connection, Some(ConnectionId(2)));
    }
}
