//! Which crate, which part of the standard library and which language feature lives in which room.

use super::{hold, source};

/// Words in code, and the places (prefixes below `src/`) that may contain them.
const HOMES: &[(&str, &[&str])] = &[
    // SQL and ciphers
    ("rusqlite", &["store", "vault", "sys"]), // sys: the key is handed over by FFI
    ("age::", &["vault"]),
    ("argon2", &["vault"]),
    ("chacha20poly1305", &["vault"]),
    ("bech32", &["vault"]),
    ("linux_keyutils", &["vault"]),
    ("tar::", &["vault"]),
    ("keyring_core", &["ops/keyring"]),
    ("totp_rs", &["ops"]),
    // network
    ("reqwest", &["http"]),
    ("rustls", &["http"]),
    ("backon", &["plaid"]),
    ("tiny_http", &["loopback", "sandbox"]),
    // command line and screen
    ("clap", &["cli", "commands"]),
    ("clap_complete", &["cli", "commands"]),
    ("clap_mangen", &["cli", "commands"]),
    ("comfy_table", &["render"]),
    ("rpassword", &["ui"]),
    ("indicatif", &["ui"]),
    ("io::stdout", &["ui"]),
    ("io::stderr", &["ui"]),
    ("io::stdin", &["ui"]),
    ("stdout()", &["ui"]),
    ("stderr()", &["ui"]),
    ("stdin()", &["ui"]),
    ("println!", &["ui"]),
    ("eprintln!", &["ui"]),
    ("IsTerminal", &["ui"]),
    // the world outside
    ("std::env", &["settings", "main.rs", "sys"]), // sys: variables are forgotten before there is a second thread
    ("env::var", &["settings"]),
    ("directories::", &["settings"]),
    ("toml_edit", &["settings"]),
    ("rand_chacha", &["sandbox"]),
    ("libc::", &["sys"]),
    ("unsafe", &["sys"]),
];

#[test]
fn every_crate_stays_in_its_room() {
    let mut broken = Vec::new();
    for file in source::read("src") {
        let below = file.path.trim_start_matches("src/");
        for (word, homes) in HOMES {
            if !homes.iter().any(|home| below.starts_with(home)) {
                let at_home = homes.join(", ");
                broken.extend(
                    file.lines_with(word)
                        .iter()
                        .map(|line| format!("{}:{line}: `{word}` belongs to {at_home}", file.path)),
                );
            }
        }
    }
    hold("Rooms: a crate, the process's streams and environment, and `unsafe` have one home each.", &broken);
}

#[test]
fn money_is_never_a_float() {
    let mut broken = Vec::new();
    for file in source::read("src") {
        if ["domain", "store", "plaid"].contains(&file.room()) {
            for word in ["f64", "f32"] {
                broken.extend(file.lines_with(word).iter().map(|line| format!("{}:{line}: {word}", file.path)));
            }
        }
    }
    hold("Money is integer minor units from the wire to the screen: no floats in domain, store and plaid.", &broken);
}
