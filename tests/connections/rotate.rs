//! `connections rotate`: the old token is dead, the new one is never lost.

use std::time::{Duration, Instant};

use bursar::sandbox::Fault;
use serde_json::json;

use crate::env::{TestEnv, block_on};

const INVALIDATE: &str = "/item/access_token/invalidate";

fn pending(env: &TestEnv) -> usize {
    std::fs::read_dir(env.vault().join("pending")).map_or(0, Iterator::count)
}

/// Whether the bank still takes a token.
fn is_alive(env: &TestEnv, token: &bursar::secret::Secret<String>) -> bool {
    match block_on(env.client().item_get(token)) {
        Ok(_) => true,
        Err(error) if error.code() == Some("INVALID_ACCESS_TOKEN") => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_old_token_is_dead_and_the_new_one_works() {
    let env = TestEnv::household();
    env.link("ins_109511");
    let (first, second) = (env.token(1).0, env.token(2).0);
    let plan = env.ok(&["connections", "rotate", "--all", "--dry-run"]);
    assert!(plan.stderr.contains("would replace") && is_alive(&env, &first), "{plan}");
    let one = env.json(&["connections", "rotate", "platypus"]);
    assert_eq!(
        one["connections"],
        json!([{"id": "c1", "name": "First Platypus Bank", "outcome": "rotated", "error": null}])
    );
    assert!(!is_alive(&env, &first) && is_alive(&env, &second));
    let all = env.json(&["connections", "rotate", "--all"]);
    assert_eq!(all["connections"].as_array().unwrap().len(), 2, "{all}");
    assert!(!is_alive(&env, &second) && is_alive(&env, &env.token(1).0));
    env.sandbox().advance(2);
    assert!(env.json(&["sync"])["added"].as_u64().unwrap() > 0);
    assert_eq!((pending(&env), &env.json(&["vault", "check"])["ok"]), (0, &true.into()));
    env.fails(2, &["connections", "rotate"]);
}

#[test]
fn a_new_token_that_was_received_is_never_lost() {
    let env = TestEnv::household();
    let (old, item) = env.token(1);
    let new = block_on(env.client().access_token_invalidate(&old)).unwrap().access_token;
    env.leave_behind(&json!({"environment": "sandbox", "item_id": item, "access_token": new.expose(),
        "institution_id": null, "institution": null}));
    env.sandbox().advance(2);
    let sync = env.ok(&["sync", "--json"]);
    assert!(sync.stderr.contains("c1 got a new token earlier"), "{sync}");
    assert_eq!(sync.json()["connections"][0]["outcome"], "ok");
    assert_eq!((pending(&env), env.token(1).0.expose()), (0, new.expose()));
}

#[test]
fn a_process_killed_before_the_answer_is_cleared_up_by_the_next() {
    let env = TestEnv::household();
    let (old, _) = env.token(1);
    env.sandbox().fault_at(Fault::Slow, INVALIDATE);
    let mut killed = env.start(&["connections", "rotate", "c1"]);
    let begin = Instant::now();
    while is_alive(&env, &old) {
        assert!(begin.elapsed() < Duration::from_mins(1), "the bank was never asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill();
    env.sandbox().clear_faults();
    let next = env.fails(3, &["connections", "rotate", "c1", "--json"]);
    assert_eq!(next.json()["connections"][0]["outcome"], "lost", "{next}");
    assert_eq!(pending(&env), 0, "the reserved space is given back");
    assert!(env.json(&["connections"])["items"][0]["error"].as_str().unwrap().contains("lost"));
}

#[test]
fn a_lost_answer_is_asked_about_at_once() {
    let env = TestEnv::household();
    env.sandbox().fault_at(Fault::DropConnection, INVALIDATE);
    let lost = env.fails(3, &["connections", "rotate", "c1", "--json"]);
    assert_eq!(
        (&lost.json()["connections"][0]["outcome"], &lost.error()["code"]),
        (&"lost".into(), &"token_lost".into())
    );
    assert_eq!(pending(&env), 0);
}

#[test]
fn without_an_answer_nothing_changes() {
    let mut env = TestEnv::household();
    let (old, _) = env.token(1);
    env.sandbox().fault_at(Fault::RateLimit, INVALIDATE);
    env.sandbox().fault(Fault::RateLimit, Some(9));
    let refused = env.fails(3, &["connections", "rotate", "c1", "--json"]);
    assert_eq!(refused.json()["connections"][0]["outcome"], "failed", "{refused}");
    env.sandbox().clear_faults();
    assert!(is_alive(&env, &old));
    env.set("BURSAR_PLAID_BASE_URL", "http://127.0.0.1:9");
    let nobody = env.fails(9, &["connections", "rotate", "--all", "--json"]);
    assert_eq!(nobody.json()["connections"][0]["outcome"], "failed", "{nobody}");
    assert_eq!((pending(&env), env.token(1).0.expose()), (0, old.expose()));
}
