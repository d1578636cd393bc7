//! `bursar incident`: everything taken back in one command, and gone on with after a stop.

use std::fs;

use serde_json::Value;

use crate::env::{Output, TestEnv, have};

const NEW: &str = "canary-new-passphrase-of-the-day-4471";

/// A household with a timer's key and a recovery code, a copy of the vault as a thief took it, and files for the new secrets.
struct Bad {
    env: TestEnv,
    timer: String,
    new: String,
    recovery: String,
}

fn bad_day() -> Bad {
    let env = TestEnv::household();
    env.guard(NEW);
    let text = |name: &str| env.path("secrets").join(name).to_str().unwrap().to_owned();
    let (timer, recovery) = (text("timer.key"), text("new-recovery.txt"));
    env.ok(&["keys", "add", "key-file", &timer, "--role", "sync", "--label", "timer"]);
    let new = env.secret_file("new", &format!("{NEW}\n")).to_str().unwrap().to_owned();
    Bad { env, timer, new, recovery }
}

impl Bad {
    fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let all =
            ["incident", "--yes", "--new-passphrase-file", &self.new, "--recovery-file", &self.recovery, "--json"];
        [&all[..], more].concat()
    }

    /// Runs with another secret than the first passphrase.
    fn by(&self, flag: &str, file: &str, args: &[&str]) -> Output {
        let mut command = self.env.command(&[args, &[flag, file]].concat());
        command.env_remove("BURSAR_PASSPHRASE_FILE");
        self.env.run_command(command)
    }

    /// The vault opens by the new secrets only, and its banks work.
    fn all_is_new(&self) {
        let old = self.env.fails(4, &["accounts", "--json"]);
        assert_eq!(old.error()["code"], "wrong_secret");
        assert_eq!(self.by("--identity", &self.timer, &["accounts"]).status, 4);
        assert_eq!(self.by("--identity", &self.recovery, &["accounts"]).status, 0);
        let synced = self.by("--passphrase-file", &self.new, &["sync"]);
        assert_eq!(synced.status, 0, "{synced}");
        let keys = self.by("--passphrase-file", &self.new, &["keys", "--json"]).json();
        assert_eq!(keys["total"], 2, "{keys}");
        let check = self.by("--passphrase-file", &self.new, &["vault", "check", "--json"]).json();
        assert_eq!(check["ok"], true, "{check}");
        let verified = self.by("--passphrase-file", &self.new, &["audit", "verify", "--json"]).json();
        assert_eq!(verified["ok"], true, "{verified}");
    }

    /// What the audit log has of incidents, oldest first; opened by the new passphrase, or by the old one.
    fn actions(&self) -> Vec<String> {
        let list = ["audit", "list", "--action", "incident", "--json"];
        let by_new = self.by("--passphrase-file", &self.new, &list);
        let log = if by_new.status == 0 { by_new } else { self.env.ok(&list) }.json();
        let items = log["items"].as_array().unwrap();
        items.iter().rev().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
    }
}

fn state<'a>(answer: &'a Value, step: &str) -> &'a Value {
    let steps = answer["steps"].as_array().unwrap();
    &steps.iter().find(|found| found["step"] == step).unwrap_or_else(|| panic!("no {step} in {answer}"))["state"]
}

#[test]
fn one_command_takes_everything_back() {
    let bad = bad_day();
    let stolen = bad.env.path("secrets/stolen");
    fs::create_dir(&stolen).unwrap();
    for file in ["bursar.keys", "vault.db"] {
        fs::copy(bad.env.vault().join(file), stolen.join(file)).unwrap();
    }
    let before = fs::read(bad.env.vault().join("vault.db")).unwrap();
    let answer = bad.env.ok(&bad.args(&[])).json();
    assert_eq!(answer["done"], true, "{answer}");
    for step in ["sessions", "banks", "slots", "keys"] {
        assert_eq!(state(&answer, step), "done");
    }
    assert!(answer["by_hand"].as_array().unwrap().iter().any(|step| step["step"] == "plaid"), "{answer}");
    bad.all_is_new();
    assert_ne!(before[..16], fs::read(bad.env.vault().join("vault.db")).unwrap()[..16], "the ledger has another key");
    let keys = fs::read(bad.env.vault().join("bursar.keys")).unwrap();
    fs::copy(stolen.join("bursar.keys"), bad.env.vault().join("bursar.keys")).unwrap();
    assert_ne!(bad.env.run(&["accounts"]).status, 0, "the stolen key file opens the vault of today");
    fs::write(bad.env.vault().join("bursar.keys"), keys).unwrap();
    assert_eq!(
        bad.actions(),
        ["incident.begin", "incident.token", "incident.slot", "incident.slot", "incident.keys", "incident.end"]
    );
}

