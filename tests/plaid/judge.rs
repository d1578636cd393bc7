//! What is sent to Plaid, judged by Plaid's own definition: by the client through every call it knows, and by the finished
//! binary through a connection's life, the repair of it too.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use super::life::{start, whole_life};
use crate::{
    complaints::linked_by_hand,
    env::{TestEnv, judge},
};

/// The judge between client and sandbox, ended when dropped.
struct Between {
    child: Child,
    base_url: String,
}

impl Drop for Between {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Between {
    /// Nothing where there is no judge.
    fn start(upstream: &str) -> Option<Self> {
        let judge = judge()?;
        let mut child = Command::new(&judge.python)
            .args([&judge.proxy, &judge.definition])
            .args([upstream, "--port", "0", "--judge", "client"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let base_url = line.split(' ').nth(1).unwrap_or_else(|| panic!("the judge said {line:?}")).to_owned();
        Some(Self { child, base_url })
    }

    /// Lets it finish: nothing may be against the definition, and of its paths only these may be missing.
    fn acquits(mut self, never_called: &[&str]) {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        let lines = BufReader::new(self.child.stdout.take().unwrap()).lines();
        let lines: Vec<String> = lines.map_while(Result::ok).collect();
        let verdict = lines.join("\n");
        assert!(verdict.ends_with(" 0 failed"), "{verdict}");
        let missing = lines.iter().find_map(|line| line.strip_prefix("note  never called: ")).unwrap_or_default();
        assert_eq!(missing.split_whitespace().collect::<Vec<_>>(), never_called, "{verdict}");
    }
}

#[test]
fn plaids_definition_has_nothing_to_say_against_what_is_sent() {
    let sandbox = start();
    let Some(judge) = Between::start(&sandbox.base_url) else { return };
    whole_life(&sandbox, &judge.base_url);
    judge.acquits(&["/item/webhook/update"]);
}

#[test]
fn nor_against_what_the_finished_binary_sends() {
    let mut env = TestEnv::new();
    env.bank();
    let Some(judge) = Between::start(&env.sandbox().base_url) else { return };
    env.set("BURSAR_PLAID_BASE_URL", &judge.base_url);
    env.init();
    env.ok(&["config", "set", "sync.products", "[\"liabilities\", \"investments\", \"trades\", \"recurring\"]"]);
    let sign_in = "username=user_good&password=pass_good";
    let linked =
        linked_by_hand(&env, &[], true, &["institution=ins_109508", sign_in, "account=0000&account=3333&account=6666"]);
    assert_eq!(linked.status, 0, "{linked}");
    env.ok(&["sandbox", "reset-login", "c1"]);
    env.fails(8, &["sync"]);
    let repaired = linked_by_hand(&env, &["--repair", "c1"], false, &[sign_in]);
    assert_eq!(repaired.status, 0, "{repaired}");
    env.ok(&["sync", "--refresh", "--yes"]);
    env.ok(&["accounts", "--realtime", "--yes"]);
    env.ok(&["connections", "show", "c1", "--health"]);
    env.ok(&["connections", "rotate", "c1"]);
    env.ok(&["connections", "remove", "c1", "--yes"]);
    judge.acquits(&[
        "/item/webhook/update",
        "/sandbox/public_token/create",
        "/sandbox/item/fire_webhook",
        "/sandbox/transactions/create",
    ]);
}
