//! Gives orders to a sandbox in another process, over its loopback port.
//!
//! Uses nothing of the house. Invariant: the secret goes to a loopback address only.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::faults::Fault;

/// How long a sandbox may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer.
const MOST: u64 = 1 << 20;

/// An order that did not reach the sandbox, or that it did not take.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Not `http://127.0.0.1:PORT`.
    #[error("{0} is not a sandbox on this machine (http://127.0.0.1:PORT)")]
    NotLoopback(String),
    /// Nothing answers there.
    #[error("no sandbox answers at {base_url}")]
    Unreachable {
        /// Where it should be.
        base_url: String,
        /// What the system says.
        source: io::Error,
    },
    /// The sandbox refused; what it says.
    #[error("the sandbox refused: {0}")]
    Refused(String),
}

/// A fault that is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmedFault {
    /// Its name on the command line.
    pub fault: String,
    /// How often it still strikes; `None` until it is cleared.
    pub left: Option<u32>,
    /// The only endpoint that it strikes.
    pub path: Option<String>,
    /// The only connection that it strikes.
    pub item_id: Option<String>,
}

/// A sandbox that takes orders.
pub struct Orders<'a> {
    base_url: &'a str,
    address: SocketAddr,
    secret: &'a str,
}

impl<'a> Orders<'a> {
    /// The sandbox at a base URL, ordered about with its secret.
    pub fn new(base_url: &'a str, secret: &'a str) -> Result<Self, OrderError> {
        let host = base_url.trim_end_matches('/').strip_prefix("http://");
        let address = host.and_then(|host| host.replace("localhost", "127.0.0.1").parse::<SocketAddr>().ok());
        match address.filter(|address| address.ip().is_loopback()) {
            Some(address) => Ok(Self { base_url, address, secret }),
            None => Err(OrderError::NotLoopback(base_url.to_owned())),
        }
    }

    /// Sets a fault, for all connections or for one; what is set then.
    pub fn fault(
        &self,
        fault: Fault,
        times: Option<u32>,
        item_id: Option<&str>,
    ) -> Result<Vec<ArmedFault>, OrderError> {
        let order = json!({"name": fault.name(), "times": times, "item_id": item_id});
        self.send("fault", &order).map(|mut answer| armed(&mut answer))
    }

    /// The faults that are set.
    pub fn armed(&self) -> Result<Vec<ArmedFault>, OrderError> {
        self.send("faults", &json!({})).map(|mut answer| armed(&mut answer))
    }

    /// Takes all faults away.
    pub fn clear(&self) -> Result<(), OrderError> {
        self.send("clear", &json!({})).map(drop)
    }

    /// Makes a connection's login stop working.
    pub fn reset_login(&self, item_id: &str) -> Result<(), OrderError> {
        self.send("reset-login", &json!({"item_id": item_id})).map(drop)
    }

    /// Lets days pass.
    pub fn advance(&self, days: u32) -> Result<(), OrderError> {
        self.send("advance", &json!({"days": days})).map(drop)
    }

    fn send(&self, name: &str, order: &Value) -> Result<Value, OrderError> {
        let unreachable = |source| OrderError::Unreachable { base_url: self.base_url.to_owned(), source };
        let answer = self.exchange(name, &order.to_string()).map_err(unreachable)?;
        let strange = || OrderError::Refused("its answer cannot be read".to_owned());
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(strange)?;
        let body: Value = serde_json::from_str(body).map_err(|_| strange())?;
        if head.starts_with("HTTP/1.1 200") {
            return Ok(body);
        }
        Err(OrderError::Refused(body["error"].as_str().unwrap_or("it does not say why").to_owned()))
    }

    fn exchange(&self, name: &str, body: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (address, secret, length) = (self.address, self.secret, body.len());
        write!(
            stream,
            "POST /sandbox-admin/{name} HTTP/1.1\r\nHost: {address}\r\nPLAID-SECRET: {secret}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.take(MOST).read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn armed(answer: &mut Value) -> Vec<ArmedFault> {
    serde_json::from_value(answer["armed"].take()).unwrap_or_default()
}
