//! A door for the fuzz targets: an audit log that somebody edited with a hex editor or with SQL.
//!
//! The bytes are a list of edits of a whole log; SQLite is told nothing about what a column may hold. Invariant: what
//! `verify` should have found is worked out by comparing the rows, not by the chain.

use rusqlite::{Connection, types::Value};

use super::{Draft, Stand, append, start, verify};
use crate::{
    domain::views::Verdict,
    store::{Result, StoreError},
    vault::{Anchor, Hex, Key, VaultId},
};

const VAULT: VaultId = Hex([7; 16]);
const ENTRIES: u8 = 6;
const TABLES: &str = "
    CREATE TABLE audit (seq INTEGER PRIMARY KEY, at, actor, action, resource, detail, epoch, root, mac);
    CREATE TABLE audit_state (id, seq, key, head);";
const COLUMNS: [&str; 9] = ["seq", "at", "actor", "action", "resource", "detail", "epoch", "root", "mac"];

/// What was done to a log, and what `verify` says of it.
pub(crate) struct Tampered {
    /// What `verify` says; an error only when the log's own state is not one any more.
    pub(crate) verdict: Result<Verdict>,
    /// The first entry that is not as it was written, by comparison.
    pub(crate) first_changed: Option<u64>,
    /// Whether the state at the log's end was touched.
    pub(crate) state_changed: bool,
}

type Rows = Vec<Vec<Value>>;

/// Writes a log, edits it as the bytes say and follows it. The bytes are an anchor, too.
pub(crate) fn tampered(edits: &[u8]) -> Result<Tampered> {
    let first = Key::from_bytes(&[2; 32]);
    let db = written(&first)?;
    let (rows, state) = (all(&db, "audit")?, all(&db, "audit_state")?);
    let mut rest = edits;
    while let Some(edit) = Edit::read(&mut rest) {
        edit.apply(&db)?;
    }
    let edited = all(&db, "audit")?;
    let same = rows.iter().zip(&edited).take_while(|(before, after)| before == after).count();
    let anchor = std::str::from_utf8(edits).ok().and_then(Anchor::parse);
    Ok(Tampered {
        verdict: verify(&db, VAULT, &first, anchor.as_ref()),
        first_changed: (rows != edited).then_some(same as u64 + 1),
        state_changed: all(&db, "audit_state")? != state,
    })
}

fn written(first: &Key) -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(TABLES)?;
    start(&db, VAULT, first)?;
    for number in 0..ENTRIES {
        let draft = Draft {
            at: 1_770_000_000_000 + i64::from(number),
            actor: "laptop".to_owned(),
            action: "sync".to_owned(),
            resource: number.is_multiple_of(2).then(|| format!("c{number}")),
            detail: serde_json::json!({ "added": number }),
        };
        append(&db, &draft, Stand { epoch: i64::from(number) + 1, root: [number; 32] })?;
    }
    Ok(db)
}

/// All rows of a table, in order. Text that is not UTF-8 is kept apart from the blob of the same bytes.
fn all(db: &Connection, table: &str) -> Result<Rows> {
    let columns = if table == "audit" { COLUMNS.to_vec() } else { vec!["id", "seq", "key", "head"] };
    let columns = columns.iter().map(|column| format!("typeof({column}), CAST({column} AS BLOB)")).collect::<Vec<_>>();
    let mut statement = db.prepare(&format!("SELECT {} FROM {table}", columns.join(", ")))?;
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect())?;
    let mut rows = rows.collect::<rusqlite::Result<Rows>>()?;
    // By number, as `verify` goes; as blobs they are in the order of their digits.
    rows.sort_by_key(|row| match row.get(1) {
        Some(Value::Blob(digits)) => String::from_utf8_lossy(digits).parse::<i64>().unwrap_or_default(),
        _ => 0,
    });
    Ok(rows)
}

/// One edit: what to do, which row and column, and with which bytes.
struct Edit<'a> {
    what: u8,
    row: i64,
    column: &'static str,
    with: &'a [u8],
}

impl<'a> Edit<'a> {
    /// Four bytes and as many more as the fourth says.
    fn read(from: &mut &'a [u8]) -> Option<Self> {
        let [what, row, column, length, rest @ ..] = *from else { return None };
        let (with, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        *from = rest;
        let column = COLUMNS[usize::from(*column) % COLUMNS.len()];
        Some(Self { what: *what, row: i64::from(*row) % (i64::from(ENTRIES) + 2), column, with })
    }

    fn apply(&self, db: &Connection) -> Result<()> {
        let Self { row, column, with, .. } = self;
        let set = |value: &str| format!("UPDATE OR IGNORE audit SET {column} = {value} WHERE seq = ?1");
        let number = with.iter().fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
        let outcome = match self.what % 10 {
            0 => db.execute(&set("?2"), (row, with)),
            1 => db.execute(&set("CAST(?2 AS TEXT)"), (row, with)),
            2 => db.execute(&set("?2"), (row, number)),
            3 => db.execute(&set("?2 / 2.0"), (row, number)),
            4 => db.execute("DELETE FROM audit WHERE seq = ?1", [row]),
            5 => db.execute("DELETE FROM audit WHERE seq > ?1", [row]),
            6 => db.execute(
                "INSERT OR IGNORE INTO audit SELECT ?2, at, actor, action, resource, detail, epoch, root, mac FROM audit
                 WHERE seq = ?1",
                (row, number),
            ),
            7 => db.execute("UPDATE audit_state SET head = ?1", [with]),
            8 => db.execute("UPDATE audit_state SET key = ?1", [with]),
            _ => db.execute(&set("NULL"), [row]),
        };
        match outcome {
            // A number for a row that is none: the edit does not take.
            Ok(_) | Err(rusqlite::Error::SqliteFailure(..)) => Ok(()),
            Err(error) => Err(StoreError::from(error)),
        }
    }
}
