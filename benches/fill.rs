//! Fills a new vault for measuring whole processes: `cargo bench --bench fill -- DIR ROWS`.
//!
//! Prints one line of JSON: seconds by the clock and of the processor, bytes a transaction, the passphrase. `DIR/vault`
//! is the vault, opened by the passphrase or by `DIR/recovery.txt`; `DIR/plain.db` is the same book in the clear.
//!
//! `-- DIR read` reads a filled pair, encrypted and in the clear in turn; `-- kdf M T P` is one Argon2id and nothing else.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

#[path = "book/read.rs"]
mod read;
#[path = "book/rows.rs"]
mod rows;
#[path = "book/shelf.rs"]
mod shelf;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, Version};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// Seconds by the clock, and seconds of the processor, which say the same on a busy machine.
fn measured<T>(work: impl FnOnce() -> T) -> Value {
    let cpu = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let (begin, before) = (Instant::now(), cpu());
    work();
    json!({"s": begin.elapsed().as_secs_f64(), "cpu_s": cpu().saturating_sub(before).as_secs_f64()})
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let line = match words.as_slice() {
        ["kdf", cost @ ..] => kdf(cost),
        [dir, "read"] => read::both(dir.as_ref()),
        [dir, count] => fill(dir.as_ref(), count.parse().unwrap()),
        _ => return, // `cargo test --benches` calls it without a task.
    };
    #[expect(clippy::print_stdout, reason = "the result of a measurement")]
    {
        println!("{line}");
    }
}

/// What an unlock by passphrase cannot be faster than.
fn kdf(cost: &[&str]) -> Value {
    let [m, t, p] = cost else { return Value::Null };
    let params = Params::new(m.parse().unwrap(), t.parse().unwrap(), p.parse().unwrap(), Some(32)).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0; 32];
    measured(|| argon2.hash_password_into(shelf::PASSPHRASE.as_bytes(), &[7; 16], &mut out).unwrap())
}

fn fill(dir: &Path, count: u64) -> Value {
    std::fs::create_dir_all(dir).unwrap();
    let timed = |store: &mut bursar::store::Store| {
        shelf::link(store);
        let first = measured(|| shelf::sync(store, count));
        let again = measured(|| {
            let again = shelf::sync(store, count);
            assert_eq!((again.added, again.modified, again.removed), (0, 0, 0));
        });
        json!({"first_sync": first, "replay": again})
    };
    let vault = shelf::vault(dir);
    let sealed = timed(&mut shelf::sealed(&vault));
    let plain = timed(&mut shelf::plain(&dir.join("plain.db")));
    let bytes = std::fs::metadata(dir.join("vault/vault.db")).unwrap().len();
    json!({
        "transactions": count, "passphrase": shelf::PASSPHRASE, "bytes_per_transaction": bytes / count,
        "encrypted": sealed, "clear": plain, "rows_alone": measured(|| rows::Rows::new(7, count, 500).count()),
    })
}
