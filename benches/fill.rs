//! Fills a new vault for measuring whole processes: `cargo bench --bench fill -- DIR ROWS`.
//!
//! Prints one line of JSON: seconds by the clock and of the processor, bytes a transaction, the passphrase. `DIR/vault`
//! is the vault, opened by the passphrase or by `DIR/recovery.txt`; `DIR/plain.db` is the same book in the clear.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

#[path = "book/rows.rs"]
mod rows;
#[path = "book/shelf.rs"]
mod shelf;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Seconds by the clock, and seconds of the processor, which say the same on a busy machine.
fn measured<T>(work: impl FnOnce() -> T) -> Value {
    let cpu = || {
        let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        Duration::from_nanos(spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
    };
    let (begin, before) = (Instant::now(), cpu());
    work();
    json!({"s": begin.elapsed().as_secs_f64(), "cpu_s": cpu().saturating_sub(before).as_secs_f64()})
}

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let (Some(dir), Some(count)) = (words.next().map(PathBuf::from), words.next().and_then(|n| n.parse().ok())) else {
        return; // `cargo test --benches` calls it without a task.
    };
    std::fs::create_dir_all(&dir).unwrap();
    let timed = |store: &mut bursar::store::Store| {
        shelf::link(store);
        let first = measured(|| shelf::sync(store, count));
        let again = measured(|| {
            let again = shelf::sync(store, count);
            assert_eq!((again.added, again.modified, again.removed), (0, 0, 0));
        });
        json!({"first_sync": first, "replay": again})
    };
    let vault = shelf::vault(&dir);
    let sealed = timed(&mut shelf::sealed(&vault));
    let plain = timed(&mut shelf::plain(&dir.join("plain.db")));
    let bytes = std::fs::metadata(dir.join("vault/vault.db")).unwrap().len();
    let line = json!({
        "transactions": count, "passphrase": shelf::PASSPHRASE, "bytes_per_transaction": bytes / count,
        "encrypted": sealed, "clear": plain, "rows_alone": measured(|| rows::Rows::new(7, count, 500).count()),
    });
    #[expect(clippy::print_stdout, reason = "the result of a measurement")]
    {
        println!("{line}");
    }
}
