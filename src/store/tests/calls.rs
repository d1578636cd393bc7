//! Counters of calls: what adds up, and what is bounded.

use crate::{
    domain::{
        calls::{Call, OK, OTHER},
        ids::ConnectionId,
    },
    store::{Store, testing},
};

fn call(outcome: &str, millis: u64) -> Call {
    Call {
        endpoint: "/accounts/balance/get".into(),
        connection: Some(ConnectionId(1)),
        outcome: outcome.to_owned(),
        millis: Some(millis),
        left: outcome != "network",
        billable: outcome == OK,
    }
}

fn count(store: &mut Store, day: &str, calls: &[Call]) {
    store.count_calls(calls, testing::at(&format!("{day}T12:00:00Z"))).unwrap();
}

#[test]
fn calls_add_up_by_day_and_leave_the_trail_alone() {
    let mut store = testing::linked();
    let before = (store.epoch().unwrap(), store.audit_head().unwrap());
    count(&mut store, "2026-03-20", &[call(OK, 10), call(OK, 30), call("INTERNAL_SERVER_ERROR", 5)]);
    count(&mut store, "2026-03-21", &[call(OK, 7)]);
    assert_eq!((store.epoch().unwrap(), store.audit_head().unwrap()), before);
    let all = store.calls(None).unwrap();
    let rows: Vec<_> =
        all.counts.iter().map(|row| (row.outcome.as_str(), row.calls, row.billable, row.millis)).collect();
    assert_eq!(rows, [("INTERNAL_SERVER_ERROR", 1, 0, 5), (OK, 2, 2, 40), (OK, 1, 1, 7)]);
    assert_eq!(all.times["/accounts/balance/get"].count(), 4);
    assert_eq!(store.calls(Some(testing::date("2026-03-21"))).unwrap().counts.len(), 1);
    let noon = testing::at("2026-03-20T12:00:00Z");
    assert_eq!(store.billable_on_day(noon).unwrap(), 2);
    assert_eq!(store.connection_calls(noon).unwrap()[&ConnectionId(1)], 3);
    assert!(store.check().unwrap().iter().all(|check| check.ok));
}

#[test]
fn a_call_that_never_left_is_shown_and_counts_for_no_quota() {
    let mut store = testing::linked();
    count(&mut store, "2026-03-20", &[call("network", 3), call(OK, 10)]);
    let noon = testing::at("2026-03-20T12:00:00Z");
    assert_eq!(store.calls(None).unwrap().counts.len(), 2);
    assert_eq!(store.connection_calls(noon).unwrap()[&ConnectionId(1)], 1);
}

#[test]
fn what_is_kept_is_bounded_in_outcomes_and_days() {
    let mut store = testing::linked();
    let many: Vec<Call> = (0..200).map(|number| call(&format!("CODE_{number}"), number)).collect();
    count(&mut store, "2025-01-01", &many);
    count(&mut store, "2025-01-01", &many);
    let kept = store.calls(None).unwrap().counts;
    assert_eq!(kept.len(), 65);
    let other = kept.iter().find(|row| row.outcome == OTHER).unwrap();
    assert_eq!(other.calls, 2 * (200 - 64));
    count(&mut store, "2026-02-05", &[call(OK, 1)]);
    assert_eq!(store.calls(None).unwrap().counts.len(), 66, "400 days are kept");
    assert!(store.connection_calls(testing::at("2025-01-01T12:00:00Z")).unwrap().is_empty(), "31 days by connection");
    count(&mut store, "2026-02-06", &[call(OK, 1)]);
    let left = store.calls(None).unwrap();
    assert_eq!((left.counts.len(), left.times["/accounts/balance/get"].count()), (2, 2));
}

#[test]
fn a_time_without_end_does_not_overflow() {
    let mut store = testing::linked();
    count(&mut store, "2026-03-20", &[call(OK, u64::MAX), call(OK, u64::MAX)]);
    assert_eq!(store.calls(None).unwrap().counts[0].millis, i64::MAX.unsigned_abs());
}