#[test]
fn the_plan_changes_nothing_and_nobody_is_locked_out() {
    let bad = bad_day();
    let keys = fs::read(bad.env.vault().join("bursar.keys")).unwrap();
    let plan = bad.env.ok(&["incident", "--dry-run"]);
    bad.env.snapshot("incident-plan", &plan);
    bad.env.snapshot("incident-nobody", &bad.env.fails(2, &["incident", "--yes"]));
    let known = bad.env.path("secrets/passphrase").to_str().unwrap().to_owned();
    let weak = bad.env.secret_file("weak", "hunter2\n").to_str().unwrap().to_owned();
    let place = ["--no-recovery"];
    let taken = ["--recovery-file", &bad.timer];
    for (status, code, passphrase, recovery) in [
        (7, "known_passphrase", &known, &place[..]),
        (7, "weak_passphrase", &weak, &place),
        (6, "file_exists", &bad.new, &taken),
    ] {
        let args = [&["incident", "--yes", "--json", "--new-passphrase-file", passphrase][..], recovery].concat();
        let error = bad.env.fails(status, &args).error();
        assert_eq!(error["code"], code);
        assert!(error["message"].as_str().unwrap().contains("nothing was changed"), "{error}");
    }
    assert!(!bad.actions().iter().any(|action| action.starts_with("incident.")), "{:?}", bad.actions());
    bad.env.ok(&["accounts"]);
    assert_eq!(keys, fs::read(bad.env.vault().join("bursar.keys")).unwrap());
    assert_eq!(bad.by("--identity", &bad.timer, &["status", "--check"]).status, 0);
}

#[test]
fn offline_the_vault_is_renewed_and_the_banks_follow_later() {
    let bad = bad_day();
    let first = bad.env.fails(3, &bad.args(&["--offline"]));
    assert_eq!(first.error()["code"], "incident_unfinished");
    let answer: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!((state(&answer, "banks"), state(&answer, "keys")), (&"left".into(), &"done".into()));
    bad.all_is_new();
    let second = bad.by("--passphrase-file", &bad.new, &["incident", "--yes", "--json"]);
    assert_eq!(second.status, 0, "{second}");
    assert_eq!(second.json()["done"], true);
    bad.all_is_new();
}

#[test]
fn connections_can_be_ended_instead() {
    let bad = bad_day();
    bad.env.ok(&bad.args(&["--remove-banks"]));
    let connections = bad.by("--passphrase-file", &bad.new, &["connections", "--json"]).json();
    assert!(connections["items"].as_array().unwrap().iter().all(|bank| bank["state"] == "removed"), "{connections}");
    let kept = bad.by("--passphrase-file", &bad.new, &["transactions", "--json"]).json();
    assert!(kept["total"].as_u64().unwrap() > 10);
    let audit = bad.by("--passphrase-file", &bad.new, &["audit", "list", "--json"]).json();
    let entered = |action: &str| {
        let entries = audit["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == action);
        entries.map(|entry| entry["resource"].as_str().unwrap()).collect::<Vec<_>>()
    };
    let ended = entered("connection.remove");
    assert!(!ended.is_empty());
    assert_eq!(ended, entered("incident.token"), "each end is entered once as what it is, and once as a step");
}

const RENAMES: &str = "rename,renameat,renameat2";
const SYNCS: &str = "fsync,fdatasync,unlink,unlinkat,ftruncate";

/// Killed at the k-th system call of a kind: in the middle of keys, copies and pins.
#[test]
fn killed_in_the_middle_it_goes_on() {
    if !have("strace") {
        return;
    }
    for (calls, kill_at) in [(RENAMES, 2), (RENAMES, 6), (SYNCS, 19)] {
        let bad = bad_day();
        let kill = format!("inject={calls}:signal=KILL:when={kill_at}");
        let (killed, _) = bad.env.traced(&bad.args(&[]), &[&kill]);
        assert_ne!(killed.status, 0, "the kill did not happen\n{killed}");
        // The old passphrase opens until its slot is gone, the new one from then on.
        let _kept = fs::remove_file(&bad.recovery);
        if bad.actions().last().is_some_and(|action| action == "incident.end") {
            continue;
        }
        let again = match bad.env.run(&bad.args(&[])) {
            output if output.status == 4 => bad.by("--passphrase-file", &bad.new, &bad.args(&[])),
            output => output,
        };
        assert_eq!(again.status, 0, "{kill_at}: {again}");
        assert_eq!(bad.env.fails(4, &["accounts", "--json"]).error()["code"], "wrong_secret");
        assert_eq!(bad.by("--passphrase-file", &bad.new, &["sync"]).status, 0);
        let check = bad.by("--passphrase-file", &bad.new, &["vault", "check", "--json"]).json();
        assert_eq!(check["ok"], true, "{check}");
    }
}

/// What a person sees and types; the recovery code is asked back before anything depends on it.
#[test]
fn at_a_terminal_everything_is_asked_for() {
    let bad = bad_day();
    let mut terminal = bad.env.terminal(&["incident"]);
    terminal.expect("Passphrase: ");
    terminal.type_secret(crate::env::PASSPHRASE);
    terminal.expect("4. list what only you can do");
    terminal.expect("Type incident to go on: ");
    terminal.type_line("incident");
    terminal.expect("New passphrase");
    terminal.type_secret(NEW);
    terminal.expect("The same again: ");
    terminal.type_secret(NEW);
    terminal.expect("    AGE-SECRET-KEY-1");
    let code = format!("AGE-SECRET-KEY-1{}", terminal.find("").trim());
    bad.env.guard(&code);
    terminal.expect("Type its last 6 characters");
    terminal.type_line(&code[code.len() - 6..]);
    let output = terminal.finish();
    assert_eq!(output.status, 0, "{output}");
    assert!(output.stdout.contains("rotate the secret in Plaid's dashboard"), "{output}");
    fs::write(&bad.recovery, format!("{code}\n")).unwrap();
    crate::env::mode(std::path::Path::new(&bad.recovery), 0o600);
    bad.all_is_new();
}
