//! A tiny HTTP/1.1 server that answers by script, one request a connection, well-behaved or not.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What happens after a request.
pub(super) enum Reply {
    /// These bytes, then the end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, then nothing more while the server lives.
    Stall(Vec<u8>),
}

/// An answer with its length and type.
pub(super) fn answer(status: u16, content_type: &str, body: &str) -> Reply {
    with_headers(status, &[("Content-Type", content_type)], body.as_bytes())
}

/// A JSON answer.
pub(super) fn json(status: u16, body: &str) -> Reply {
    answer(status, "application/json; charset=utf-8", body)
}

/// Plaid's error object.
pub(super) fn error(status: u16, error_type: &str, code: &str) -> Reply {
    error_with(status, error_type, code, &[])
}

/// Plaid's error object with more headers.
pub(super) fn error_with(status: u16, error_type: &str, code: &str, headers: &[(&str, &str)]) -> Reply {
    let body = format!(
        r#"{{"error_type":"{error_type}","error_code":"{code}","error_message":"m","display_message":null,"request_id":"REQ{code}"}}"#
    );
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    with_headers(status, &all, body.as_bytes())
}

/// An answer with its length.
pub(super) fn with_headers(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    Reply::Bytes([head.as_bytes(), b"\r\n", body].concat())
}

/// The server; stops when dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) base_url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers by a function of the request and of how many came before.
    pub(super) fn start(mut script: impl FnMut(&Request, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped) = (Arc::clone(&requests), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            let mut stalled = Vec::new();
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Some(request) = read(&stream) else { continue };
                let mut log = log.lock().unwrap();
                let reply = script(&request, log.len());
                log.push(request);
                drop(log);
                match reply {
                    Reply::Bytes(bytes) => send(&stream, &bytes),
                    Reply::Stall(bytes) => {
                        send(&stream, &bytes);
                        stalled.push(stream);
                    }
                }
            }
        });
        Self { address, base_url: format!("http://{address}"), requests, stop, thread: Some(thread) }
    }

    /// Answers every request in the same way.
    pub(super) fn always(reply: impl Fn() -> Reply + Send + 'static) -> Self {
        Self::start(move |_, _| reply())
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// The client may have hung up, as it should on a bomb.
fn send(mut stream: &TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

/// Nothing, if it is not a whole HTTP request.
fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line: line.trim_end().to_owned(), headers, body: String::from_utf8(body).ok()? })
}
