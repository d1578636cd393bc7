//! One-time codes before what only the owner may do.

use std::path::PathBuf;

use totp_rs::{Algorithm, Secret, TOTP};

use crate::env::{Output, PASSPHRASE, TestEnv};

/// The code of the time step that comes next, which is good already and was not used by `enable`.
fn next_code(seed: &str, steps: i64) -> String {
    let seed = Secret::Encoded(seed.to_owned()).to_bytes().unwrap();
    let now = jiff::Timestamp::now().as_second() + 30 * steps;
    TOTP::new(Algorithm::SHA1, 6, 1, 30, seed, None, String::new()).unwrap().generate(now.unsigned_abs())
}

struct Guarded {
    env: TestEnv,
    seed: String,
    backup: Vec<String>,
}

/// A vault that asks for codes, set up as a person does it.
fn guarded() -> Guarded {
    let env = TestEnv::new();
    env.init();
    let mut terminal = env.terminal(&["keys", "totp", "enable"]);
    terminal.expect("Passphrase: ");
    terminal.type_secret(PASSPHRASE);
    terminal.expect("They do not protect the vault's file");
    terminal.expect("or type this key:");
    terminal.expect("    ");
    let seed = terminal.find("").trim().to_owned();
    terminal.expect("shows now: ");
    // A step may end between reading the clock here and there, but not twice.
    terminal.type_secret(&next_code(&seed, 0));
    terminal.expect("shown this once:");
    let output = terminal.finish();
    assert_eq!(output.status, 0, "{output}");
    let lines = output.stdout.rsplit("shown this once:").next().unwrap().lines().map(str::trim);
    let code = |line: &&str| line.len() == 10 && line.chars().all(|c| c.is_ascii_alphanumeric());
    let backup: Vec<String> = lines.filter(code).map(str::to_owned).collect();
    assert_eq!(backup.len(), 10, "{output}");
    for secret in backup.iter().chain([&seed]) {
        env.guard(secret);
    }
    Guarded { env, seed, backup }
}

#[test]
fn going_on_with_an_older_vault_wants_a_code_too() {
    let Guarded { env, backup, .. } = guarded();
    let before = env.path("before");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        std::fs::create_dir_all(to).unwrap();
        for file in ["bursar.keys", "vault.db"] {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
    };
    copy(&env.vault(), &before);
    env.ok(&["config", "plaid", "--remove", "--totp-file", &code_file(&env, &backup[1])]);
    copy(&before, &env.vault());
    env.fails(10, &["accounts"]);
    let accept = ["vault", "accept-older", "--yes"];
    assert!(env.fails(4, &accept).stderr.contains("one-time code"));
    env.ok(&["vault", "accept-older", "--dry-run"]);
    env.ok(&[&accept[..], &["--totp-file", &code_file(&env, &backup[0])]].concat());
    env.ok(&["accounts"]);
}

#[test]
fn one_of_many_at_the_same_time_gets_the_code() {
    let Guarded { env, seed, backup } = guarded();
    for code in [next_code(&seed, 1), backup[0].clone()] {
        let file = code_file(&env, &code);
        let sign_off = ["review", "--sign-off", "--totp-file", &file];
        let all: Vec<_> = (0..6).map(|_| env.start(&sign_off)).collect();
        let mut ends: Vec<i32> = all.into_iter().map(|one| env.keep(one.finish()).status).collect();
        ends.sort_unstable();
        assert_eq!(ends, [0, 4, 4, 4, 4, 4]);
    }
}

#[test]
fn wrong_codes_make_the_next_one_wait() {
    let Guarded { env, backup, .. } = guarded();
    let with = |code: &str| {
        let file = code_file(&env, code);
        env.start(&["review", "--sign-off", "--json", "--totp-file", &file])
    };
    let guesses: Vec<_> = (0..4).map(|_| with("000000")).collect();
    let errors: Vec<Output> = guesses.into_iter().map(|guess| env.keep(guess.finish())).collect();
    assert!(errors.iter().all(|error| error.status == 4), "{errors:?}");
    let failed = env.json(&["audit", "list", "--action", "totp.failed"])["total"].as_u64().unwrap();
    assert!((1..4).contains(&failed), "{failed} of four guesses at the same time were looked at");
    let patient = env.keep(with(&backup[0]).finish());
    assert_eq!(patient.status, 0, "{patient}");
    assert!(patient.stderr.contains("a one-time code was wrong"), "{patient}");
}

