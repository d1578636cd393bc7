//! Rate limits of Plaid's sandbox, per Item and endpoint in a sliding minute. Uses nothing of the house.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Endpoint, calls a minute and Item, code.
const PER_ITEM: &[(&str, usize, &str)] = &[
    ("/transactions/sync", 50, "TRANSACTIONS_SYNC_LIMIT"),
    ("/transactions/refresh", 2, "RATE_LIMIT"),
    ("/accounts/get", 100, "ACCOUNTS_LIMIT"),
    ("/accounts/balance/get", 25, "BALANCE_LIMIT"),
    ("/liabilities/get", 10, "RATE_LIMIT"),
    ("/investments/holdings/get", 15, "RATE_LIMIT"),
    ("/item/get", 40, "ITEM_GET_LIMIT"),
    ("/item/remove", 100, "RATE_LIMIT"),
    ("/sandbox/transactions/create", 2, "RATE_LIMIT"),
];

/// When each Item was asked what, within the last minute.
#[derive(Debug, Default)]
pub(crate) struct Limits(HashMap<(&'static str, String), VecDeque<Instant>>);

impl Limits {
    /// Counts a call; the code of the limit that it exceeds.
    pub(crate) fn exceeded(&mut self, path: &str, item_id: &str) -> Option<&'static str> {
        let &(path, most, code) = PER_ITEM.iter().find(|limit| limit.0 == path)?;
        let calls = self.0.entry((path, item_id.to_owned())).or_default();
        let now = Instant::now();
        while calls.front().is_some_and(|&call| now.duration_since(call) >= Duration::from_mins(1)) {
            calls.pop_front();
        }
        if calls.len() >= most {
            return Some(code);
        }
        calls.push_back(now);
        None
    }
}

/// The code of a 429 on this endpoint.
pub(crate) fn code_of(path: &str) -> &'static str {
    match path {
        "/institutions/get_by_id" => "INSTITUTIONS_GET_BY_ID_LIMIT",
        _ => PER_ITEM.iter().find(|limit| limit.0 == path).map_or("RATE_LIMIT", |limit| limit.2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_per_item_and_endpoint() {
        let mut limits = Limits::default();
        let path = "/transactions/refresh";
        assert!((0..2).all(|_| limits.exceeded(path, "a").is_none()));
        assert_eq!(limits.exceeded(path, "a"), Some("RATE_LIMIT"));
        assert_eq!(limits.exceeded(path, "b"), None);
        assert_eq!(limits.exceeded("/elsewhere", "a"), None);
    }
}
