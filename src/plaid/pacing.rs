//! Time as the client feels it: waiting, token buckets below Plaid's limits, growing pauses between tries.
//!
//! Invariant: every delay goes through [`Time`], so that tests wait for nothing.

use std::{
    collections::HashMap,
    future::Future,
    hash::{BuildHasher as _, RandomState},
    num::NonZeroU32,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use backon::{ExponentialBuilder, Retryable as _};
use governor::{Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::HashMapStateStore};

use super::{
    action::Action,
    endpoint::{Allowed, Endpoint, Repeat},
    environment::Environment,
    error::PlaidError,
    target::Target,
};
use crate::secret::Secret;

/// A wait that can be handed around.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock that only runs forward, and waiting on it.
pub trait Time: Send + Sync + 'static {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, how_long: Duration) -> Wait;
}

/// The machine's own time.
#[derive(Debug)]
pub struct RealTime(Instant);

impl Default for RealTime {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Time for RealTime {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, how_long: Duration) -> Wait {
        Box::pin(tokio::time::sleep(how_long))
    }
}

/// Whether requests are held back below Plaid's rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Towards Plaid yes, towards a stand-in on this machine no (it is not Plaid, and may hold millions of rows).
    ByTarget,
    /// Always.
    Always,
}

/// How often and how patiently a request is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Tries after the first.
    pub retries: usize,
    /// The first pause; the others double, each with as much again at random.
    pub first: Duration,
    /// The longest of the growing pauses, and the longest `Retry-After` that is waited for.
    pub longest: Duration,
    /// How long after the first try the last one may start.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retries: 3,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            total: Duration::from_secs(30),
        }
    }
}

/// Whether an error is tried again within one run, given what repeating the request may do.
pub(crate) fn tries_again(repeat: Repeat, error: &PlaidError) -> bool {
    let never_received =
        matches!(error, PlaidError::Network { sent: false, .. } | PlaidError::Timeout { sent: false, .. });
    let refused = error.api().is_some_and(|api| api.action.retries_now());
    match repeat {
        Repeat::Fatal => never_received,
        Repeat::Costly => never_received || refused,
        Repeat::Harmless => never_received || refused || passes(error),
    }
}

/// Accidents of the way to Plaid: a broken connection, a cut answer, a gateway's own error page. A time-out is none of them,
/// because the owner has waited long enough by then.
fn passes(error: &PlaidError) -> bool {
    match error {
        PlaidError::Network { .. } | PlaidError::Truncated { .. } => true,
        PlaidError::NotJson { .. } | PlaidError::Malformed { .. } => error.action() == Action::RetryLater,
        _ => false,
    }
}

impl Patience {
    /// Runs `attempt` until it succeeds, fails for good, or patience ends.
    pub(crate) async fn run<T, F, Fut>(&self, time: &Arc<dyn Time>, repeat: Repeat, attempt: F) -> Result<T, PlaidError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, PlaidError>>,
    {
        let pauses = ExponentialBuilder::new()
            .with_jitter()
            .with_jitter_seed(RandomState::new().hash_one(0_u8))
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_max_times(self.retries);
        let (clock, sleeper) = (Arc::clone(time), Arc::clone(time));
        let (longest, total, started) = (self.longest, self.total, time.now());
        attempt
            .retry(pauses)
            .sleep(move |pause| sleeper.sleep(pause))
            .when(|error| tries_again(repeat, error))
            .adjust(move |error: &PlaidError, pause| {
                let asked = error.api().and_then(|api| api.retry_after).unwrap_or_default();
                let pause = pause?.max(asked);
                let starts = clock.now().saturating_sub(started).saturating_add(pause);
                (asked <= longest && starts <= total).then_some(pause)
            })
            .await
    }
}

/// [`Time`] in the shape that the token buckets want.
struct BucketClock(Arc<dyn Time>);

impl clock::Clock for BucketClock {
    type Instant = Duration;
    fn now(&self) -> Duration {
        self.0.now()
    }
}

type Bucket = RateLimiter<u64, HashMapStateStore<u64>, BucketClock, NoOpMiddleware<Duration>>;

