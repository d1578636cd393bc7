//! Every script in `examples/` is run, as a user would run it.

use std::{fs, path::PathBuf};

use crate::{
    architecture::source::root,
    env::{Output, TestEnv, have},
};

fn example(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

fn run(env: &TestEnv, name: &str, args: &[&str]) -> Output {
    let mut command = env.shell(&example(name));
    command.args(args);
    env.run_command(command)
}

/// A vault with a synced bank.
fn synced() -> TestEnv {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.link("ins_109508");
    env.ok(&["sync"]);
    env
}

#[test]
fn monthly_spending_is_a_grid_that_adds_up() {
    if !have("jq") {
        return;
    }
    let env = synced();
    let output = run(&env, "monthly-spending.sh", &["2026-01..2026-03"]);
    assert_eq!(output.status, 0, "{output}");
    let mut reader = csv::Reader::from_reader(output.stdout.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["category", "currency", "2026-01", "2026-02", "2026-03", "total"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() >= 3, "{output}");
    for row in &rows {
        let cents = |column: usize| row[column].replace('.', "").parse::<i64>().unwrap_or_default();
        let scaled = |column: usize| if row[column].contains('.') { cents(column) } else { cents(column) * 100 };
        assert_eq!((2..5).map(scaled).sum::<i64>(), scaled(5), "{row:?}");
    }
}

#[test]
fn the_status_bar_shows_a_balance_or_why_not() {
    if !have("jq") {
        return;
    }
    let mut env = synced();
    let accounts = env.json(&["accounts"]);
    let account = &accounts["items"][0];
    let name = account["name"].as_str().unwrap();
    let balance = &account["balance"]["current"];
    let line = run(&env, "status-bar.sh", &[account["id"].as_str().unwrap()]);
    let expected =
        format!("{name} {} {}\n", balance["amount"].as_str().unwrap(), balance["currency"].as_str().unwrap());
    assert_eq!(line.stdout, expected, "{line}");
    let net = accounts["totals"][0]["net"]["amount"].as_str().unwrap();
    assert!(run(&env, "status-bar.sh", &[]).stdout.contains(net));

    assert_eq!(run(&env, "status-bar.sh", &["nowhere"]).stdout, "bursar: no such account or vault\n");
    env.unset("BURSAR_PASSPHRASE_FILE");
    assert_eq!(run(&env, "status-bar.sh", &[]).stdout, "bursar: locked\n");
}

#[test]
fn the_nightly_sync_is_silent_until_someone_has_to_act() {
    if !have("jq") {
        return;
    }
    let env = synced();
    let quiet = run(&env, "nightly-sync.sh", &[]);
    assert_eq!((quiet.status, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""), "{quiet}");
    let connections = env.json(&["connections"]);
    env.ok(&["sandbox", "reset-login", connections["items"][0]["id"].as_str().unwrap()]);
    let loud = run(&env, "nightly-sync.sh", &[]);
    assert_eq!(loud.status, 8, "{loud}");
    assert!(loud.stdout.contains(connections["items"][0]["name"].as_str().unwrap()), "{loud}");
}

#[test]
fn the_cron_line_runs_as_cron_runs_it() {
    if !have("jq") {
        return;
    }
    let env = synced();
    let table = fs::read_to_string(example("crontab")).unwrap();
    let line = table.lines().find(|line| !line.starts_with('#')).unwrap();
    let command = line.splitn(6, ' ').nth(5).unwrap();
    assert!(!command.contains('%'), "cron turns % into line breaks");
    for (folder, name, from) in [
        (".config/bursar", "passphrase", env.path("secrets/passphrase")),
        ("bin", "nightly-sync.sh", example("nightly-sync.sh")),
    ] {
        let folder = env.path("home").join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(from, folder.join(name)).unwrap();
    }
    let script = env.path("cron.sh");
    fs::write(&script, format!("{command}\n")).unwrap();
    let output = env.run_command(env.shell(&script));
    assert_eq!((output.status, output.stdout.as_str()), (0, ""), "{output}");
    fs::remove_file(env.path("home/.config/bursar/passphrase")).unwrap();
}
