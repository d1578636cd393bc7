//! HTTP on 127.0.0.1: reads requests, writes replies, spoils them when a fault says so.
//!
//! The only user of `tiny_http` in this room. Invariant: a request whose `Host` is not a loopback name is refused, so
//! that no web page can reach the sandbox under a name of its own.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpListener,
    time::Duration,
};

use tiny_http::{Header, Response, StatusCode};

/// Longest request body.
const MOST_BODY: u64 = 1 << 20;
/// Length of the answer of [`Spoil::Huge`].
const HUGE: u64 = 256 << 20;
/// How long [`Spoil::Slow`] waits, and [`Spoil::Trickle`] takes.
const SLOW: Duration = Duration::from_secs(3);
/// In so many pieces [`Spoil::Trickle`] comes.
const PIECES: usize = 30;

/// A request, read.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Fields of the query and of the body, read as a form.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let parse = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        [parse(&self.query), parse(&self.body)].concat()
    }
}

/// What to do to a reply on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoil {
    /// A page of HTML instead.
    Html,
    /// Only the first half.
    Half,
    /// Breaks off within the body.
    Break,
    /// Under another content type.
    Type,
    /// Late.
    Slow,
    /// In small pieces.
    Trickle,
    /// Endless blanks first.
    Huge,
}

/// A reply to write.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
    /// What to do to it.
    pub(crate) spoil: Option<Spoil>,
}

impl Reply {
    /// A reply of a content type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("Content-Type", content_type.to_owned()),
            ("Cache-Control", "no-store".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
        ];
        Self { status, body: body.into(), headers, spoil: None }
    }

    /// A JSON reply.
    pub(crate) fn json(status: u16, body: Vec<u8>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn set_type(&mut self, content_type: &str) {
        self.headers.retain(|(name, _)| *name != "Content-Type");
        self.headers.push(("Content-Type", content_type.to_owned()));
    }

    fn write(mut self, request: tiny_http::Request) -> io::Result<()> {
        match self.spoil {
            Some(Spoil::Type) => self.set_type("text/plain"),
            Some(Spoil::Html) => {
                self.set_type("text/html");
                self.body = b"<!doctype html><title>Welcome</title><h1>Sign in to this network</h1>".to_vec();
            }
            Some(Spoil::Half) => self.body.truncate(self.body.len() / 2),
            Some(Spoil::Slow) => std::thread::sleep(SLOW),
            Some(Spoil::Break) => return break_off(request),
            Some(Spoil::Trickle | Spoil::Huge) | None => {}
        }
        let headers = self.headers.iter().filter_map(|(name, value)| Header::from_bytes(*name, value.as_str()).ok());
        let (status, headers) = (StatusCode(self.status), headers.collect());
        let body = io::Cursor::new(self.body);
        if self.spoil == Some(Spoil::Huge) {
            let endless = io::repeat(b' ').take(HUGE).chain(body);
            return request.respond(Response::new(status, headers, endless, None, None));
        }
        let length = body.get_ref().len();
        if self.spoil == Some(Spoil::Trickle) {
            let pieces = Trickle { body, piece: length / PIECES + 1 };
            return request.respond(
                Response::new(status, headers, pieces, Some(length), None).with_chunked_threshold(usize::MAX),
            );
        }
        request.respond(Response::new(status, headers, body, Some(length), None).with_chunked_threshold(usize::MAX))
    }
}

/// A body that comes piece by piece, with a pause before each.
struct Trickle {
    body: io::Cursor<Vec<u8>>,
    piece: usize,
}

impl io::Read for Trickle {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        std::thread::sleep(SLOW / u32::try_from(PIECES).unwrap_or(u32::MAX));
        let piece = self.piece.min(room.len());
        self.body.read(&mut room[..piece])
    }
}

/// Begins a chunked body and breaks it off in a way that no client can read past.
fn break_off(request: tiny_http::Request) -> io::Result<()> {
    let mut writer = request.into_writer();
    writer.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"added\"\r\n~",
    )?;
    writer.flush()
}

/// Binds 127.0.0.1 and answers at once rather than in full packets.
pub(crate) fn bind(port: u16) -> io::Result<tiny_http::Server> {
    let listener = without_delay(TcpListener::bind(("127.0.0.1", port))?);
    tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)
}

/// Sets `TCP_NODELAY` on the listener; accepted connections inherit it. The standard library has the option on streams only.
#[cfg(unix)]
fn without_delay(listener: TcpListener) -> TcpListener {
    let stream = std::net::TcpStream::from(std::os::fd::OwnedFd::from(listener));
    // An answer sent in one piece less is slower, not wrong.
    let _ = stream.set_nodelay(true);
    TcpListener::from(std::os::fd::OwnedFd::from(stream))
}

#[cfg(not(unix))]
fn without_delay(listener: TcpListener) -> TcpListener {
    listener
}

/// Answers one request; a client that went away is no error.
pub(crate) fn serve(mut request: tiny_http::Request, answer: impl FnOnce(&Request) -> Reply) {
    let reply = match read(&mut request) {
        Ok(read) if !is_loopback(read.header("host").unwrap_or_default()) => {
            Reply::new(403, "text/plain", "the sandbox answers on 127.0.0.1 only\n")
        }
        Ok(read) => answer(&read),
        Err(error) => Reply::new(400, "text/plain", format!("{error}\n")),
    };
    let _ = reply.write(request);
}

fn read(request: &mut tiny_http::Request) -> io::Result<Request> {
    let mut body = String::new();
    let length = request.as_reader().take(MOST_BODY + 1).read_to_string(&mut body)?;
    if u64::try_from(length).is_ok_and(|length| length > MOST_BODY) {
        return Err(io::Error::other("the request is too large"));
    }
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    let header = |header: &Header| (header.field.as_str().as_str().to_ascii_lowercase(), header.value.to_string());
    Ok(Request {
        method: request.method().to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        body,
        headers: request.headers().iter().map(header).collect(),
    })
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_loopback_names() {
        for host in ["127.0.0.1:8080", "localhost", "localhost:1", "[::1]:9", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["evil.example:8080", "127.0.0.1.evil.example", "", "10.0.0.1"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
