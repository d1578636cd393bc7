//! The one-shot listener on 127.0.0.1 that completes a link.
//!
//! It serves one page on one secret path, hears one answer, and says 410 ever after. `guard` decides what may
//! pass, in a fixed order; `request` reads within budgets of bytes and time; `server` owns the sockets;
//! `page` and `headers` make what goes out; `browser` opens it without the URL in any argv. May use `fsx` and `secret`.
//!
//! The request head is parsed by `httparse` (hyper's parser) from a buffer that bursar fills itself, so that
//! size, time and connection caps hold before a parser sees a byte. `tiny_http`, tried first, allocates
//! whatever Content-Length claims when a request is dropped unread, which aborts the process.
//!
//! Invariant: nothing but 127.0.0.1 is ever bound, and no state changes before every check of `guard` has passed.

mod browser;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
mod guard;
mod headers;
mod page;
mod peer;
mod request;
mod server;

use std::{io, net::SocketAddr, time::Duration};

use crate::{fsx::FsError, secret::Secret};

pub use self::{
    browser::{Desktop, RedirectPage, open_browser},
    page::{LinkPage, Origins},
    server::Listener,
};

/// Why the listener or the browser could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    /// No port on 127.0.0.1 could be opened.
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[source] io::Error),
    /// The operating system gave no randomness for the secret path.
    #[error("the operating system gave no random bytes")]
    Random,
    /// The runtime directory is not private, or cannot be made.
    #[error(transparent)]
    Runtime(#[from] FsError),
    /// The redirect page could not be written.
    #[error("cannot write the page that sends the browser on")]
    Redirect(#[source] io::Error),
    /// No launcher could open a browser.
    #[error("no browser could be opened")]
    NoBrowser(#[source] Option<io::Error>),
}

/// What the listener serves.
#[derive(Debug)]
pub enum Mode {
    /// The page a browser is sent to when Hosted Link has ended (`completion_redirect_uri`).
    Landing,
    /// bursar's own page, which runs Plaid's script.
    Page(Box<LinkPage>),
}

/// What came out of a visit.
#[derive(Debug)]
pub enum Event {
    /// The browser came back from Hosted Link; it says nothing about success.
    Landed,
    /// The page handed over a public token.
    PublicToken(Handover),
    /// The user left Link, or Link failed.
    Exited(Exit),
    /// The listener's time is over; it answers nothing any more.
    TimedOut,
}

/// What Plaid's script said on success. Only the token is checked for shape; the rest is hearsay of a browser.
#[derive(Debug)]
pub struct Handover {
    /// The public token, of the page's environment.
    pub public_token: Secret<String>,
    /// The institution's provider id and name.
    pub institution: Option<(String, String)>,
    /// Name and mask of each account that was chosen.
    pub accounts: Vec<(String, Option<String>)>,
}

/// How the user left Link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exit {
    /// Plaid's error code, absent when the user just closed it.
    pub error_code: Option<String>,
    /// Where in Link the user was (`requires_credentials` …).
    pub status: Option<String>,
}

/// Budgets of the listener (vault.md §D4).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes taken from one connection.
    pub inbound: usize,
    /// Most bytes sent on one connection.
    pub outbound: usize,
    /// Most time for reading a request, and again for writing the answer.
    pub exchange: Duration,
    /// Most connections at a time; the next is closed at once.
    pub connections: usize,
    /// How long the listener lives.
    pub total: Duration,
    /// The only user whose connections are served; `None` where the system cannot tell.
    pub owner: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inbound: 32 * 1024,
            outbound: 256 * 1024,
            exchange: Duration::from_secs(5),
            connections: 16,
            total: Duration::from_mins(10),
            owner: peer::owner(),
        }
    }
}

/// The address a browser must use: an IP literal, never `localhost` (RFC 8252 §7.3, §8.3).
fn authority(address: SocketAddr) -> String {
    format!("127.0.0.1:{}", address.port())
}
