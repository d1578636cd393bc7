//! A key in the desktop's keyring, with GNOME Keyring on a session bus of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{key, keys};
use crate::env::{Output, TestEnv, have};

/// A bus that starts nothing by itself, such as a keyring that nobody has opened.
const BUS: &str = r#"<busconfig><type>session</type><listen>unix:dir=PLACE</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"#;

/// A bus, and a keyring that is open, as after a login.
struct Desktop {
    env: TestEnv,
    address: String,
    programs: Vec<Child>,
}

impl Desktop {
    fn new() -> Option<Self> {
        if !have("dbus-daemon") || !have("gnome-keyring-daemon") {
            return None;
        }
        let env = TestEnv::household();
        let config = env.path("bus.conf");
        std::fs::write(&config, BUS.replace("PLACE", env.path("").to_str().unwrap())).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .args(["--print-address", "--nofork", "--nopidfile", "--nosyslog", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let mut desktop = Self { env, address: address.trim().to_owned(), programs: vec![bus] };
        desktop.log_in();
        Some(desktop)
    }

    fn log_in(&mut self) {
        let home = self.env.path("desktop");
        std::fs::create_dir_all(home.join("runtime")).unwrap();
        crate::env::mode(&home.join("runtime"), 0o700);
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--unlock", "--foreground", "--components=secrets"])
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("DBUS_SESSION_BUS_ADDRESS", &self.address)])
            .env("HOME", &home)
            .env("XDG_DATA_HOME", &home)
            .env("XDG_RUNTIME_DIR", home.join("runtime"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        keyring.stdin.take().unwrap().write_all(b"login password").unwrap();
        self.programs.push(keyring);
        let began = Instant::now();
        while !self.answers() {
            assert!(began.elapsed() < Duration::from_secs(20), "no keyring on the bus");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn answers(&self) -> bool {
        let asked = Command::new("dbus-send")
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.secrets",
                "/org/freedesktop/secrets/aliases/default",
            ])
            .args(["org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked"])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .output()
            .unwrap();
        String::from_utf8_lossy(&asked.stdout).contains("boolean false")
    }

    /// Runs without the vault's passphrase.
    fn run(&self, args: &[&str]) -> Output {
        let mut command = self.env.command(args);
        command.env_remove("BURSAR_PASSPHRASE_FILE").env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        self.env.run_command(command)
    }

    /// Runs as the owner, with the passphrase and the bus.
    fn owner(&self, args: &[&str]) -> Output {
        let mut command = self.env.command(args);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        self.env.run_command(command)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            let _gone = program.kill();
            let _reaped = program.wait();
        }
    }
}

#[test]
fn the_keyring_opens_the_vault_for_reading_and_syncing_and_for_nothing_else() {
    let Some(desktop) = Desktop::new() else { return };
    let env = &desktop.env;
    assert_eq!(desktop.run(&["accounts"]).status, 4, "nothing is kept yet");
    let planned = desktop.owner(&["keys", "add", "keyring", "--dry-run"]);
    assert!(planned.stderr.contains("would add a key of the kind keyring with the role sync"), "{planned}");
    let added = desktop.owner(&["keys", "add", "keyring", "--label", "desktop", "--json"]);
    assert_eq!(added.status, 0, "{added}");
    assert_eq!(added.json()["kind"], "keyring");
    assert_eq!(added.json()["roles"][0], "sync");
    for args in [&["accounts"][..], &["sync"], &["report", "spending"], &["keys"]] {
        let output = desktop.run(args);
        assert_eq!(output.status, 0, "{output}");
    }
    assert!(key(env, "desktop")["last_used_at"].is_string());
    // What is asked anew is not answered by the keyring, and its key is no owner's.
    assert_eq!(desktop.run(&["keys", "rotate", "--all", "--yes"]).status, 4);
    assert_eq!(desktop.run(&["transactions", "note", "t1", "x"]).status, 4);
    // It survives a rotation, which changes what it opens and not what it is.
    env.ok(&["keys", "rotate", "--ledger", "--bank", "--yes"]);
    assert_eq!(desktop.run(&["sync"]).status, 0);
    let again = desktop.owner(&["keys", "add", "keyring"]);
    assert_eq!((again.status, again.stderr.contains("already keeps a key")), (6, true), "{again}");
    let owner = desktop.owner(&["keys", "add", "keyring", "--role", "owner"]);
    assert_eq!((owner.status, owner.stderr.contains("no owner's")), (7, true), "{owner}");
    let removed = desktop.owner(&["keys", "remove", "desktop", "--yes"]);
    assert!(removed.status == 0 && removed.stderr.contains("keeps nothing of it either"), "{removed}");
    assert_eq!(desktop.run(&["accounts"]).status, 4);
    assert!(keys(env).iter().all(|key| key["kind"] != "keyring"));
}

#[test]
fn an_entry_that_opens_nothing_any_more_is_passed_over_and_replaced() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.owner(&["keys", "add", "keyring", "--label", "first"]);
    // Removed where the bus is not known: the entry stays behind.
    let removed = desktop.env.ok(&["keys", "remove", "first", "--yes"]);
    assert!(removed.stderr.contains("stays in the keyring"), "{removed}");
    let locked = desktop.run(&["accounts"]);
    assert_eq!(locked.status, 4, "{locked}");
    let failures = desktop.env.json(&["audit", "list"])["items"].to_string();
    assert!(!failures.contains("unlock_failed"), "an old entry is no failure: {failures}");
    let added = desktop.owner(&["keys", "add", "keyring", "--label", "second", "--role", "viewer"]);
    assert_eq!(added.status, 0, "{added}");
    assert_eq!(desktop.run(&["accounts"]).status, 0);
    assert_eq!(desktop.run(&["sync"]).status, 4, "a viewer does not reach the banks");
}

#[test]
fn a_key_whose_time_is_over_does_not_stand_in_the_way_of_the_others() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.owner(&["keys", "add", "keyring", "--label", "desktop"]);
    desktop.owner(&["keys", "expire", "desktop", "now"]);
    let alone = desktop.run(&["accounts"]);
    assert_eq!(alone.status, 4, "{alone}");
    let mut command = desktop.env.command(&["accounts"]);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("DBUS_SESSION_BUS_ADDRESS", &desktop.address);
    let mut terminal = desktop.env.terminal_of(&command);
    terminal.expect("Passphrase");
    let passphrase = std::fs::read_to_string(desktop.env.path("secrets/passphrase")).unwrap();
    terminal.type_secret(passphrase.trim());
    let output = desktop.env.keep(terminal.finish());
    assert_eq!(output.status, 0, "{output}");
}

#[test]
fn without_a_bus_it_is_one_sentence_and_nothing_waits() {
    let env = TestEnv::household();
    let failed = env.fails(9, &["keys", "add", "keyring"]);
    assert!(failed.stderr.contains("there is no session bus"), "{failed}");
    let began = Instant::now();
    let mut command = env.command(&["accounts"]);
    command.env_remove("BURSAR_PASSPHRASE_FILE").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let output = env.run_command(command);
    assert_eq!(output.status, 4, "{output}");
    assert!(output.stderr.contains("keyring cannot be used"), "{output}");
    assert!(began.elapsed() < Duration::from_secs(9));
}
