//! The judge of the Plaid definition stands between a client and the sandbox and checks every answer.
//!
//! The definition and the judge lie beside the repository on machines that check conformance (`../shared`); the
//! judge's Python packages are in the interpreter that `BURSAR_TEST_PYTHON` names.

use std::{path::Path, process::Command};

use bursar::sandbox::{Config, Fault, Progress, Running, Server};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");

/// The interpreter and the shared files, or why the test cannot judge here.
fn judge() -> Result<(String, String, String), String> {
    let python =
        std::env::var("BURSAR_TEST_PYTHON").map_err(|_| "BURSAR_TEST_PYTHON names no interpreter".to_owned())?;
    let (proxy, spec) =
        (format!("{SHARED}/tools/validate_proxy.py"), format!("{SHARED}/spec/plaid/openapi-subset.yml"));
    if !Path::new(&proxy).exists() || !Path::new(&spec).exists() {
        return Err("the Plaid definition is not beside the repository".to_owned());
    }
    let packages = Command::new(&python).args(["-c", "import yaml, jsonschema"]).status();
    if !packages.is_ok_and(|status| status.success()) {
        return Err(format!("{python} lacks pyyaml and jsonschema"));
    }
    Ok((python, proxy, spec))
}

/// Runs a script through the judge against a bank; what the judge said, or nothing where it is not at hand.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn judged(bank: &Running, script: &str) -> Option<(bool, String)> {
    let (python, proxy, spec) = match judge() {
        Ok(judge) => judge,
        Err(reason) => {
            eprintln!("skipped: {reason}");
            return None;
        }
    };
    let script = format!("{}/tests/protocol/{script}", env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(&python)
        .args([&proxy, &spec, &bank.base_url, "--port", "0", "--judge", "server", "--strict", "--", &python, &script])
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
