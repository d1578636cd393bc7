//! The format's document is enough: a reader written from it alone (docs/verify-without-bursar.py) agrees with bursar on whole
//! vaults, and on what is wrong with others.

use std::{
    fs,
    process::{Command, Output},
};

use serde_json::Value;

use crate::{
    architecture::source::root,
    env::{TestEnv, have, python_with},
    keys::raw_key,
};

struct Reader {
    env: TestEnv,
    python: String,
}

impl Reader {
    fn new() -> Option<Self> {
        let python = python_with("sqlcipher3, nacl")?;
        if !have("age") {
            return None;
        }
        let env = TestEnv::household();
        let identity = env.path("secrets/reader");
        env.ok(&["keys", "add", "key-file", identity.to_str().unwrap(), "--label", "reader"]);
        for line in ["transactions note t1 seen", "transactions tag t2 trip", "sync", "accounts", "audit list"] {
            env.ok(&line.split(' ').collect::<Vec<_>>());
        }
        Some(Self { env, python })
    }

    fn read(&self) -> Output {
        let mut pins = Vec::new();
        for entry in fs::read_dir(self.env.path("home/.local/state/bursar")).unwrap().map(Result::unwrap) {
            pins.extend(entry.path().extension().is_some_and(|kind| kind == "pin").then(|| entry.path()));
        }
        let mut command = Command::new(&self.python);
        command.arg(root().join("docs/verify-without-bursar.py")).arg(self.env.vault());
        command.arg(self.env.path("secrets/reader")).args(pins).output().unwrap()
    }

    fn good(&self) -> String {
        let output = self.read();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// What it names as wrong.
    fn bad(&self) -> Vec<String> {
        let output = self.read();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        said.lines().filter_map(|line| line.strip_prefix("BAD ")).map(str::to_owned).collect()
    }

    /// Changes the database as somebody would who has the ledger's key and not bursar.
    fn tamper(&self, sql: &str) {
        let sealed = fs::read(self.env.vault().join("bursar.keys")).unwrap();
        let identity = fs::read_to_string(self.env.path("secrets/reader")).unwrap();
        let identity: age::x25519::Identity = identity.lines().last().unwrap().parse().unwrap();
        let outer: Value = serde_json::from_slice(&age::decrypt(&identity, &sealed).unwrap()).unwrap();
        let db = rusqlite::Connection::open(self.env.vault().join("vault.db")).unwrap();
        db.execute_batch(&format!("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{}'\";", raw_key(&outer))).unwrap();
        assert!(db.execute(sql, []).unwrap() > 0, "{sql}: it changed nothing");
    }
}

#[test]
fn it_agrees_on_a_whole_vault_before_and_after_a_rotation() {
    let Some(reader) = Reader::new() else { return };
    let checks = |said: String| -> Vec<String> {
        said.lines().map(|line| line.strip_prefix("ok  ").unwrap().split(':').next().unwrap().to_owned()).collect()
    };
    let all = ["key file", "audit", "digests", "root", "seals", "pin"];
    assert_eq!(checks(reader.good()), all);
    let entries = reader.env.json(&["audit", "verify"])["entries"].to_string();
    assert!(reader.good().contains(&format!("audit: {entries} entries")), "{}", reader.good());
    reader.env.ok(&["keys", "rotate", "--all", "--yes"]);
    reader.env.ok(&["transactions", "note", "t3", "after"]);
    assert_eq!(checks(reader.good()), all);
}

#[test]
fn it_finds_what_was_changed() {
    for (sql, place) in [
        ("UPDATE transactions SET amount = amount - 1 WHERE id = 5", "digests: differ: [(1, "),
        ("UPDATE edits SET note = 'other'", "digests: differ: [(2, 0, 0)]"),
        ("UPDATE balances SET current = current + 1", "digests: differ: [(4, "),
        ("UPDATE looks SET date = date + 1", "digests: differ: [(8, 0, 0)]"),
        ("UPDATE accounts SET name = 'other' WHERE id = 1", "digests: differ: [(6, 0, 0)]"),
        ("UPDATE audit SET detail = coalesce(detail, '') || ' ' WHERE seq = 3", "audit: entry 3 does not follow"),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", "audit: entry"),
        ("UPDATE digests SET entries = entries + 1 WHERE area = 3", "root"),
    ] {
        let Some(reader) = Reader::new() else { return };
        reader.tamper(sql);
        let bad = reader.bad();
        assert!(bad.iter().any(|line| line.starts_with(place)), "{sql}: {bad:?}");
        reader.env.fails(10, &["vault", "check"]);
    }
}
