//! Programs beside bursar that some tests drive it with: a shell's jq, strace, a browser.

use std::env;

/// Whether the program is on the path. CI installs all of them, so there a missing one is a failure; on a machine without it the test
/// that needs it does nothing, and everything else still runs.
pub(crate) fn have(program: &str) -> bool {
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file());
    assert!(found || env::var_os("CI").is_none(), "{program} is not installed, and CI needs it");
    found
}
