//! Rows that come after accounts were joined, and that the old account has already: a bank may tell an old history late.
//!
//! Invariant: such a row becomes the tombstone that it would have become at the joining, so that [`Tx::release`](super::Tx::release)
//! finds it there.

use rusqlite::Connection;

use super::{
    super::{
        Result, encode, posting,
        row::{Row, select},
        sync::SyncRun,
    },
    parts,
    swap::{self, Days, comes_from},
};
use crate::domain::{
    ids::{AccountId, ConnectionId},
    transfers::days_apart,
};

/// How long a bank may take from announcing to booking.
const DAYS: i32 = 14;

/// An account that goes on, its shell, and where its old rows come from.
struct Joined {
    kept: AccountId,
    shell: AccountId,
    origin: ConnectionId,
}

/// The accounts of a connection that were joined and not parted.
fn joined(db: &Connection, connection: ConnectionId) -> Result<Vec<Joined>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM accounts WHERE placeholder = ?1)";
    if !db.prepare_cached(sql)?.query_row([super::SHELL], |row| row.get::<_, bool>(0))? {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare_cached("SELECT resource, detail FROM audit WHERE action = 'connection.adopt'")?;
    let entries = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut found = Vec::new();
    for entry in entries {
        let (old, detail) = entry?;
        let detail: serde_json::Value = serde_json::from_str(&detail)?;
        let Ok(old) = old.parse::<ConnectionId>() else { continue };
        if detail["into"] != connection.to_string() {
            continue;
        }
        let pairs = parts(db, &detail["pairs"])?.into_iter();
        found.extend(pairs.map(|(kept, shell)| Joined { kept, shell, origin: swap::origin(old, connection, shell) }));
    }
    Ok(found)
}

/// Finds the new rows of a run that their account had before it was joined.
pub(crate) fn settle(run: &mut SyncRun<'_, '_>) -> Result<()> {
    let mut days = Days::default();
    for pair in joined(run.tx.db, run.connection)? {
        for row in fresh(run, pair.kept)? {
            if let Some(old) = twin(run.tx.db, &row, pair.origin)? {
                swap::hand_over(run.tx, &row, pair.shell.0, &mut days)?;
                swap::bury(run.tx, old.id, row.id, &mut days)?;
                run.counts.added -= 1;
            }
        }
    }
    days.refresh(run.tx)
}

fn fresh(run: &SyncRun<'_, '_>, account: AccountId) -> Result<Vec<Row>> {
    let sql = select!("account = ?1 AND id > ?2 AND state < 2 ORDER BY id");
    let mut statement = run.tx.db.prepare_cached(sql)?;
    let rows = statement.query_map((account.0, run.last_before), Row::read)?;
    let rows = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter(|row| comes_from(row, run.connection)).collect())
}

/// The row of the old account that a new one is: of the same day, else a pending one that it became.
fn twin(db: &Connection, row: &Row, origin: ConnectionId) -> Result<Option<Row>> {
    let (f, day) = (&row.facts, encode::date(row.facts.date)?);
    let reach = |days: i32| encode::day(day.saturating_add(jiff::Span::new().days(days)));
    let sql = select!(
        "account = ?1 AND date BETWEEN ?2 AND ?3 AND currency = ?4 AND state < 2 AND amount = ?5
         AND (date = ?6 OR state = 1) ORDER BY id"
    );
    let mut statement = db.prepare_cached(sql)?;
    let wanted = (f.account, reach(-DAYS), reach(DAYS), f.currency, f.amount, f.date);
    let rows = statement.query_map(wanted, Row::read)?;
    let name = posting::name_of(db, f.phrase)?;
    let mut best: Option<(i32, Row)> = None;
    for old in rows {
        let old = old?;
        let apart = days_apart(encode::date(old.facts.date)?, day);
        let same = comes_from(&old, origin) && posting::name_of(db, old.facts.phrase)? == name;
        if same && best.as_ref().is_none_or(|(least, _)| apart < *least) {
            best = Some((apart, old));
        }
    }
    Ok(best.map(|(_, old)| old))
}
