//! Fills a new vault for measuring whole processes: `cargo bench --bench fill -- DIR ROWS`.
//!
//! Prints one line of JSON: seconds, bytes a transaction, the passphrase. `DIR/vault` is the vault, `DIR/plain.db`
//! the same book in the clear.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

#[path = "book/rows.rs"]
mod rows;
#[path = "book/shelf.rs"]
mod shelf;

use std::{path::PathBuf, time::Instant};

use serde_json::json;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let (Some(dir), Some(count)) = (words.next().map(PathBuf::from), words.next().and_then(|n| n.parse().ok())) else {
        return; // `cargo test --benches` calls it without a task.
    };
    std::fs::create_dir_all(&dir).unwrap();
    let timed = |store: &mut bursar::store::Store| {
        shelf::link(store);
        let begin = Instant::now();
        shelf::sync(store, count);
        let first = begin.elapsed();
        let begin = Instant::now();
        let again = shelf::sync(store, count);
        assert_eq!((again.added, again.modified, again.removed), (0, 0, 0));
        (first.as_secs_f64(), begin.elapsed().as_secs_f64())
    };
    let vault = shelf::vault(&dir);
    let sealed = timed(&mut shelf::sealed(&vault));
    let plain = timed(&mut shelf::plain(&dir.join("plain.db")));
    let bytes = std::fs::metadata(dir.join("vault/vault.db")).unwrap().len();
    let line = json!({
        "transactions": count, "passphrase": shelf::PASSPHRASE, "bytes_per_transaction": bytes / count,
        "first_sync_s": {"encrypted": sealed.0, "clear": plain.0}, "replay_s": {"encrypted": sealed.1, "clear": plain.1},
    });
    #[expect(clippy::print_stdout, reason = "the result of a measurement")]
    {
        println!("{line}");
    }
}
