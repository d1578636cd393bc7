//! Sync under fire: whatever happens on the way, the book ends as that of a bank that behaved.

use bursar::sandbox::Fault;

use crate::env::TestEnv;

/// What a book holds, whatever its row numbers.
fn plain(env: &TestEnv) -> String {
    let mut lines: Vec<String> = env
        .ok(&["tx", "--format", "csv", "--fields", "date,payee,amount,account,status,note", "--limit", "100000"])
        .stdout
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines.join("\n")
}

/// Syncs against each of the faults and against none; `runs` is how many syncs a fault may cost.
fn ends_the_same(faults: &[(Fault, &[i32])]) {
    let (env, undisturbed) = (TestEnv::household(), TestEnv::household());
    for env in [&env, &undisturbed] {
        env.ok(&["tx", "note", "t1", "mine"]);
    }
    for (fault, codes) in faults {
        for env in [&env, &undisturbed] {
            env.sandbox().advance(1);
        }
        env.sandbox().fault_at(*fault, "/transactions/sync");
        for code in *codes {
            let output = env.run(&["sync", "--json"]);
            assert_eq!(output.status, *code, "{}: {output}", fault.name());
        }
        env.sandbox().clear_faults();
        undisturbed.ok(&["sync"]);
        assert_eq!(plain(&env), plain(&undisturbed), "after {}", fault.name());
    }
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[test]
fn a_stream_that_moves_or_forgets_is_read_again_and_matched_by_id() {
    ends_the_same(&[
        (Fault::Mutation, &[0]),
        (Fault::MutationForever, &[0]),
        (Fault::CursorNotAssociated, &[0]),
        (Fault::NotReady, &[0, 0]),
        (Fault::DuplicateInPage, &[0]),
    ]);
}

#[test]
fn a_way_that_breaks_is_tried_again_or_with_the_next_sync() {
    ends_the_same(&[
        (Fault::RateLimit, &[0]),
        (Fault::InternalError, &[0]),
        (Fault::Maintenance, &[0]),
        (Fault::DropConnection, &[0]),
        (Fault::Html, &[9, 0]),
        (Fault::NanAmount, &[9, 0]),
    ]);
}
