//! Adding keys, opening with them, and what their roles allow.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{SECOND, by_identity, by_passphrase, key, key_file, keys};
use crate::env::{TestEnv, have, python_with_argon2};

#[test]
fn a_new_vault_has_one_key_and_says_what_it_is() {
    let env = TestEnv::new();
    env.init();
    let all = keys(&env);
    assert_eq!(all.len(), 1);
    let first = &all[0];
    assert_eq!(
        (first["kind"].as_str(), first["label"].as_str(), &first["roles"]),
        (Some("passphrase"), Some("passphrase"), &serde_json::json!(["owner"]))
    );
    assert_eq!(first["kdf"]["algorithm"], "argon2id");
    assert!(first["last_used_at"].is_string() && first["expires_at"].is_null() && first["in_use"] == true, "{first}");
    let table = env.ok(&["keys", "list"]).stdout;
    assert!(table.contains("argon2id") && table.contains("owner"), "{table}");
}

#[test]
fn a_second_passphrase_opens_and_is_entered_in_the_audit_trail() {
    let env = TestEnv::new();
    env.guard(SECOND);
    env.init();
    let new = env.secret_file("second", SECOND);
    let add = ["keys", "add", "passphrase", "--label", "partner", "--new-passphrase-file", new.to_str().unwrap()];
    let planned = env.ok(&[&add[..], &["--dry-run"]].concat());
    assert!(planned.stdout.is_empty() && keys(&env).len() == 1, "{planned}");
    let added = env.json(&add);
    assert_eq!((added["kind"].as_str(), added["label"].as_str()), (Some("passphrase"), Some("partner")));
    let opened = by_passphrase(&env, SECOND, &["transactions", "--json"]);
    assert_eq!(opened.status, 0, "{opened}");
    assert!(key(&env, "partner")["last_used_at"].is_null(), "reading alone is not entered yet");
    let check = env.json(&["vault", "check"]);
    assert_eq!(check["ok"], true, "{check}");
    let again = by_passphrase(&env, SECOND, &["config", "plaid", "--remove"]);
    assert_eq!(again.status, 0, "{again}");
    assert!(key(&env, "partner")["last_used_at"].is_string());
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let env = TestEnv::new();
    env.guard(SECOND);
    env.init();
    let new = env.secret_file("second", SECOND);
    env.ok(&["keys", "passwd", "--new-passphrase-file", new.to_str().unwrap()]);
    env.fails(4, &["accounts"]);
    let listed = by_passphrase(&env, SECOND, &["keys", "--json"]).json();
    assert_eq!(listed["total"], 1);
    assert_eq!(listed["items"][0]["kind"], "passphrase");
    let weak = env.secret_file("weak", "hunter2");
    let refused = by_passphrase(&env, SECOND, &["keys", "passwd", "--new-passphrase-file", weak.to_str().unwrap()]);
    assert_eq!(refused.status, 7, "{refused}");
}

#[test]
fn a_key_file_is_private_opens_alone_and_never_lies_in_the_vault() {
    let env = TestEnv::new();
    env.init();
    let file = key_file(&env, "timer", &["--role", "sync"]);
    let text = fs::read_to_string(env.path(&file)).unwrap();
    env.guard(text.lines().last().unwrap());
    assert!(text.contains("\nAGE-SECRET-KEY-1"));
    assert_eq!(fs::metadata(env.path(&file)).unwrap().permissions().mode() & 0o777, 0o600);
    let status = by_identity(&env, &file, &["status", "--json"]).json();
    assert_eq!(status["role"], "sync");

    let link = env.path("home/door");
    std::os::unix::fs::symlink(env.vault(), &link).unwrap();
    for inside in [env.vault().join("bursar.key"), env.vault().join("pending/k"), link.join("bursar.key")] {
        let refused = env.fails(7, &["keys", "add", "key-file", inside.to_str().unwrap()]);
        assert!(!inside.exists() && refused.stderr.contains("inside the vault"), "{refused}");
    }
    let taken = env.path(&file);
    env.fails(6, &["keys", "add", "key-file", taken.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&taken).unwrap(), text);
    assert_eq!(keys(&env).len(), 2);
}

