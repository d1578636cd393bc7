//! A header that asks for more than bursar ever writes costs its reader nothing.

use std::fs;

use crate::env::TestEnv;

#[test]
fn a_header_that_asks_for_gigabytes_is_refused_before_they_are_taken() {
    let env = TestEnv::new();
    env.init();
    let file = env.vault().join("bursar.keys");
    let sealed = fs::read(&file).unwrap();
    let honest = b"m=8,t=1,p=1";
    let at = sealed.windows(honest.len()).position(|part| part == honest).unwrap();
    for greedy in ["m=2147483648,t=1,p=1", "m=4294967295,t=32,p=16", "m=2097152,t=32,p=4", "m=8,t=4294967295,p=1"] {
        let changed = [&sealed[..at], greedy.as_bytes(), &sealed[at + honest.len()..]].concat();
        fs::write(&file, changed).unwrap();
        // With half a gigabyte of addresses, taking the memory first would be another error.
        let script = env.secret_file("limited.sh", "ulimit -v 524288 && exec bursar accounts\n");
        let refused = env.run_command(env.shell(&script));
        assert_eq!(refused.status, 10, "{greedy}: {refused}");
        assert!(refused.stderr.contains("asks for more work than bursar ever writes"), "{greedy}: {refused}");
    }
    fs::write(&file, sealed).unwrap();
    env.ok(&["accounts"]);
}