#[test]
fn what_ends_connections_and_changes_plaids_keys_wants_a_code() {
    let Guarded { mut env, backup, .. } = guarded();
    env.set("PLAID_CLIENT_ID", "client");
    env.set("PLAID_SECRET", "secret-of-the-client-5521");
    env.guard("secret-of-the-client-5521");
    for act in [
        &["config", "plaid"][..],
        &["config", "plaid", "--remove"],
        &["connections", "rotate", "--all"],
        &["connections", "remove", "c1", "--local", "--purge", "--yes"],
    ] {
        let refused = env.fails(4, &[act, &["--json"]].concat());
        assert_eq!(refused.error()["code"], "totp_required", "{act:?}");
    }
    env.ok(&["config", "plaid", "--totp-file", &code_file(&env, &backup[0])]);
}

fn code_file(env: &TestEnv, code: &str) -> String {
    let file: PathBuf = env.secret_file("code", &format!("{code}\n"));
    file.to_str().unwrap().to_owned()
}

#[test]
fn only_the_owners_acts_want_a_code_and_each_code_is_good_once() {
    let Guarded { env, seed, backup } = guarded();
    env.ok(&["accounts"]);
    env.ok(&["keys"]);
    let key = env.path("secrets/timer.key");
    let add = ["keys", "add", "key-file", key.to_str().unwrap(), "--role", "sync"];
    env.snapshot("totp-required", &env.fails(4, &add));
    let with = |code: &str| [&add[..], &["--totp-file", &code_file(&env, code)]].concat().join(" ");
    let run = |line: &str| env.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(run(&with("000000")).status, 4);
    let code = next_code(&seed, 1);
    assert_eq!(run(&with(&code)).status, 0);
    let again = env.fails(4, &["keys", "expire", "key-file", "now", "--totp-file", &code_file(&env, &code)]);
    env.snapshot("totp-wrong", &again);

    let file = code_file(&env, &backup[2]);
    env.ok(&["keys", "rotate", "--all", "--yes", "--totp-file", &file]);
    let file = code_file(&env, &backup[0]);
    env.ok(&["keys", "expire", "key-file", "now", "--totp-file", &file]);
    env.fails(4, &["keys", "expire", "key-file", "never", "--totp-file", &file]);
    let status = env.json(&["keys", "totp"]);
    assert_eq!((&status["enabled"], &status["backup_codes"]), (&true.into(), &8.into()));
    let planned = ["keys", "totp", "backup-codes", "--dry-run", "--totp-file", &code_file(&env, &backup[3])];
    env.ok(&planned);
    assert_eq!(env.json(&["keys", "totp"])["backup_codes"], 7, "the dry run took one and made none");
    let off = code_file(&env, &backup[1]);
    env.ok(&["keys", "totp", "disable", "--totp-file", &off]);
    env.ok(&["keys", "expire", "key-file", "never"]);
    assert_eq!(env.json(&["keys", "totp", "status"])["enabled"], false);
}

#[test]
fn a_lost_authenticator_is_replaced_by_the_recovery_code() {
    let mut env = TestEnv::new();
    let recovery = env.path("secrets/recovery.txt");
    env.ok(&["init", "--env", "sandbox", "--recovery-file", recovery.to_str().unwrap(), "--yes"]);
    let mut terminal = env.terminal(&["keys", "totp", "enable"]);
    terminal.expect("Passphrase: ");
    terminal.type_secret(PASSPHRASE);
    terminal.expect("or type this key:");
    terminal.expect("    ");
    let seed = terminal.find("").trim().to_owned();
    env.guard(&seed);
    terminal.expect("shows now: ");
    terminal.type_secret("123");
    terminal.expect("that is not the code");
    terminal.expect("shows now: ");
    terminal.type_secret(&next_code(&seed, 0));
    assert_eq!(terminal.finish().status, 0);
    env.fails(4, &["keys", "totp", "disable"]);
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.ok(&["keys", "totp", "disable", "--identity", recovery.to_str().unwrap()]);
}

#[test]
fn nobody_sets_codes_up_without_a_terminal() {
    let env = TestEnv::new();
    env.init();
    env.snapshot("totp-no-terminal", &env.fails(2, &["keys", "totp", "enable"]));
    assert_eq!(env.json(&["keys", "totp"]), serde_json::json!({"enabled": false, "since": null, "backup_codes": null}));
    env.fails(5, &["keys", "totp", "backup-codes"]);
}
