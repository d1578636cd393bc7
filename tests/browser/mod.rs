//! Real Chromium against the Link pages: what a header promises is only true when a browser keeps it.

#[cfg(feature = "sandbox")]
mod link;
mod room;
#[cfg(feature = "sandbox")]
mod sandbox;
mod webdriver;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

pub(crate) use webdriver::Browser;

/// Whether there is a browser to test with (Debian: `apt-get install chromium chromium-driver`).
pub(crate) fn present() -> bool {
    crate::env::have("chromium") && crate::env::have("chromedriver")
}

/// One browser at a time: each is several processes, and the machines that test have two cores.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for something that another process brings about.
pub(crate) fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