#[test]
fn what_asks_for_a_secret_without_a_terminal_names_the_flag_and_its_file() {
    let env = TestEnv::new();
    env.init();
    for (args, hint) in [
        (&["keys", "add", "passphrase"][..], "bursar keys add passphrase --new-passphrase-file FILE"),
        (&["keys", "add", "passphrase", "--generate"], "bursar keys add passphrase --new-passphrase-file FILE"),
        (&["keys", "passwd"], "bursar keys passwd --new-passphrase-file FILE"),
        (&["keys", "passwd", "--generate"], "bursar keys passwd --new-passphrase-file FILE"),
        (&["keys", "recovery", "--test"], "bursar keys recovery --test --code-file FILE"),
        (&["keys", "recovery"], "bursar keys recovery --recovery-file FILE"),
    ] {
        let refused = env.fails(2, args);
        assert_eq!(refused.hint(), hint, "{refused}");
    }
    assert_eq!(keys(&env).len(), 1);
}

#[test]
fn ctrl_c_at_a_question_for_a_secret_gives_the_echo_back() {
    let env = TestEnv::new();
    env.init();
    let script = env.secret_file("ask.sh", "bursar accounts\necho \"ended with $?\"\nstty -a\n");
    let mut shell = env.shell(&script);
    shell.env_remove("BURSAR_PASSPHRASE_FILE");
    let mut terminal = env.terminal_of(&shell);
    terminal.expect("Passphrase: ");
    terminal.type_secret("half a passphr\u{3}");
    terminal.expect("ended with 130");
    let output = env.keep(terminal.finish());
    for mode in ["echo", "isig", "icanon"] {
        assert!(output.stdout.split_whitespace().any(|word| word == mode), "{mode} is off\n{output}");
    }
    assert!(!output.stdout.contains("half a"), "{output}");
}

#[test]
fn a_signal_at_a_question_for_a_secret_gives_the_echo_back() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let env = TestEnv::new();
        env.init();
        // The asker keeps its number when it becomes bursar; whoever runs the tests may ignore signals (nohup).
        let script =
            "env --default-signal sh -c 'echo $$ > asking; exec bursar accounts'\necho \"ended with $?\"\nstty -a\n";
        let mut shell = env.shell(&env.secret_file("ask.sh", script));
        shell.env_remove("BURSAR_PASSPHRASE_FILE");
        let place = shell.get_current_dir().unwrap().join("asking");
        let mut terminal = env.terminal_of(&shell);
        terminal.expect("Passphrase: ");
        terminal.await_silence();
        let asking = fs::read_to_string(place).unwrap();
        assert!(std::process::Command::new("kill").args(["-s", signal, asking.trim()]).status().unwrap().success());
        terminal.expect(&format!("ended with {code}"));
        let output = env.keep(terminal.finish());
        for mode in ["echo", "isig", "icanon"] {
            assert!(output.stdout.split_whitespace().any(|word| word == mode), "{signal}: {mode} is off\n{output}");
        }
    }
}

#[test]
fn two_factors_open_only_together() {
    let env = TestEnv::new();
    env.guard(SECOND);
    env.init();
    let phrase = env.secret_file("second", SECOND);
    let file = env.path("secrets/usb.key");
    let (path, phrase) = (file.to_str().unwrap(), phrase.to_str().unwrap());
    env.ok(&["keys", "add", "two-factor", path, "--new-passphrase-file", phrase, "--label", "both"]);
    let text = fs::read_to_string(&file).unwrap();
    env.guard(text.lines().last().unwrap());

    let both = |passphrase: &str, identity: &str| {
        let mut command = env.command(&["keys", "--json"]);
        command.env("BURSAR_PASSPHRASE_FILE", env.secret_file("typed", passphrase)).env("BURSAR_IDENTITY", identity);
        env.run_command(command)
    };
    let opened = both(SECOND, path).json();
    assert_eq!(opened["items"].as_array().unwrap().iter().find(|key| key["in_use"] == true).unwrap()["label"], "both");
    assert_eq!(both(crate::env::PASSPHRASE, path).status, 4, "the other passphrase with the file");
    assert_eq!(by_passphrase(&env, SECOND, &["keys"]).status, 4, "the passphrase alone");
    assert_eq!(by_identity(&env, "secrets/usb.key", &["keys"]).status, 4, "the file alone, and nobody to ask");
    let at = text.find("BURSAR-KEY-FILE-1").unwrap() + 30;
    let other = format!("{}{}{}", &text[..at], if &text[at..=at] == "Q" { "P" } else { "Q" }, &text[at + 1..]);
    assert_eq!(both(SECOND, env.secret_file("other.key", &other).to_str().unwrap()).status, 4, "a damaged file");
    let header = env.ok(&["vault", "inspect"]).stdout;
    assert!(header.contains("slot: two-factor"), "{header}");
}

