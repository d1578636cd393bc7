//! What the process gives up at its start: core dumps, being traced, files others can read, talkative panics.
//!
//! Invariant: nothing here depends on settings, and nothing here can be switched off.

use std::panic::PanicHookInfo;

use crate::sys;

/// Makes every file created from now on private, and keeps memory out of core dumps and away from debuggers of the
/// same user. To be called first thing in `main`. Refusals are ignored: each step only adds to the others.
pub fn process() {
    #[cfg(unix)]
    {
        use rustix::{
            fs::Mode,
            process::{Resource, Rlimit},
        };
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _refused = rustix::process::setrlimit(Resource::Core, none);
    }
    #[cfg(target_os = "linux")]
    {
        // A core that root takes of it all the same is empty, SQLCipher's own memory included.
        #[expect(clippy::disallowed_methods, reason = "a switch of the kernel's for this process, and no file to lose")]
        let _refused = std::fs::write("/proc/self/coredump_filter", "0");
        let _refused = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
}

/// Whether no other process of this user may read this one's memory, as the kernel says now.
pub fn is_closed_to_tracing() -> bool {
    #[cfg(target_os = "linux")]
    return rustix::process::dumpable_behavior()
        .is_ok_and(|found| found == rustix::process::DumpableBehavior::NotDumpable);
    #[cfg(not(target_os = "linux"))]
    false
}

/// Takes variables that may hold a secret out of what every child of this process gets. To be called before there is a second
/// thread.
pub fn forget(names: &[&str]) {
    sys::forget_variables(names);
}

/// Keeps every open file of this process, inherited ones among them, out of the programs that it starts from now on.
pub fn keep_descriptors() {
    #[cfg(unix)]
    {
        let open = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
        let numbers = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter(|number| *number > 2).for_each(sys::close_on_start);
    }
}

/// Replaces the panic message, which may quote a secret, by the place in the source. `report` gets one line.
pub fn panics(report: fn(&str)) {
    std::panic::set_hook(Box::new(move |info| report(&describe(info))));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    match info.location() {
        Some(place) => format!("internal error at {}:{}; this is a defect in bursar", place.file(), place.line()),
        None => "internal error; this is a defect in bursar".to_owned(),
    }
}
