//! The sockets: accept, at most so many at a time, one request each, one event at the end.
//!
//! Invariant: `done` turns true once; the event follows the answer, so that dropping the listener on an event
//! never cuts the page off.

use std::{
    io::{self, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{
    Event, Limits, LoopbackError, Mode,
    guard::{Admitted, Guard, random_word},
    headers::{Response, link_policy, still_policy},
    page, peer,
    request::{Inbound, Refusal},
};
use crate::secret::Secret;

/// How long a closed connection is read out, so that the client gets its answer before a reset.
const LINGER: Duration = Duration::from_secs(1);

/// A listener on 127.0.0.1 for one visit; dropping it closes the port.
#[derive(Debug)]
pub struct Listener {
    shared: Arc<Shared>,
    address: SocketAddr,
    events: Receiver<Event>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    guard: Guard,
    address: SocketAddr,
    mode: Mode,
    limits: Limits,
    ends: Instant,
    done: AtomicBool,
    stop: AtomicBool,
    open: AtomicUsize,
    events: Sender<Event>,
}

impl Listener {
    /// Opens a random port and serves `mode` on a secret path.
    pub fn start(mode: Mode, limits: Limits) -> Result<Self, LoopbackError> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(LoopbackError::Listen)?;
        let address = socket.local_addr().map_err(LoopbackError::Listen)?;
        let (sender, events) = mpsc::channel();
        let shared = Arc::new(Shared {
            guard: Guard::new(address)?,
            address,
            mode,
            limits,
            ends: Instant::now() + limits.total,
            done: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            events: sender,
        });
        let inside = Arc::clone(&shared);
        let accepting = thread::Builder::new()
            .name("loopback".to_owned())
            .spawn(move || accept(&socket, &inside))
            .map_err(LoopbackError::Listen)?;
        Ok(Self { shared, address, events, accepting: Some(accepting) })
    }

    /// The address to visit, secret path included.
    pub fn url(&self) -> Secret<String> {
        self.shared.guard.url()
    }

    /// The port, for messages and tests.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for what happens next, at most so long; `None` when nothing did. After the listener's own end it
    /// says `TimedOut` at once, each time.
    pub fn wait(&self, at_most: Duration) -> Option<Event> {
        let left = self.shared.ends.saturating_duration_since(Instant::now());
        match self.events.recv_timeout(at_most.min(left)) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) if left > at_most => None,
            Err(_) => Some(Event::TimedOut),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // accept() has no deadline of its own: a connection from here wakes it up.
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok();
        if let Some(thread) = self.accepting.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn accept(socket: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let accepted = socket.accept();
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        match accepted {
            Ok((stream, from)) => admit(stream, from, shared),
            // Out of descriptors or a client gone before accept: neither ends the listener.
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn admit(stream: TcpStream, from: SocketAddr, shared: &Arc<Shared>) {
    let Some(place) = Place::take(shared) else { return };
    // When no thread can be had, the closure is dropped, and with it the connection and its place.
    let _ = thread::Builder::new().name("loopback-visit".to_owned()).spawn(move || {
        // A client that hangs up or stalls concerns nobody else.
        let _ = visit(&stream, from, &place.0);
    });
}

/// One of the few connections served at a time, given back on drop.
struct Place(Arc<Shared>);

impl Place {
    fn take(shared: &Arc<Shared>) -> Option<Self> {
        if Instant::now() >= shared.ends {
            return None;
        }
        let place = Self(Arc::clone(shared));
        (shared.open.fetch_add(1, Ordering::SeqCst) < shared.limits.connections).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Serves one connection: one request, one answer, closed.
fn visit(stream: &TcpStream, from: SocketAddr, shared: &Shared) -> io::Result<()> {
    if shared.limits.owner.is_some_and(|owner| !peer::is_owned_by(owner, from, shared.address)) {
        return Ok(());
    }
    let limits = &shared.limits;
    let mut inbound = Inbound::new(stream, limits.inbound, Instant::now() + limits.exchange);
    let (response, event) = match answer(&mut inbound, shared) {
        Ok(answer) => answer,
        Err(Refusal::GONE) => return Ok(()),
        Err(Refusal(status)) => (still(status)?, None),
    };
    let sent = send(stream, &response, limits);
    if let Some(event) = event {
        // Nobody listens any more when the listener has been dropped.
        let _ = shared.events.send(event);
    }
    sent?;
    stream.shutdown(Shutdown::Write)?;
    inbound.drain(Instant::now() + LINGER);
    Ok(())
}

fn answer(inbound: &mut Inbound<&TcpStream>, shared: &Shared) -> Result<(Response, Option<Event>), Refusal> {
    let head = inbound.head()?;
    let admitted = shared.guard.admit(&head)?;
    if shared.done.load(Ordering::SeqCst) {
        return Err(Refusal(410));
    }
    match (admitted, &shared.mode) {
        (Admitted::Get, Mode::Landing) => {
            let response = still(200).map_err(|_| Refusal(400))?;
            shared.finish()?;
            Ok((response, Some(Event::Landed)))
        }
        (Admitted::Get, Mode::Page(link)) => {
            let nonce = random_word().map_err(|_| Refusal(400))?;
            let nonce = nonce.expose();
            let policy = link_policy(nonce, &link.origins);
            Ok((Response { status: 200, policy, body: page::link(link, nonce) }, None))
        }
        (Admitted::Post(_), Mode::Landing) => Err(Refusal(405)),
        (Admitted::Post(length), Mode::Page(link)) => {
            let body = Zeroizing::new(inbound.body(length)?);
            let event = page::read_post(&body, link.environment).ok_or(Refusal(400))?;
            shared.finish()?;
            let response = Response { status: 204, policy: still_policy(""), body: Zeroizing::default() };
            Ok((response, Some(event)))
        }
    }
}

impl Shared {
    /// Ends the listener's use; whoever comes second is refused.
    fn finish(&self) -> Result<(), Refusal> {
        if self.done.swap(true, Ordering::SeqCst) { Err(Refusal(410)) } else { Ok(()) }
    }
}

/// A page without a script.
fn still(status: u16) -> io::Result<Response> {
    let nonce = random_word().map_err(io::Error::other)?;
    let nonce = nonce.expose();
    let body = if status == 200 { page::landing(nonce) } else { page::refusal(status, nonce) };
    Ok(Response { status, policy: still_policy(nonce), body })
}

fn send(mut stream: &TcpStream, response: &Response, limits: &Limits) -> io::Result<()> {
    let bytes = response.to_bytes();
    if bytes.len() > limits.outbound {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    stream.set_write_timeout(Some(limits.exchange))?;
    stream.write_all(&bytes)?;
    stream.flush()
}