#[test]
fn a_source_that_is_typed_comes_before_those_of_variables() {
    let env = TestEnv::new();
    env.guard(SECOND);
    env.init();
    let viewer = key_file(&env, "viewer", &["--role", "viewer"]);
    let viewer = env.path(&viewer);
    let role = |args: &[&str]| env.json(&[args, &["status"]].concat())["role"].clone();
    assert_eq!(role(&[]), "owner", "the variable's passphrase");
    assert_eq!(role(&["--identity", viewer.to_str().unwrap()]), "viewer");
    let refused = env.fails(4, &["accounts", "--passphrase-command", "false"]);
    assert!(refused.sentence().contains("\"false\""), "{refused}");
    // The passphrase that belongs to a typed key file of two factors may come from a variable.
    let phrase = env.secret_file("second", SECOND);
    let usb = env.path("secrets/usb.key");
    let usb = usb.to_str().unwrap();
    let added =
        ["keys", "add", "two-factor", usb, "--new-passphrase-file", phrase.to_str().unwrap(), "--role", "viewer"];
    env.ok(&added);
    let mut both = env.command(&["status", "--json", "--identity", usb]);
    both.env("BURSAR_PASSPHRASE_FILE", &phrase);
    assert_eq!(env.run_command(both).json()["role"], "viewer");
}

#[test]
fn somebody_elses_identity_opens_by_its_recipient() {
    if !have("age-keygen") {
        return println!("skipped: age is not installed here");
    }
    let env = TestEnv::new();
    env.init();
    let identity = env.path("secrets/laptop.txt");
    let made = std::process::Command::new("age-keygen").arg("-o").arg(&identity).output().unwrap();
    assert!(made.status.success());
    let recipient = fs::read_to_string(&identity).unwrap();
    let recipient = recipient.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned();
    env.ok(&["keys", "add", "identity", &recipient, "--label", "laptop"]);
    let listed = by_identity(&env, "secrets/laptop.txt", &["keys", "--json"]).json();
    assert_eq!(listed["items"][1]["in_use"], true);
    env.fails(6, &["keys", "add", "identity", &recipient]);
    env.fails(2, &["keys", "add", "identity", "age1nonsense"]);
}

#[test]
fn a_recovery_code_is_tried_out_and_opens() {
    let env = TestEnv::new();
    env.init();
    env.fails(2, &["keys", "recovery"]);
    let code = env.path("secrets/code.txt");
    env.ok(&["keys", "recovery", "--recovery-file", code.to_str().unwrap()]);
    let text = fs::read_to_string(&code).unwrap();
    env.guard(text.lines().last().unwrap());
    let tried = env.json(&["keys", "recovery", "--test", "--code-file", code.to_str().unwrap()]);
    assert_eq!(tried["kind"], "recovery");
    assert_eq!(by_identity(&env, "secrets/code.txt", &["accounts"]).status, 0);
    let wrong = env.secret_file("wrong.txt", &text.lines().last().unwrap().replace("KEY-1", "KEY-1Q"));
    env.fails(4, &["keys", "recovery", "--test", "--code-file", wrong.to_str().unwrap()]);
}

