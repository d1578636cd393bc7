//! Tampering with the files of a vault, and how each kind is found: by the pin, the chain, the digests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bursar::{
    secret::Secret,
    vault::{Access, Location, Locked, SlotSecret},
};
use serde_json::Value;

use crate::env::{Output, PASSPHRASE, TestEnv, mode};

const PAGE: usize = 4096;

/// A copy of the vault as it is now.
fn copy(env: &TestEnv, name: &str) -> PathBuf {
    let to = env.path(name);
    copy_dir(&env.vault(), &to);
    to
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    mode(to, 0o700);
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts a copy in the vault's place.
fn put_back(env: &TestEnv, from: &Path) {
    fs::remove_dir_all(env.vault()).unwrap();
    copy_dir(from, &env.vault());
}

/// Opens the database with its key, as somebody who has the key and another program would.
fn database(env: &TestEnv) -> rusqlite::Connection {
    let location = Location { dir: env.vault(), state_dir: env.path("elsewhere") };
    let secret = SlotSecret::Passphrase(Secret::new(PASSPHRASE.to_owned()));
    let now = "2026-04-15T12:00:00Z".parse().unwrap();
    Locked::open(&location).unwrap().unlock_even_if_older(&secret, now).unwrap().connect(Access::Write).unwrap()
}

/// Every row of every table, as text.
fn content(env: &TestEnv) -> Vec<String> {
    let db = database(env);
    let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut all = Vec::new();
    for name in names {
        let mut rows = db.prepare(&format!("SELECT * FROM {name} NOT INDEXED ORDER BY rowid")).unwrap();
        let columns = rows.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            Ok(format!("{name} {:?}", (0..columns).map(|at| row.get_ref(at)).collect::<Vec<_>>()))
        };
        all.extend(rows.query_map([], line).unwrap().map(Result::unwrap));
    }
    all
}

fn pages(file: &Path) -> Vec<Vec<u8>> {
    fs::read(file).unwrap().chunks(PAGE).map(<[u8]>::to_vec).collect()
}

