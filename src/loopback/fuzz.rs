//! A door for the fuzz targets: one request to the listener, from its first byte to what it would do.
//!
//! Invariant: goes through `request`, `guard` and `page` as the server does, with a guard whose secret path is known.

use std::{
    io,
    time::{Duration, Instant},
};

use super::{
    Limits,
    guard::{Admitted, Guard},
    page,
    request::{Inbound, Refusal, Source},
};

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Refused with this status; 0 when the client had gone.
    Refused(u16),
    /// The page was given out.
    Page,
    /// An answer of the page was taken, of so many bytes.
    Taken(usize),
}

/// A request that comes in pieces of a size, and how much of it was read.
struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl Source for &mut Pieces<'_> {
    fn read_within(&mut self, block: &mut [u8], _: Duration) -> io::Result<usize> {
        let size = self.size.min(block.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(size);
        block[..size].copy_from_slice(now);
        self.rest = later;
        Ok(size)
    }
}

/// The address, origin and path that a request must name to pass.
pub(crate) const AUTHORITY: &str = "127.0.0.1:8080";
/// The path of the guard, as secret as a constant can be.
pub const PATH: &str = "/a-path-that-only-the-corpus-knows";

/// Serves one request that arrives in pieces of `size` bytes; tells also how many bytes were read.
pub(crate) fn visit(request: &[u8], size: usize) -> (Visit, usize) {
    let mut pieces = Pieces { rest: request, size: size.max(1) };
    let visit = serve(&mut pieces).unwrap_or_else(|Refusal(status)| Visit::Refused(status));
    (visit, request.len() - pieces.rest.len())
}

fn serve(pieces: &mut Pieces<'_>) -> Result<Visit, Refusal> {
    let guard = Guard::known(AUTHORITY, PATH);
    let budget = Limits { owner: None, ..Limits::default() }.inbound;
    let mut inbound = Inbound::new(pieces, budget, Instant::now() + Duration::from_hours(1));
    let head = inbound.head()?;
    match guard.admit(&head)? {
        Admitted::Get => Ok(Visit::Page),
        Admitted::Post(length) => {
            let body = inbound.body(length)?;
            page::read_post(&body, "sandbox").map(|_| Visit::Taken(body.len())).ok_or(Refusal(400))
        }
    }
}
