//! What differs between systems of files: who owns what, who may read it, what a name means.
//!
//! Invariant: on Unix nothing that is made here can be opened by another user, and nothing is opened through a symlink.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use elsewhere::*;
#[cfg(unix)]
pub(crate) use unix::*;

/// Opening files that are nobody else's.
pub(crate) trait Closed {
    /// A file that is made is for this user alone (0600).
    fn closed(&mut self) -> &mut Self;
    /// A symlink in the last place is an error.
    fn unfollowed(&mut self) -> &mut Self;
    /// The same, and a pipe that nobody writes to is not waited for.
    fn unfollowed_at_once(&mut self) -> &mut Self;
}
