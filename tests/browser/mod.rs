//! Real Chromium against the Link pages: what a header promises is only true when a browser keeps it.

mod room;
#[cfg(feature = "sandbox")]
mod sandbox;
mod webdriver;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use webdriver::Browser;

/// One browser at a time: each is several processes, and the machines that test have two cores.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
