//! The bank of a test: the embedded sandbox, in this process, so that a test can make it misbehave.

use bursar::sandbox::{Config, Running, Server};
use serde_json::Value;

use super::{TODAY, TestEnv};

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

    /// Links an institution of the sandbox and syncs it.
    pub(crate) fn link(&self, institution: &str) -> Value {
        self.json(&["link", "--institution", institution, "--yes"])
    }
}
