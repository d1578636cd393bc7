//! Calls of the provider: counters, times, error codes and success rates, and what the limits leave.
//!
//! Pure. Invariant: every call that was counted is in exactly one row of `endpoints` and in its outcomes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{
    calls::{CallBook, CallCount, OK},
    dates::Date,
    ids::ConnectionId,
    ratio::Ratio,
};

/// `metrics --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Metrics {
    /// The first day counted (UTC); `null` for all that is kept.
    pub since: Option<Date>,
    /// All calls.
    pub calls: u64,
    /// Those that brought what was asked for.
    pub succeeded: u64,
    /// Their part; `null` without calls.
    pub success_rate: Option<Ratio>,
    /// Those that may be billed one by one.
    pub billable: u64,
    /// One row an endpoint.
    pub endpoints: Vec<EndpointMetrics>,
    /// How often each error code came, the most frequent first.
    pub errors: Vec<OutcomeCount>,
    /// Connections.
    pub connections: Vec<ConnectionMetrics>,
    /// What the limits leave.
    pub limits: Limits,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EndpointMetrics {
    /// Its path.
    pub endpoint: String,
    /// How it is charged for: `free`, `request` (each one), `connection` (by the month).
    pub billing: &'static str,
    /// Its calls.
    pub calls: u64,
    /// Those that brought what was asked for.
    pub succeeded: u64,
    /// Their part.
    pub success_rate: Option<Ratio>,
    /// Calls that may be billed one by one.
    pub billable: u64,
    /// The time that half of the calls did not exceed, in milliseconds, exact to an eighth.
    pub p50_ms: Option<u64>,
    /// The time that 95 of 100 calls did not exceed.
    pub p95_ms: Option<u64>,
    /// All their time together.
    pub total_ms: u64,
    /// How they ended, `ok` among it.
    pub outcomes: Vec<OutcomeCount>,
}

/// How often calls ended so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OutcomeCount {
    /// `ok`, the provider's error code, or what happened on the way (`timeout`, `network` …).
    pub outcome: String,
    /// So many calls.
    pub calls: u64,
}

/// One connection today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ConnectionMetrics {
    /// `c1`.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// Calls about it today (UTC) that may have left this machine.
    pub calls_today: u64,
    /// Calls that its provider allows a day; `null` is without limit.
    pub max_calls_per_day: Option<u64>,
    /// Its syncs today, as `sync.max_per_day` counts them.
    pub syncs_today: u64,
}

/// What is used of each limit; `null` is without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Limits {
    /// Connections ever made, removed ones too.
    pub items_made: u64,
    /// `plaid.max_items`.
    pub max_items: Option<u64>,
    /// Calls today that may be billed one by one.
    pub billable_today: u64,
    /// `plaid.max_billable_per_day`.
    pub max_billable_per_day: Option<u64>,
    /// `sync.max_per_day`.
    pub max_syncs_per_day: Option<u64>,
}

/// Sums up what was counted; `billing` says how an endpoint is charged for.
pub fn build(
    since: Option<Date>,
    book: &CallBook,
    connections: Vec<ConnectionMetrics>,
    limits: Limits,
    billing: impl Fn(&str) -> &'static str,
) -> Metrics {
    let mut rows: BTreeMap<&str, Vec<&CallCount>> = BTreeMap::new();
    for count in &book.counts {
        rows.entry(&count.endpoint).or_default().push(count);
    }
    let endpoints: Vec<EndpointMetrics> =
        rows.iter().map(|(endpoint, counts)| one(endpoint, counts, book, billing(endpoint))).collect();
    let sum = |field: fn(&EndpointMetrics) -> u64| endpoints.iter().map(field).fold(0, u64::saturating_add);
    let (calls, succeeded, billable) = (sum(|row| row.calls), sum(|row| row.succeeded), sum(|row| row.billable));
    let failures = book.counts.iter().filter(|count| count.outcome != OK);
    let mut errors = outcomes(failures);
    errors.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.outcome.cmp(&b.outcome)));
    Metrics {
        since,
        calls,
        succeeded,
        success_rate: Ratio::of_counts(succeeded, calls),
        billable,
        endpoints,
        errors,
        connections,
        limits,
    }
}

fn one(endpoint: &str, counts: &[&CallCount], book: &CallBook, billing: &'static str) -> EndpointMetrics {
    let sum = |field: fn(&CallCount) -> u64| counts.iter().map(|count| field(count)).fold(0, u64::saturating_add);
    let calls = sum(|count| count.calls);
    let good = counts.iter().filter(|count| count.outcome == OK);
    let succeeded = good.map(|count| count.calls).fold(0, u64::saturating_add);
    let times = book.times.get(endpoint);
    EndpointMetrics {
        endpoint: endpoint.to_owned(),
        billing,
        calls,
        succeeded,
        success_rate: Ratio::of_counts(succeeded, calls),
        billable: sum(|count| count.billable),
        p50_ms: times.and_then(|times| times.percentile(50)),
        p95_ms: times.and_then(|times| times.percentile(95)),
        total_ms: sum(|count| count.millis),
        outcomes: outcomes(counts.iter().copied()),
    }
}

fn outcomes<'a>(counts: impl Iterator<Item = &'a CallCount>) -> Vec<OutcomeCount> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for count in counts {
        let sum = sums.entry(&count.outcome).or_default();
        *sum = sum.saturating_add(count.calls);
    }
    sums.into_iter().map(|(outcome, calls)| OutcomeCount { outcome: outcome.to_owned(), calls }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calls::Times;

    #[test]
    fn days_add_up_and_errors_are_ranked() {
        let count = |date: &str, endpoint: &str, outcome: &str, calls| CallCount {
            date: date.parse().unwrap(),
            endpoint: endpoint.to_owned(),
            outcome: outcome.to_owned(),
            calls,
            billable: u64::from(endpoint == "/b"),
            millis: calls * 10,
        };
        let mut times = Times::default();
        times.add(Times::step(10), 4);
        let book = CallBook {
            counts: vec![
                count("2026-01-01", "/a", OK, 2),
                count("2026-01-01", "/b", "RATE", 3),
                count("2026-01-02", "/a", OK, 1),
                count("2026-01-02", "/a", "DOWN", 1),
            ],
            times: BTreeMap::from([("/a".to_owned(), times)]),
        };
        let limits = Limits {
            items_made: 1,
            max_items: None,
            billable_today: 0,
            max_billable_per_day: None,
            max_syncs_per_day: None,
        };
        let metrics = build(None, &book, Vec::new(), limits, |_| "free");
        assert_eq!((metrics.calls, metrics.succeeded, metrics.billable), (7, 3, 1));
        assert_eq!(metrics.success_rate.unwrap().decimal(), "0.4285");
        let first = &metrics.endpoints[0];
        assert_eq!((first.calls, first.succeeded, first.total_ms, first.p95_ms), (4, 3, 40, Some(10)));
        assert_eq!((metrics.endpoints[1].p50_ms, metrics.errors[0].outcome.as_str()), (None, "RATE"));
        assert_eq!(metrics.errors.iter().map(|error| error.calls).collect::<Vec<_>>(), [3, 1]);
    }
}