/// One bucket an endpoint for each connection, and one for all of them.
struct Buckets {
    item: Option<Bucket>,
    client: Bucket,
}

/// Holds requests back so that Plaid's limits are never met.
pub(crate) struct Limiter {
    buckets: HashMap<Endpoint, Buckets>,
    time: Arc<dyn Time>,
    keys: RandomState,
}

const WHOLE_CLIENT: u64 = 0;

impl Limiter {
    pub(crate) fn new(limits: Limits, target: &Target, time: &Arc<dyn Time>) -> Self {
        let held = !target.loopback || limits == Limits::Always;
        let endpoints = Endpoint::ALL.into_iter().filter(|_| held);
        let bucket = |limit| RateLimiter::hashmap_with_clock(quota(limit), BucketClock(Arc::clone(time)));
        let buckets = endpoints
            .map(|endpoint| {
                let Allowed { item, client } = allowed(endpoint, target.environment);
                (endpoint, Buckets { item: item.map(bucket), client: bucket(client) })
            })
            .collect();
        Self { buckets, time: Arc::clone(time), keys: RandomState::new() }
    }

    /// Waits until a request may go; `connection` is the access token, of which only a keyed hash is kept.
    pub(crate) async fn ready(&self, endpoint: Endpoint, connection: Option<&Secret<String>>) {
        let Some(buckets) = self.buckets.get(&endpoint) else { return };
        if let (Some(bucket), Some(token)) = (&buckets.item, connection) {
            self.wait(bucket, self.keys.hash_one(token.expose())).await;
        }
        self.wait(&buckets.client, WHOLE_CLIENT).await;
    }

    async fn wait(&self, bucket: &Bucket, key: u64) {
        while let Err(not_yet) = bucket.check_key(&key) {
            self.time.sleep(not_yet.wait_time_from(self.time.now())).await;
        }
    }
}

fn allowed(endpoint: Endpoint, environment: Environment) -> Allowed {
    let facts = endpoint.facts();
    match environment {
        Environment::Production => facts.production,
        Environment::Sandbox => facts.sandbox,
    }
}