#[test]
fn a_recovery_code_is_shown_to_a_person_who_types_its_end() {
    let env = TestEnv::new();
    env.init();
    let mut command = env.command(&["keys", "recovery"]);
    command.env("COLUMNS", "120");
    let mut terminal = env.terminal_of(&command);
    let code = terminal.find("AGE-SECRET-KEY-1");
    terminal.expect("Type its last 6 characters");
    terminal.type_line("wrong!");
    terminal.expect("not the end");
    terminal.type_line(&code[code.len() - 6..]);
    let output = terminal.finish();
    assert_eq!(output.status, 0, "{output}");
    let mut terminal = env.terminal(&["keys", "recovery", "--test"]);
    terminal.expect("Recovery code");
    terminal.type_secret(&code);
    let output = terminal.finish();
    assert!(output.status == 0 && output.stdout.contains("it opens the vault"), "{output}");
}

#[test]
fn age_opens_the_key_file_by_a_key_file_and_by_two_factors() {
    let Some(python) = python_with_argon2().filter(|_| have("age")) else {
        return println!("skipped: age or python3 with argon2-cffi is not installed here");
    };
    let env = TestEnv::new();
    env.guard(SECOND);
    env.init();
    let alone = env.path(&key_file(&env, "device", &[]));
    let phrase = env.secret_file("second", SECOND);
    let usb = env.path("secrets/usb.key");
    let usb = usb.to_str().unwrap();
    env.ok(&["keys", "add", "two-factor", usb, "--new-passphrase-file", phrase.to_str().unwrap()]);
    let sealed = env.vault().join("bursar.keys");
    let script = crate::architecture::source::root().join("docs/open-without-bursar.py");
    let derived = std::process::Command::new(python)
        .arg(script)
        .args(["identity", sealed.to_str().unwrap(), usb])
        .stdin(fs::File::open(&phrase).unwrap())
        .output()
        .unwrap();
    assert!(derived.status.success(), "{}", String::from_utf8_lossy(&derived.stderr));
    let both = env.secret_file("both.txt", &String::from_utf8(derived.stdout).unwrap());
    for code in [alone, both] {
        let plain = std::process::Command::new("age").arg("-d").arg("-i").arg(code).arg(&sealed).output().unwrap();
        assert!(plain.status.success(), "{}", String::from_utf8_lossy(&plain.stderr));
        let outer: serde_json::Value = serde_json::from_slice(&plain.stdout).unwrap();
        assert_eq!(outer["slots"].as_array().unwrap().len(), 3);
        assert_eq!(outer["gen"], 3);
    }
}

#[test]
fn a_label_that_begins_another_id_is_ambiguous() {
    let env = TestEnv::new();
    env.init();
    key_file(&env, "laptop", &[]);
    let id = key(&env, "laptop")["id"].as_str().unwrap().to_owned();
    let label = &id[..6];
    let path = env.path("secrets/other");
    env.ok(&["keys", "add", "key-file", path.to_str().unwrap(), "--label", label]);
    let refused = env.fails(5, &["keys", "remove", label, "--yes"]);
    assert!(refused.stderr.contains("is more than one key") && refused.stderr.contains("(laptop)"), "{refused}");
    assert_eq!(keys(&env).len(), 3, "nothing was removed");
    env.ok(&["keys", "expire", &id, "now"]);
}

#[test]
fn half_of_two_factors_opens_nothing_by_itself() {
    let env = TestEnv::new();
    env.guard(SECOND);
    env.init();
    let (usb, phrase) = (env.path("secrets/usb"), env.secret_file("second", SECOND));
    let (usb, phrase) = (usb.to_str().unwrap(), phrase.to_str().unwrap());
    env.ok(&["keys", "add", "two-factor", usb, "--new-passphrase-file", phrase]);
    let status = by_identity(&env, "secrets/usb", &["status", "--json"]);
    assert_eq!(status.status, 0, "status never asks: {status}");
    assert_eq!(status.json()["unlocked"], false);
    assert_eq!(by_identity(&env, "secrets/usb", &["status", "--check"]).status, 4);
}
