//! The bank of a test: the embedded sandbox, in this process, so that a test can make it misbehave.

use std::{future::Future, sync::Arc, time::Duration};

use bursar::{
    plaid::{Client, Config as ClientConfig, Environment},
    sandbox::{Config, Running, Server},
    secret::Secret,
    store::Store,
    vault::{Access, Location, Locked, SlotSecret, Unlocked},
};
use serde_json::Value;

use super::{PASSPHRASE, TODAY, TestEnv};

/// Waits for a future, without a runtime of the test's own.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

impl TestEnv {
    /// A vault with a household's accounts and history.
    pub(crate) fn household() -> Self {
        let mut env = Self::new();
        env.bank();
        env.init();
        env.link("ins_109508");
        env
    }

    /// Opens a bank with a household's data and points bursar at it.
    pub(crate) fn bank(&mut self) {
        self.bank_with(|_| ());
    }

    /// Opens a bank that differs from the usual one.
    pub(crate) fn bank_with(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = Config::on(7, TODAY.parse().unwrap());
        change(&mut config);
        let running = Server::start(config).unwrap();
        self.set("BURSAR_PLAID_BASE_URL", &running.base_url);
        self.set("PLAID_CLIENT_ID", &running.client_id);
        self.set("PLAID_SECRET", &running.secret);
        self.guard(&running.secret);
        self.bank = Some(running);
    }

    /// The bank, to be told to misbehave.
    pub(crate) fn sandbox(&self) -> &Running {
        self.bank.as_ref().expect("the test opened no bank")
    }

    /// A client of that bank in this process, for what happens behind bursar's back.
    pub(crate) fn client(&self) -> Client {
        let bank = self.sandbox();
        let secret = Secret::new(bank.secret.clone());
        let mut config = ClientConfig::new(Environment::Sandbox, bank.client_id.clone(), secret);
        config.base_url = Some(bank.base_url.clone());
        Client::new(config).unwrap()
    }

    /// The vault, open in this process.
    pub(crate) fn unlocked(&self) -> Arc<Unlocked> {
        let location = Location { dir: self.vault(), state_dir: self.path("home/.local/state/bursar") };
        let secret = SlotSecret::Passphrase(Secret::new(PASSPHRASE.to_owned()));
        Arc::new(Locked::open(&location).unwrap().unlock(&secret, jiff::Timestamp::UNIX_EPOCH).unwrap())
    }

    /// The access token and the Item of a connection.
    pub(crate) fn token(&self, connection: i64) -> (Secret<String>, String) {
        let vault = self.unlocked();
        let store = Store::open(&vault, Access::Read, Duration::ZERO).unwrap();
        let kept = store.connection(bursar::domain::ids::ConnectionId(connection)).unwrap();
        let sealed = kept.token.expect("the connection has no token");
        (vault.open_token(kept.item_id.as_str(), &kept.environment, &sealed).unwrap(), kept.item_id.to_string())
    }

    /// What a process leaves that is killed between a bank's reply and its commit.
    pub(crate) fn leave_behind(&self, reply: &Value) {
        let vault = self.unlocked();
        let writer = vault.writer_lock(Duration::from_secs(10)).unwrap();
        vault.reserve_pending(&writer).unwrap().keep(&Secret::new(reply.to_string())).1.unwrap();
    }

    /// Links an institution of the sandbox and syncs it.
    pub(crate) fn link(&self, institution: &str) -> Value {
        self.json(&["link", "--institution", institution, "--yes"])
    }
}
