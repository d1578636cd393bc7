//! Logins of their own: a thread joins a fresh session keyring, and the processes it starts inherit it.
#![expect(unsafe_code, reason = "no safe wrapper joins a session keyring; the block says why it is sound")]

use std::{ffi::CString, fs};

/// `KEYCTL_JOIN_SESSION_KEYRING` of <linux/keyctl.h>.
const JOIN: libc::c_long = 1;

/// Makes this thread, and what it starts from now on, a login of its own. False where the system lets no program use
/// keyrings, as some containers do: there bursar keeps no session either, and a test of one has nothing to look at.
#[must_use]
pub(crate) fn new_login() -> bool {
    join(None)
}

/// Joins a keyring that every program of the user may join by this name: not a login of its own.
#[must_use]
pub(crate) fn shared_login(name: &str) -> bool {
    join(Some(&CString::new(name).unwrap()))
}

fn join(name: Option<&CString>) -> bool {
    let name = name.map_or(std::ptr::null(), |name| name.as_ptr());
    // SAFETY: the call reads a string that lives until it returns, or none, and changes only this thread's credentials.
    let joined = unsafe { libc::syscall(libc::SYS_keyctl, JOIN, name) };
    let refused = std::io::Error::last_os_error();
    let blocked = matches!(refused.raw_os_error(), Some(libc::EPERM | libc::ENOSYS | libc::EACCES));
    assert!(joined > 0 || blocked, "no session keyring: {refused}");
    joined > 0
}

/// A line of /proc/keys, cut into words: id, flags, usage, timeout, permissions, uid, gid, type, name, length.
pub(crate) type Line = Vec<String>;

/// The sessions that the kernel shows this thread.
pub(crate) fn sessions() -> Vec<Line> {
    let lines = fs::read_to_string("/proc/keys").unwrap();
    let words = |line: &str| line.split_ascii_whitespace().map(str::to_owned).collect::<Line>();
    lines.lines().map(words).filter(|line| line[8].starts_with("bursar:")).collect()
}