/// A full bucket plus what drips in during a minute stays within Plaid's limit of that minute.
fn quota(limit: u32) -> Quota {
    let half = NonZeroU32::new(limit / 2).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(half).allow_burst(half)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::plaid::error::{Answered, Source};

    /// Jumps instead of waiting, and remembers how far.
    #[derive(Default)]
    struct Jumps(Mutex<(Duration, Vec<Duration>)>);

    impl Time for Jumps {
        fn now(&self) -> Duration {
            self.0.lock().unwrap().0
        }
        fn sleep(&self, how_long: Duration) -> Wait {
            let mut state = self.0.lock().unwrap();
            state.0 += how_long;
            state.1.push(how_long);
            Box::pin(std::future::ready(()))
        }
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    fn api(code: &str, retry_after: Option<u64>) -> PlaidError {
        let object =
            format!(r#"{{"error_type":"T","error_code":"{code}","error_message":"m","display_message":null}}"#);
        let at = Answered { endpoint: Endpoint::ItemGet, status: 429, request_id: None };
        let retry_after = retry_after.map(Duration::from_secs);
        PlaidError::from_wire(&at, serde_json::from_str(&object).unwrap(), retry_after, &Secret::new(String::new()))
    }

    fn network(sent: bool) -> PlaidError {
        let source: Source = "reset".into();
        PlaidError::Network { endpoint: Endpoint::ItemGet, sent, reason: "reset".to_owned(), source }
    }

    fn tries(repeat: Repeat, error: impl Fn() -> PlaidError) -> (usize, Vec<Duration>) {
        let jumps = Arc::new(Jumps::default());
        let time: Arc<dyn Time> = jumps.clone();
        let mut count = 0;
        let result: Result<(), _> = block_on(Patience::default().run(&time, repeat, || {
            count += 1;
            std::future::ready(Err(error()))
        }));
        assert!(result.is_err());
        let pauses = jumps.0.lock().unwrap().1.clone();
        (count, pauses)
    }

    #[test]
    fn only_what_is_safe_is_tried_again() {
        for (repeat, on_refusal, on_lost, on_reset) in
            [(Repeat::Harmless, 4, 4, 4), (Repeat::Costly, 4, 4, 1), (Repeat::Fatal, 1, 4, 1)]
        {
            assert_eq!(tries(repeat, || api("INTERNAL_SERVER_ERROR", None)).0, on_refusal, "{repeat:?}");
            assert_eq!(tries(repeat, || network(false)).0, on_lost, "{repeat:?}");
            assert_eq!(tries(repeat, || network(true)).0, on_reset, "{repeat:?}");
            for code in ["ITEM_LOGIN_REQUIRED", "CREDITS_EXHAUSTED", "INSTITUTION_DOWN", "INVALID_FIELD"] {
                assert_eq!(tries(repeat, || api(code, None)).0, 1, "{code}");
            }
        }
        let timeout = || PlaidError::Timeout { endpoint: Endpoint::ItemGet, sent: true, after: Duration::from_mins(1) };
        assert_eq!(tries(Repeat::Harmless, timeout).0, 1);
    }

    #[test]
    fn pauses_grow_and_honour_retry_after_within_reason() {
        let (_, pauses) = tries(Repeat::Harmless, || api("RATE_LIMIT", None));
        for (pause, least) in pauses.iter().zip([500, 1000, 2000]) {
            let least = Duration::from_millis(least);
            assert!(*pause >= least && *pause <= 2 * least, "{pauses:?}");
        }
        let (count, pauses) = tries(Repeat::Harmless, || api("RATE_LIMIT", Some(7)));
        assert_eq!((count, pauses), (4, vec![Duration::from_secs(7); 3]));
        assert_eq!(tries(Repeat::Harmless, || api("RATE_LIMIT", Some(3600))).0, 1, "an hour is not waited for");
        assert_eq!(tries(Repeat::Harmless, || api("RATE_LIMIT", Some(20))).0, 2, "the total is capped");
    }

    #[test]
    fn buckets_stay_within_plaids_limit_of_any_minute() {
        let target = Target::choose(Environment::Production, None).unwrap();
        for (endpoint, limit) in [
            (Endpoint::TransactionsSync, 50),
            (Endpoint::BalanceGet, 5),
            (Endpoint::TransactionsRefresh, 2),
            (Endpoint::ItemGet, 15),
        ] {
            let jumps = Arc::new(Jumps::default());
            let time: Arc<dyn Time> = jumps.clone();
            let limiter = Limiter::new(Limits::ByTarget, &target, &time);
            let token = Secret::new("access-production-1".to_owned());
            let mut sent = Vec::new();
            for _ in 0..200 {
                block_on(limiter.ready(endpoint, Some(&token)));
                sent.push(time.now());
            }
            for (start, from) in sent.iter().enumerate() {
                let minute = sent[start..].iter().take_while(|at| **at < *from + Duration::from_mins(1)).count();
                assert!(minute <= limit, "{endpoint:?}: {minute} in a minute");
            }
        }
    }

    #[test]
    fn connections_do_not_hold_each_other_back_and_a_stand_in_is_not_held_back() {
        let jumps = Arc::new(Jumps::default());
        let time: Arc<dyn Time> = jumps.clone();
        let plaid = Limiter::new(Limits::ByTarget, &Target::choose(Environment::Production, None).unwrap(), &time);
        for number in 0..40 {
            block_on(plaid.ready(Endpoint::BalanceGet, Some(&Secret::new(format!("access-production-{number}")))));
        }
        assert_eq!(time.now(), Duration::ZERO);
        let local = Target::choose(Environment::Sandbox, Some("http://127.0.0.1:1")).unwrap();
        let local = Limiter::new(Limits::ByTarget, &local, &time);
        let token = Secret::new("access-sandbox-1".to_owned());
        for _ in 0..500 {
            block_on(local.ready(Endpoint::TransactionsRefresh, Some(&token)));
        }
        assert_eq!(time.now(), Duration::ZERO);
    }
}
