//! Reading one HTTP request within a budget of bytes and a deadline.
//!
//! Invariant: never more than the budget is read, however long the client goes on or however slowly it sends.

use std::{
    io::{self, Read as _},
    net::TcpStream,
    time::{Duration, Instant},
};

/// More header lines than any browser sends.
const MOST_HEADERS: usize = 64;

/// An HTTP status that ends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) u16);

impl Refusal {
    /// The client hung up: there is nobody to answer.
    pub(super) const GONE: Self = Self(0);
}

/// A request line and its headers, as they came.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The method, in the client's case.
    pub(super) method: String,
    /// The request target.
    pub(super) target: String,
    /// Names (lower case) and values, in order, repetitions kept.
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    /// All values of one header, named in lower case.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The value of a header that may come once at most; a repeated one is refused with `status`.
    pub(super) fn once<'a>(&'a self, name: &'a str, status: u16) -> Result<Option<&'a str>, Refusal> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() { Err(Refusal(status)) } else { Ok(first) }
    }

    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(Refusal(431)),
            _ => return Err(Refusal(400)),
        }
        let headers = request
            .headers
            .iter()
            .map(|field| Some((field.name.to_ascii_lowercase(), std::str::from_utf8(field.value).ok()?.to_owned())))
            .collect::<Option<Vec<_>>>();
        match (request.method, request.path, headers) {
            (Some(method), Some(target), Some(headers)) => {
                Ok(Self { method: method.to_owned(), target: target.to_owned(), headers })
            }
            _ => Err(Refusal(400)),
        }
    }
}

/// Where bytes come from, with a limit to how long one reading may take.
pub(super) trait Source {
    /// Reads what is there, waiting at most so long; nothing at the end.
    fn read_within(&mut self, block: &mut [u8], at_most: Duration) -> io::Result<usize>;
}

impl Source for &TcpStream {
    fn read_within(&mut self, block: &mut [u8], at_most: Duration) -> io::Result<usize> {
        self.set_read_timeout(Some(at_most))?;
        self.read(block)
    }
}

/// A connection that gives up at a deadline and after so many bytes.
#[derive(Debug)]
pub(super) struct Inbound<S> {
    source: S,
    left: usize,
    deadline: Instant,
    /// What has been read beyond the head.
    ahead: Vec<u8>,
}

impl<S: Source> Inbound<S> {
    pub(super) fn new(source: S, budget: usize, deadline: Instant) -> Self {
        Self { source, left: budget, deadline, ahead: Vec::new() }
    }

    /// Reads up to the empty line and parses what stands before it.
    pub(super) fn head(&mut self) -> Result<Head, Refusal> {
        let mut bytes = Vec::with_capacity(2048);
        loop {
            let seen = bytes.len();
            self.more(&mut bytes)?;
            let from = seen.saturating_sub(3);
            let end = bytes.get(from..).unwrap_or_default().windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                self.ahead = bytes.split_off(from + end + 4);
                return Head::parse(&bytes);
            }
        }
    }

    /// Reads a body of a known length.
    pub(super) fn body(&mut self, length: usize) -> Result<Vec<u8>, Refusal> {
        let mut bytes = std::mem::take(&mut self.ahead);
        while bytes.len() < length {
            self.more(&mut bytes)?;
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    /// Reads on until the client hangs up, so that closing does not reset an answer it has yet to read.
    pub(super) fn drain(&mut self, until: Instant) {
        self.deadline = self.deadline.min(until);
        let mut bytes = Vec::new();
        while self.more(&mut bytes).is_ok() {
            bytes.clear();
        }
    }

    fn more(&mut self, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.left == 0 {
            return Err(Refusal(431));
        }
        let mut block = [0; 4096];
        let room = block.len().min(self.left);
        let read = self.read_some(&mut block[..room]).map_err(|_| Refusal(408))?;
        if read == 0 {
            return Err(Refusal::GONE);
        }
        self.left -= read;
        bytes.extend_from_slice(&block[..read]);
        Ok(())
    }

    fn read_some(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let rest = self.deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        loop {
            match self.source.read_within(block, rest) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_repeated_headers_apart() {
        let head = Head::parse(b"GET /x HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n").unwrap();
        assert_eq!(head.all("host").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(head.once("host", 421).unwrap_err(), Refusal(421));
    }

    #[test]
    fn refuses_what_is_not_http() {
        assert_eq!(Head::parse(b"\x16\x03\x01\r\n\r\n").unwrap_err(), Refusal(400));
        assert_eq!(Head::parse(b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n").unwrap_err(), Refusal(400));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MOST_HEADERS + 1));
        assert_eq!(Head::parse(many.as_bytes()).unwrap_err(), Refusal(431));
    }
}
