//! `bursar config`: the file, its keys, the Plaid keys kept in the vault.

use std::fs;

use crate::env::TestEnv;

#[test]
fn a_setting_is_set_read_and_taken_back() {
    let env = TestEnv::new();
    let file = env.path("home/.config/bursar/config.toml");
    assert_eq!(env.ok(&["config", "path"]).stdout, format!("{}\n", file.display()));
    assert_eq!(env.ok(&["config", "get", "color"]).stdout, "");
    env.snapshot("config-set", &env.ok(&["config", "set", "color", "never"]));
    assert_eq!(env.ok(&["config", "get", "color"]).stdout, "never\n", "a text comes without quotes");
    env.ok(&["config", "set", "link.countries", "[\"US\", \"CA\"]"]);
    assert_eq!(env.ok(&["config", "get", "link.countries"]).stdout, "[\"US\", \"CA\"]\n");
    env.ok(&["config", "set", "lock_timeout", "3"]);
    let entries = env.json(&["config"]);
    let value = |key: &str| {
        let entry = entries.as_array().unwrap().iter().find(|entry| entry["key"] == key);
        entry.unwrap_or_else(|| panic!("no {key}"))["value"].clone()
    };
    assert_eq!((value("color"), value("lock_timeout")), ("never".into(), "3".into()));
    assert!(value("pager").is_null());
    env.snapshot("config-list", &env.ok(&["config"]));
    let before = fs::read_to_string(&file).unwrap();
    env.ok(&["config", "set", "color", "always", "--dry-run"]);
    let planned = env.ok(&["config", "unset", "link.countries", "--dry-run"]);
    assert!(planned.stderr.starts_with("link.countries would no longer be set in "), "{planned}");
    env.fails(2, &["config", "set", "pager", "maybe", "--dry-run"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    env.ok(&["config", "unset", "link.countries"]);
    assert_eq!(env.ok(&["config", "get", "link.countries"]).stdout, "");
    assert!(!fs::read_to_string(&file).unwrap().contains("countries"));
}

#[test]
fn comments_and_order_of_the_file_stay() {
    let env = TestEnv::new();
    env.ok(&["config", "set", "pager", "true"]);
    let file = env.path("home/.config/bursar/config.toml");
    fs::write(&file, "# mine\npager = true # long tables\n\n[link]\nlanguage = \"fr\"\n").unwrap();
    env.ok(&["config", "set", "color", "auto"]);
    env.ok(&["config", "set", "link.language", "en"]);
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "# mine\npager = true # long tables\ncolor = \"auto\"\n\n[link]\nlanguage = \"en\"\n"
    );
}

#[test]
fn what_nobody_knows_is_refused_and_the_nearest_is_named() {
    let env = TestEnv::new();
    env.snapshot("config-set-unknown", &env.fails(2, &["config", "set", "colour", "never"]));
    env.snapshot("config-get-unknown", &env.fails(2, &["config", "get", "linkk.days"]));
    env.snapshot("config-set-wrong", &env.fails(2, &["config", "set", "pager", "maybe"]));
    env.snapshot("config-set-format", &env.fails(2, &["config", "set", "format", "yaml"]));
    assert!(!env.path("home/.config/bursar/config.toml").exists(), "nothing was changed");
    let output = env.fails(2, &["config", "set", "colour", "never", "--json"]);
    assert_eq!(output.error()["code"], "unknown_config_key");
}

#[test]
fn a_file_that_cannot_be_used_stops_every_command_but_can_be_mended() {
    let env = TestEnv::new();
    env.ok(&["config", "set", "color", "auto"]);
    fs::write(env.path("home/.config/bursar/config.toml"), "colr = 'never'\n").unwrap();
    env.snapshot("config-unknown-key", &env.fails(2, &["status"]));
    env.ok(&["--no-config", "status"]);
    env.ok(&["--no-config", "config"]);
    let other = env.path("home/other.toml");
    fs::write(&other, "format = 'json'\n").unwrap();
    env.ok(&["--config", other.to_str().unwrap(), "status"]).json();
    assert_eq!(env.ok(&["--config", other.to_str().unwrap(), "config", "path"]).stdout.trim(), other.to_str().unwrap());
    env.fails(14, &["--config", "/nowhere/config.toml", "status"]);
}

#[test]
fn flags_beat_variables_beat_the_file() {
    let mut env = TestEnv::new();
    env.ok(&["config", "set", "format", "csv"]);
    assert!(env.ok(&["status"]).stdout.starts_with("field,"));
    env.set("BURSAR_FORMAT", "json");
    env.ok(&["status"]).json();
    assert!(env.ok(&["status", "--format", "tsv"]).stdout.starts_with("field\t"));
}

#[cfg(feature = "sandbox")]
#[test]
fn plaid_keys_are_kept_in_the_vault_and_forgotten() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.snapshot("config-plaid", &env.ok(&["config", "plaid"]));
    let id = env.sandbox().client_id.clone();
    env.unset("PLAID_CLIENT_ID");
    env.unset("PLAID_SECRET");
    env.guard(&id);
    env.link("ins_109508");
    env.ok(&["config", "plaid", "--remove"]);
    let output = env.fails(4, &["sync", "--json"]);
    assert_eq!(output.error()["code"], "plaid_keys");
    env.snapshot("config-plaid-remove-again", &env.ok(&["config", "plaid", "--remove"]));
    env.snapshot("config-plaid-unasked", &env.fails(2, &["config", "plaid", "--no-input"]));
}
