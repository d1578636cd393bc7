//! Every command there is, on a copy that is for reading: it shows what it shows, and changes nothing.
//!
//! The commands are those of the manual, which a test holds to the command line; so a new one has to be entered here.

use std::collections::BTreeSet;

use age::secrecy::ExposeSecret as _;

use crate::{architecture::source::root, env::TestEnv};

/// What reads the vault, as one would type it.
pub(crate) const READING: &[&str] = &[
    "accounts list",
    "accounts show a1",
    "audit anchor",
    "audit list",
    "connections list",
    "connections show c1",
    "doctor",
    "keys list",
    "lock",
    "members list",
    "notify list",
    "metrics",
    "report cashflow",
    "report categories",
    "report holdings",
    "report income",
    "report liabilities",
    "report merchants",
    "report networth",
    "report recurring",
    "report spending",
    "report summary",
    "report utilization",
    "review",
    "sessions list",
    "status",
    "sync log",
    "transactions list",
    "transactions show t1",
    "vault backup copy.tar",
    "vault check",
    "vault inspect",
];

/// What changes the vault, or asks a bank.
const WRITING: &[&str] = &[
    "accounts close a1",
    "accounts edit a1 --type credit",
    "accounts hide a1",
    "config plaid --remove",
    "connections adopt c1 c1",
    "connections remove c1 --yes",
    "connections rotate c1",
    "incident --yes --new-passphrase-file new --recovery-file recovery",
    "keys add identity RECIPIENT",
    "keys add key-file new",
    "keys add passphrase --new-passphrase-file new",
    "keys add plugin age1nobody1qqqq",
    "keys add keyring",
    "keys add two-factor new2 --new-passphrase-file new",
    "keys expire viewer now",
    "keys passwd --new-passphrase-file new",
    "keys recovery --recovery-file new",
    "keys remove viewer --yes",
    "keys rotate --all --yes",
    "keys totp backup-codes",
    "keys totp disable",
    "keys totp enable",
    "link --institution ins_109508 --yes",
    "link simplefin --token-file new --yes",
    "members add x RECIPIENT",
    "members remove x --yes",
    "members share x elsewhere",
    "sync",
    "transactions edit t1 --payee x",
    "transactions note t1 x",
    "transactions tag t1 x",
    "vault accept-older --yes",
];

/// What is about something else than the vault's contents, or tells of a key and not of the book.
const ELSEWHERE: &[&str] = &[
    "vault restore",
    "audit show",
    "audit verify",
    "completions",
    "config get",
    "config path",
    "config set",
    "config unset",
    "demo",
    "help",
    "init",
    "keys totp status",
    "notify test",
    "sandbox fault",
    "sandbox reset-login",
    "sandbox serve",
    "schedule install",
    "schedule list",
    "schedule print",
    "schedule remove",
    "schema",
    "sessions revoke",
    "unlock",
];

/// Nouns that act by themselves, although they have verbs.
const BY_ITSELF: &[&str] = &["link", "sync"];

/// The commands that have a manual page and none below it, as words with dashes between them.
pub(crate) fn manual() -> BTreeSet<String> {
    let pages =
        std::fs::read_dir(root().join("man")).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap());
    let pages: Vec<String> =
        pages.filter_map(|page| Some(page.strip_prefix("bursar-")?.strip_suffix(".1")?.to_owned())).collect();
    let leaf = |page: &&String| {
        BY_ITSELF.contains(&page.as_str()) || !pages.iter().any(|other| other.starts_with(&format!("{page}-")))
    };
    pages.iter().filter(leaf).cloned().collect()
}

/// The page that a line of words belongs to.
pub(crate) fn page(line: &str, pages: &BTreeSet<String>) -> Option<String> {
    let words: Vec<&str> = line.split(' ').collect();
    (1..=words.len()).rev().map(|count| words[..count].join("-")).find(|name| pages.contains(name))
}

#[test]
fn every_command_has_its_place_here() {
    let pages = manual();
    let lines = READING.iter().chain(WRITING).chain(ELSEWHERE);
    let placed: Vec<String> =
        lines.map(|line| page(line, &pages).unwrap_or_else(|| panic!("{line:?} is no command"))).collect();
    let once: BTreeSet<String> = placed.iter().cloned().collect();
    assert_eq!(once.len(), placed.len(), "a command stands here twice");
    let missing: Vec<&String> = pages.difference(&once).collect();
    assert!(missing.is_empty(), "say in tests/roles.rs whether these read or write: {missing:?}");
}

#[test]
fn a_copy_opens_with_what_reads_and_refuses_what_writes() {
    let mut env = TestEnv::household();
    let copies = [("ana", "viewer"), ("taxes", "auditor")].map(|(name, role)| {
        let identity = age::x25519::Identity::generate();
        let recipient = identity.to_public().to_string();
        env.ok(&["members", "add", name, &recipient, "--role", role]);
        env.ok(&["members", "share", name, &format!("for-{name}")]);
        (
            env.path("home").join(format!("for-{name}")),
            env.secret_file(name, identity.to_string().expose_secret()),
            recipient,
        )
    });
    let new = env.secret_file("new", "canary-another-passphrase-6650\n");
    std::fs::rename(&new, env.path("home/new")).unwrap();
    env.unset("BURSAR_PASSPHRASE_FILE");
    for (copy, key, recipient) in &copies {
        env.set("BURSAR_VAULT", copy.to_str().unwrap());
        env.set("BURSAR_IDENTITY", key.to_str().unwrap());
        let run = |line: &str| {
            let line = line.replace("RECIPIENT", recipient);
            let words: Vec<&str> = line.split(' ').collect();
            env.run(&words)
        };
        for line in READING {
            let output = run(line);
            assert!(output.status == 0 || (*line == "doctor" && output.status == 7), "bursar {line}\n{output}");
        }
        let before = run("transactions list --json").stdout;
        for line in WRITING {
            let output = run(line);
            assert_eq!(output.status, 4, "bursar {line}\n{output}");
        }
        assert_eq!(run("transactions list --json").stdout, before);
        std::fs::remove_file(env.path("home/copy.tar")).unwrap();
    }
    std::fs::remove_file(env.path("home/new")).unwrap();
}
