//! The second source: a claim that works once.

use super::{Scene, household, strike, whole, words};
use crate::env::TestEnv;

/// A connection from a setup token, made from nothing each time with a token of its own.
struct Claim {
    env: TestEnv,
    number: u64,
}

impl Claim {
    fn linked(&self) -> Vec<serde_json::Value> {
        self.env.json(&["connections"])["items"].as_array().unwrap().clone()
    }

    fn put_token(&mut self) {
        self.number += 1;
        let token = self.env.sandbox().setup_token(self.number);
        self.env.secret_file("setup-token", &format!("{token}\n"));
    }
}

impl Scene for Claim {
    fn reset(&mut self) {
        super::banks::copy(&self.env.path("saved"), &self.env.path("home"));
        self.put_token();
    }

    fn env(&self) -> &TestEnv {
        &self.env
    }

    fn command(&self) -> Vec<String> {
        let file = self.env.path("secrets/setup-token");
        words(&format!("link simplefin --yes --no-sync --name Mine --token-file {}", file.display()))
    }

    fn check(&mut self, done: bool, what: &str) {
        whole(&self.env, what);
        assert!(!done || self.linked().len() == 1, "{what}");
        if self.linked().is_empty() {
            // Either what the claim gave lies in `pending/`, or the setup token is as good as before.
            let resumed = self.env.run(&["link", "--resume", "--yes", "--no-sync"]);
            assert!(resumed.status == 0 || resumed.status == 5, "{what}: {resumed}");
            if resumed.status == 5 {
                let command = self.command();
                let again = self.env.run(&command.iter().map(String::as_str).collect::<Vec<_>>());
                if again.status != 0 {
                    // Between the answer and the disk there is one moment in which it is in memory only: killed there, or with a
                    // disk that takes nothing from then on, it is lost. One failure alone loses nothing.
                    assert!(!what.contains("Once(") && again.stderr.contains("claimed already"), "{what}: {again}");
                    self.put_token();
                    let command = self.command();
                    self.env.ok(&command.iter().map(String::as_str).collect::<Vec<_>>());
                }
            }
        }
        let linked = self.linked();
        assert_eq!((linked.len(), linked[0]["name"].as_str()), (1, Some("Mine")), "{what}");
        // A day later the server counts its calls anew.
        self.env.sandbox().advance(1);
        self.env.ok(&["sync"]);
    }
}

#[test]
fn claim() {
    let mut env = household(|bank| bank.transactions = Some(50));
    for name in ["BURSAR_PLAID_BASE_URL", "PLAID_CLIENT_ID", "PLAID_SECRET"] {
        env.unset(name);
    }
    super::banks::copy(&env.path("home"), &env.path("saved"));
    strike(&mut Claim { env, number: 0 }, 20);
}
