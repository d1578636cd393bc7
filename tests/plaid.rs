//! The Plaid client against servers that misbehave, and against Plaid's own examples where they are at hand.

mod docs;
mod endpoints;
mod examples;
mod gzip;
#[cfg(feature = "sandbox")]
mod judge;
#[cfg(feature = "sandbox")]
mod life;
mod rows;
mod server;
mod sync;
mod transport;

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use bursar::{
    plaid::{Client, Config, Environment, Time, Wait},
    secret::Secret,
};

/// Time that jumps instead of passing, and remembers every pause.
#[derive(Default)]
struct Jumps(Mutex<Vec<Duration>>);

impl Jumps {
    fn pauses(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Time for Jumps {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().iter().sum()
    }
    fn sleep(&self, how_long: Duration) -> Wait {
        self.0.lock().unwrap().push(how_long);
        Box::pin(std::future::ready(()))
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// Marks in all that must never be shown.
const CLIENT_ID: &str = "client-id-canary";
const SECRET: &str = "plaid-secret-canary";
const TOKEN: &str = "access-sandbox-token-canary";

fn token() -> Secret<String> {
    secret(TOKEN)
}

/// A configuration for a server on this machine, whose pauses take no time.
fn config(base_url: &str) -> (Config, Arc<Jumps>) {
    config_with(base_url, CLIENT_ID, SECRET)
}

fn config_with(base_url: &str, client_id: &str, plaid_secret: &str) -> (Config, Arc<Jumps>) {
    let jumps = Arc::new(Jumps::default());
    let mut config = Config::new(Environment::Sandbox, client_id, secret(plaid_secret));
    config.base_url = Some(base_url.to_owned());
    config.time = jumps.clone();
    (config, jumps)
}

fn client(base_url: &str) -> (Client, Arc<Jumps>) {
    let (config, jumps) = config(base_url);
    (Client::new(config).unwrap(), jumps)
}