/// What a check with exit 10 says: its error's code, and the details of what does not hold.
fn damage(output: &Output) -> (String, String) {
    assert_eq!(output.status, 10, "{output}");
    let code = output.error()["code"].as_str().unwrap().to_owned();
    let Ok(report) = serde_json::from_str::<Value>(&output.stdout) else { return (code, String::new()) };
    let bad = report["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false);
    (code, bad.map(|check| format!("{}: {}", check["name"], check["detail"])).collect::<Vec<_>>().join("\n"))
}

/// Changes the category of the first transaction and says where that is: `a3 in 2026-02`.
#[cfg(feature = "sandbox")]
fn change_one(env: &TestEnv) -> String {
    let changed = env.json(&["transactions", "edit", "t1", "--category", "Cellar"]);
    format!("transactions of {} in {}", changed["account"].as_str().unwrap(), &changed["date"].as_str().unwrap()[..7])
}

#[cfg(feature = "sandbox")]
#[test]
fn one_old_page_in_a_newer_file_is_found_whichever_it_is() {
    let env = TestEnv::household();
    let old = pages(&env.vault().join("vault.db"));
    let place = change_one(&env);
    let file = env.vault().join("vault.db");
    let new = pages(&file);
    let differing: Vec<_> = (0..old.len().min(new.len())).filter(|at| old[*at] != new[*at]).collect();
    assert!((4..60).contains(&differing.len()), "{differing:?}");
    let whole = content(&env);
    let mut named = Vec::new();
    let mut quiet = Vec::new();
    for at in &differing {
        let mut mixed = new.clone();
        mixed[*at].clone_from(&old[*at]);
        fs::write(&file, mixed.concat()).unwrap();
        let output = env.run(&["vault", "check", "--json"]);
        if output.status == 0 {
            // Some pages of an index were rewritten with the same entries in another order: nothing was put back.
            assert_eq!(content(&env), whole, "page {at} is old, and nobody noticed");
            continue;
        }
        let (code, said) = damage(&output);
        named.extend(said.contains(&place).then_some(*at));
        if code == "check_failed" && !said.contains("audit") {
            quiet.push(*at);
        }
    }
    // Pages of digests are named too, unless the tree of digests has grown meanwhile: an old page of it does not fit in then.
    assert!(!named.is_empty(), "the page of the row names account and month");

    // All pages at once that a mere look does not notice: rows, indexes and digests fit each other, the last entry does not.
    let mut mixed = new.clone();
    for at in quiet {
        mixed[at].clone_from(&old[at]);
    }
    fs::write(&file, mixed.concat()).unwrap();
    let (_, said) = damage(&env.run(&["vault", "check", "--json"]));
    assert!(said.contains("last change"), "{said}");
    fs::write(&file, new.concat()).unwrap();
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
}

#[cfg(feature = "sandbox")]
#[test]
fn a_row_changed_with_the_key_is_named_by_account_and_month() {
    let env = TestEnv::household();
    let shown = env.json(&["transactions", "show", "t1"]);
    database(&env).execute("UPDATE transactions SET amount = amount - 1 WHERE id = 1", []).unwrap();
    let (_, said) = damage(&env.run(&["vault", "check", "--json"]));
    let (account, date) = (shown["account"].as_str().unwrap(), shown["date"].as_str().unwrap());
    assert!(said.contains(&format!("transactions of {account} in {}", &date[..7])), "{said}");
}

#[test]
fn an_older_copy_is_refused_until_its_owner_accepts_it() {
    let mut env = TestEnv::new();
    env.init();
    let older = copy(&env, "older");
    let words = |env: &TestEnv| env.json(&["audit", "anchor"])["words"].as_str().unwrap().to_owned();
    env.ok(&["vault", "check"]);
    let anchor = words(&env);
    put_back(&env, &older);

    for command in [&["accounts"][..], &["vault", "check"], &["audit", "verify"]] {
        let output = env.run(&[command, &["--json"]].concat());
        assert_eq!((output.status, output.error()["code"].as_str()), (10, Some("rolled_back")), "{output}");
    }
    env.snapshot("rolled-back", &env.run(&["accounts"]));
    let plan = env.json(&["vault", "accept-older", "--dry-run"]);
    assert_eq!((&plan["older"], &plan["accepted"]), (&true.into(), &false.into()), "{plan}");
    env.fails(10, &["accounts"]);
    env.fails(2, &["vault", "accept-older", "--no-input"]);
    env.fails(10, &["accounts"]);
    env.snapshot("accept-older", &env.ok(&["vault", "accept-older", "--yes"]));

    env.ok(&["accounts"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    let entry = &env.json(&["audit", "list", "--action", "vault.accept-older"])["items"][0];
    assert!(entry["detail"]["seen"].as_u64() > entry["detail"]["found"].as_u64(), "{entry}");
    env.fails(10, &["audit", "verify", "--anchor", &anchor]);
    assert_eq!(env.json(&["vault", "accept-older", "--yes"])["older"], false, "there is nothing more to accept");

    // A device that never saw the newer one cannot know; the anchor does.
    put_back(&env, &older);
    env.set("XDG_STATE_HOME", env.path("fresh").to_str().unwrap());
    env.ok(&["accounts"]);
    assert_eq!(env.json(&["vault", "check"])["ok"], true);
    env.fails(10, &["audit", "verify", "--anchor", &anchor]);
}

#[test]
fn commits_cut_off_the_write_ahead_log_are_missed() {
    let env = TestEnv::new();
    env.init();
    // A reader keeps the log from being folded into the database, as any other process might.
    let reader = database(&env);
    reader.query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, i64>(0)).unwrap();
    for _ in 0..3 {
        env.ok(&["accounts"]);
        env.ok(&["audit"]);
    }
    let cut = copy(&env, "cut");
    drop(reader);
    let wal = cut.join("vault.db-wal");
    let whole = fs::metadata(&wal).unwrap().len();
    let frame = (PAGE + 24) as u64;
    assert!(whole > 5 * frame, "{whole}");
    fs::OpenOptions::new().write(true).open(&wal).unwrap().set_len(whole - 5 * frame).unwrap();
    drop(fs::remove_file(cut.join("vault.db-shm")));
    put_back(&env, &cut);
    let output = env.run(&["accounts", "--json"]);
    assert_eq!((output.status, output.error()["code"].as_str()), (10, Some("rolled_back")), "{output}");
}

/// What somebody with the ledger's key and another program does to the log, and the entry at which that is found.
const REWRITES: [(&str, u64); 8] = [
    ("UPDATE audit SET detail = '{\"rows\":0}' WHERE seq = 3", 3),
    ("UPDATE audit SET actor = 'somebody else' WHERE seq = 2", 2),
    ("UPDATE audit SET at = at - 86400000 WHERE seq = 4", 4),
    ("UPDATE audit SET resource = NULL, action = action || '.not' WHERE seq = 1", 1),
    (
        "UPDATE audit SET seq = CASE seq WHEN 2 THEN 1003 WHEN 3 THEN 2 ELSE seq END; UPDATE audit SET seq = 3 WHERE seq = 1003",
        2,
    ),
    ("DELETE FROM audit WHERE seq = 3", 3),
    ("DELETE FROM audit WHERE seq > 4", 5),
    ("UPDATE audit SET mac = 7 WHERE seq = 4", 4),
];

#[test]
fn rewritten_moved_and_missing_entries_are_found_at_their_place() {
    let mut env = TestEnv::new();
    env.init();
    for _ in 0..3 {
        env.ok(&["accounts"]);
        env.ok(&["audit"]);
    }
    let whole = copy(&env, "whole");
    for (number, (sql, first_bad)) in REWRITES.into_iter().enumerate() {
        put_back(&env, &whole);
        // A device that never saw this vault: what is found, the chain alone shows.
        env.set("XDG_STATE_HOME", env.path(&format!("device-{number}")).to_str().unwrap());
        // The strict table refuses what is no blob; another program does not have to.
        let db = database(&env);
        if let Err(error) = db.execute_batch(sql) {
            assert!(sql.contains("mac = 7"), "{sql}: {error}");
            continue;
        }
        drop(db);
        let output = env.run(&["audit", "verify", "--json"]);
        assert_eq!((output.status, &output.json()["first_bad"]), (10, &first_bad.into()), "{sql}\n{output}");
        let (_, said) = damage(&env.run(&["vault", "check", "--json"]));
        assert!(said.contains("audit"), "{sql}: {said}");
    }
}

#[test]
fn a_forged_entry_at_the_end_is_found() {
    let env = TestEnv::new();
    env.init();
    let sql = "INSERT INTO audit SELECT seq + 1, at, actor, 'forged', resource, detail, epoch, root, randomblob(32)
               FROM audit ORDER BY seq DESC LIMIT 1";
    database(&env).execute(sql, []).unwrap();
    env.fails(10, &["audit", "verify"]);
    env.fails(10, &["vault", "check"]);
}
