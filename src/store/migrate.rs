//! The database's format: embedded migrations, the version gate, the safety copy.
//!
//! Invariant: a database newer than this program is never written, and a step is whole or not at all.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Result, StoreError};
use crate::vault::APPLICATION_ID;

/// Every step ever released, oldest first; the n-th leads to format n.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_book.sql"),
    include_str!("migrations/0002_products.sql"),
    include_str!("migrations/0003_real_life.sql"),
    include_str!("migrations/0004_streams.sql"),
];

/// The format this program writes.
pub(crate) const FORMAT: i64 = MIGRATIONS.len().cast_signed() as i64;

/// What a database is, before anything is read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing in it yet.
    Empty,
    /// In this program's format.
    Current,
    /// In an older format, which has to be migrated before it is written.
    Older(i64),
}

/// Reads the version gate; writes nothing.
pub(crate) fn inspect(connection: &Connection) -> Result<State> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = pragma("user_version")?;
    let application = pragma("application_id")?;
    if found == 0 {
        // The vault marks a new file as bursar's before there is a book in it.
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            return Ok(State::Empty);
        }
    }
    if found == 0 || application != i64::from(APPLICATION_ID) {
        return Err(StoreError::Damaged("it is not a book of bursar".to_owned()));
    }
    if found > FORMAT {
        let min_reader: i64 = connection.query_row("SELECT min_reader FROM vault", [], |row| row.get(0))?;
        return Err(StoreError::TooNew { found: found.max(min_reader), supported: FORMAT });
    }
    Ok(if found == FORMAT { State::Current } else { State::Older(found) })
}

/// Brings a database to this program's format in one transaction.
///
/// An existing database is copied to `safety_copy` first (under the same key); the copy stays until the caller has
/// checked the result. The caller holds the vault's exclusive lock. `last` runs within the same transaction.
pub(crate) fn migrate(
    connection: &mut Connection,
    safety_copy: Option<&Path>,
    last: impl FnOnce(&Connection) -> Result<()>,
) -> Result<()> {
    apply(connection, MIGRATIONS, safety_copy, last)
}

fn apply(
    connection: &mut Connection,
    steps: &[&str],
    safety_copy: Option<&Path>,
    last: impl FnOnce(&Connection) -> Result<()>,
) -> Result<()> {
    let from = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    let pending = usize::try_from(from).ok().and_then(|done| steps.get(done..)).unwrap_or_default();
    if pending.is_empty() {
        return Ok(());
    }
    if let (Some(path), true) = (safety_copy, from > 0) {
        connection.execute("VACUUM INTO ?1", [path.to_string_lossy()])?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in pending {
        transaction.execute_batch(step)?;
    }
    last(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", steps.len().cast_signed())?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_database_becomes_a_book() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(inspect(&connection).unwrap(), State::Empty);
        migrate(&mut connection, None, |_| Ok(())).unwrap();
        assert_eq!(inspect(&connection).unwrap(), State::Current);
    }

    #[test]
    fn a_newer_book_is_refused_and_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, None, |_| Ok(())).unwrap();
        connection.pragma_update(None, "user_version", FORMAT + 1).unwrap();
        assert!(matches!(inspect(&connection), Err(StoreError::TooNew { found, .. }) if found == FORMAT + 1));
    }

    #[test]
    fn a_foreign_database_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE other (id INTEGER)").unwrap();
        assert!(matches!(inspect(&connection), Err(StoreError::Damaged(_))));
    }

    #[test]
    fn a_step_is_whole_or_not_at_all_and_leaves_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("before");
        let mut connection = Connection::open(folder.path().join("book")).unwrap();
        migrate(&mut connection, Some(&copy), |_| Ok(())).unwrap();
        assert!(!copy.exists(), "there was nothing to copy");

        let mut broken = vec![""; MIGRATIONS.len()];
        broken.push("CREATE TABLE extra (id INTEGER); SELECT nonsense;");
        apply(&mut connection, &broken, Some(&copy), |_| Ok(())).unwrap_err();
        assert_eq!(inspect(&connection).unwrap(), State::Current);
        connection.prepare("SELECT * FROM extra").unwrap_err();
        let saved = Connection::open(&copy).unwrap();
        assert_eq!(inspect(&saved).unwrap(), State::Current);
    }
}
