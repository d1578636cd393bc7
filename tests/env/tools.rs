//! Programs beside bursar that some tests drive it with: a shell's jq, strace, a browser.

use std::env;

/// The Python that has argon2-cffi: the one `.ci/run` names, which then has to have it, or the machine's if that does.
pub(crate) fn python_with_argon2() -> Option<String> {
    python_with("argon2")
}

/// The same for other modules, with commas between.
pub(crate) fn python_with(modules: &str) -> Option<String> {
    python_of("BURSAR_TEST_FORMAT_PYTHON", modules)
}

/// The Python that a variable names, which then has to have the modules, or the machine's if that does.
pub(super) fn python_of(variable: &str, modules: &str) -> Option<String> {
    let named = env::var(variable).ok();
    let python = named.clone().unwrap_or_else(|| "python3".to_owned());
    let has = std::process::Command::new(&python).args(["-c", &format!("import {modules}")]).output();
    let has = has.is_ok_and(|output| output.status.success());
    assert!(has || named.is_none(), "{python} has not all of {modules}");
    has.then_some(python)
}

/// Whether the program is on the path. CI installs all of them, so there a missing one is a failure; on a machine without it the test
/// that needs it does nothing, and everything else still runs.
pub(crate) fn have(program: &str) -> bool {
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file());
    assert!(found || env::var_os("CI").is_none(), "{program} is not installed, and CI needs it");
    found
}
