//! The judge of the Plaid definition stands between a client and the sandbox and checks every answer.

use std::process::Command;

use bursar::sandbox::{Config, Fault, Progress, Running, Server};

use crate::env::judge;

/// Runs a script through the judge against a bank; what the judge said, or nothing where it is not at hand.
fn judged(bank: &Running, script: &str) -> Option<(bool, String)> {
    let judge = judge()?;
    let script = format!("{}/tests/protocol/{script}", env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(&judge.python)
        .args([&judge.proxy, &judge.definition])
        .args([&bank.base_url, "--port", "0", "--judge", "server", "--strict", "--", &judge.python, &script])
        .env("PLAID_CLIENT_ID", &bank.client_id)
        .env("PLAID_SECRET", &bank.secret)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    Some((run.status.success(), said))
}

fn bank() -> Running {
    let config = Config { progress: Progress::LIKE_A_BANK, ..Config::on(7, "2026-03-20".parse().unwrap()) };
    Server::start(config).unwrap()
}

#[test]
fn the_sandbox_keeps_to_the_definition() {
    let Some((success, said)) = judged(&bank(), "drive_sandbox.py") else { return };
    assert!(success && said.contains(" passed, 0 failed"), "{said}");
}

/// Plaid's own client for Python has a model for each answer and refuses what does not fit it.
#[test]
fn the_official_client_goes_through_a_connections_whole_life() {
    let bank = Server::start(Config::on(7, "2026-03-20".parse().unwrap())).unwrap();
    let Some((success, said)) = judged(&bank, "official_client.py") else { return };
    assert!(success && said.contains(" passed, 0 failed"), "{said}");
    bank.fault(Fault::MissingField, None);
    let (success, said) = judged(&bank, "official_client.py").unwrap();
    assert!(!success, "it accepts a transaction without a date: {said}");
}

#[test]
fn a_defect_in_the_sandbox_is_caught() {
    let bank = Server::start(Config::on(7, "2026-03-20".parse().unwrap())).unwrap();
    let Some((success, said)) = judged(&bank, "one_page.py") else { return };
    assert!(success && said.contains(" passed, 0 failed"), "without a defect nothing is found: {said}");
    for (defect, field) in [
        (Fault::MissingField, "date"),
        (Fault::WrongKind, "pending"),
        (Fault::AmountAsText, "amount"),
        (Fault::UnknownField, "surprise"),
    ] {
        bank.fault(defect, None);
        let (success, said) = judged(&bank, "one_page.py").unwrap();
        assert!(!success && said.contains(" passed, 1 failed"), "{}: {said}", defect.name());
        assert!(said.contains(field), "{} is named by its field: {said}", defect.name());
    }
}
