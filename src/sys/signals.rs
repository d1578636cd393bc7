//! Signals that wait until something is put back, as the echo of a terminal.
//!
//! Invariant: what was held back is obeyed once, after its holder is gone; what the process ignored before it ignores meanwhile.

use std::{
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicI32, Ordering},
};

/// What people and systems end a process with. Ctrl-C of a terminal is the first of them.
const ENDINGS: [libc::c_int; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

/// The last signal that came while one is held, else 0. A handler has nothing else to write to.
static CAME: AtomicI32 = AtomicI32::new(0);

extern "C" fn note(signal: libc::c_int) {
    CAME.store(signal, Ordering::SeqCst);
}

/// Holds back the signals that end a process while it lives. Not for two at a time.
pub struct Held {
    before: Vec<(libc::c_int, libc::sigaction)>,
}

impl Held {
    /// Holds them back from now on.
    pub fn begin() -> Self {
        CAME.store(0, Ordering::SeqCst);
        let mut held = Self { before: Vec::new() };
        for signal in ENDINGS {
            let Some(before) = act(signal, None) else { continue };
            if before.sa_sigaction != libc::SIG_IGN && act(signal, Some(noting(before))).is_some() {
                held.before.push((signal, before));
            }
        }
        held
    }

    /// Whether one has come.
    pub fn any(&self) -> bool {
        CAME.load(Ordering::SeqCst) != 0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for (signal, before) in self.before.drain(..) {
            let _kept = act(signal, Some(before));
        }
        // Whoever held it back says itself that it was interrupted; the others end the process as they would have.
        let came = CAME.swap(0, Ordering::SeqCst);
        if came != 0 && came != libc::SIGINT {
            // SAFETY: a call without memory; what it does to this process is what was asked for.
            unsafe { libc::raise(came) };
        }
    }
}

/// The action that notes a signal, with the mask of the one before. Without SA_RESTART, so that nobody goes on waiting.
fn noting(mut before: libc::sigaction) -> libc::sigaction {
    before.sa_sigaction = note as *const () as libc::sighandler_t;
    before.sa_flags = 0;
    before
}

/// Reads what a signal does, and sets it; none if the system refuses.
fn act(signal: libc::c_int, new: Option<libc::sigaction>) -> Option<libc::sigaction> {
    let mut before = MaybeUninit::<libc::sigaction>::zeroed();
    let new = new.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: both pointers are null or valid for the call; the only handler that is ever set new is `note`, which does no more than
    // store to an atomic and so may run at any time, and all others are those that the system gave out for this signal.
    let code = unsafe { libc::sigaction(signal, new, before.as_mut_ptr()) };
    // SAFETY: a zeroed `sigaction` is a valid one, and a call that succeeded has filled it.
    (code == 0).then(|| unsafe { before.assume_init() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_held_back_and_the_old_action_comes_back() {
        let before = act(libc::SIGINT, None).unwrap().sa_sigaction;
        let held = Held::begin();
        assert!(!held.any());
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT).unwrap();
        let began = std::time::Instant::now();
        while !held.any() {
            assert!(began.elapsed().as_secs() < 10, "it never came");
            std::thread::yield_now();
        }
        drop(held);
        assert_eq!(act(libc::SIGINT, None).unwrap().sa_sigaction, before);
    }
}
