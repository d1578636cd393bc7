//! The exchange of facts between two rows and two accounts, in both directions.
//!
//! Invariant: what one side loses the other has, and the digests follow.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params, types::Value};

use super::{
    super::{
        Result, Tx,
        accounts::AccountRef,
        balances,
        digests::{Area, Canonical, Place},
        edits,
        effective::derive,
        encode, pairing, posting,
        row::{self, Facts, Row, select},
    },
    there,
};
use crate::domain::ids::{AccountId, ConnectionId};

/// First and last day of all rows that changed.
#[derive(Default)]
pub(super) struct Days(Option<(i64, i64)>);

impl Days {
    fn touch(&mut self, facts: &Facts) {
        let day = facts.date;
        self.0 = Some(self.0.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    }

    /// Finds the transfers of those days anew.
    pub(super) fn refresh(self, tx: &mut Tx<'_>) -> Result<()> {
        self.0.map_or(Ok(()), |(from, to)| pairing::refresh(tx, from, to))
    }
}

fn write(tx: &mut Tx<'_>, old: &Row, facts: Facts, hash: Option<i64>, days: &mut Days) -> Result<()> {
    let account = AccountRef::of(tx.db, facts.account)?;
    let edit = edits::load(tx.db, old.id)?;
    let new = Row { id: old.id, hash, ..derive(tx, facts, account, edit.as_ref())? };
    days.touch(&old.facts);
    days.touch(&new.facts);
    new.update(old, tx.db, &mut tx.digests)?;
    Ok(())
}

/// Added to the last state of a row that its bank had taken back before the row was joined.
const TAKEN_BACK: i64 = encode::REMOVED;

/// Gives the first row the facts of the second, and the second those of the first; accounts and states are given.
fn exchange(tx: &mut Tx<'_>, rows: [&Row; 2], states: [i64; 2], days: &mut Days) -> Result<()> {
    let [one, other] = rows;
    for (row, from, state) in [(one, other, states[0]), (other, one, states[1])] {
        let facts = Facts { account: row.facts.account, state, ..from.facts.clone() };
        write(tx, row, facts, from.hash, days)?;
    }
    Ok(())
}

fn tombstone(tx: &Tx<'_>, id: i64, state: i64) -> Result<()> {
    let sql = "INSERT INTO tombstones (transaction_id, removed_at, state) VALUES (?1, ?2, ?3)";
    tx.db.prepare_cached(sql)?.execute((id, encode::millis(tx.at), state))?;
    Ok(())
}

fn last_state(db: &Connection, id: i64) -> Result<Option<i64>> {
    let sql = "SELECT state FROM tombstones WHERE transaction_id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

/// The old row goes on with the new one's facts; the new row keeps the old facts as a tombstone.
pub(super) fn bury(tx: &mut Tx<'_>, old: i64, new: i64, days: &mut Days) -> Result<()> {
    let (old, new) = (there(row::by_id(tx.db, old)?, old)?, there(row::by_id(tx.db, new)?, new)?);
    exchange(tx, [&old, &new], [new.facts.state, encode::REMOVED], days)?;
    let was = if old.facts.state == encode::REMOVED {
        let state = last_state(tx.db, old.id)?.unwrap_or_default();
        posting::unbury(tx.db, old.id)?;
        TAKEN_BACK + state
    } else {
        old.facts.state
    };
    tombstone(tx, new.id, was)?;
    if let (Some(hash), Some(id)) = (old.hash, old.facts.provider_id.as_deref()) {
        let sql = "INSERT INTO aliases (provider_hash, provider_id, transaction_id) VALUES (?1, ?2, ?3)";
        tx.db.prepare_cached(sql)?.execute((hash, id, old.id))?;
        tx.digests.add(Place::of(Area::Aliases), &alias(hash, id, old.id));
    }
    Ok(())
}

fn alias(hash: i64, id: &str, row: i64) -> Canonical {
    Canonical::of("aliases").int(hash).text(Some(id)).int(row)
}

/// Gives every row its own facts back, whose counterpart is a tombstone of this account.
pub(super) fn unbury(tx: &mut Tx<'_>, shell: i64, old: ConnectionId, days: &mut Days) -> Result<()> {
    let buried = rows(tx.db, shell)?;
    for row in buried.iter().filter(|row| row.facts.state == encode::REMOVED && comes_from(row, old)) {
        let (Some(hash), Some(id)) = (row.hash, row.facts.provider_id.as_deref()) else { continue };
        let sql = "SELECT transaction_id FROM aliases WHERE provider_hash = ?1 AND provider_id = ?2";
        let found = tx.db.prepare_cached(sql)?.query_row((hash, id), |row| row.get::<_, i64>(0)).optional()?;
        let Some(kept) = found else { continue };
        let kept = there(row::by_id(tx.db, kept)?, kept)?;
        let (was, went) = (last_state(tx.db, row.id)?.unwrap_or_default(), last_state(tx.db, kept.id)?);
        for id in [row.id, kept.id] {
            posting::unbury(tx.db, id)?;
        }
        exchange(tx, [&kept, row], [was.min(encode::REMOVED), kept.facts.state], days)?;
        if was >= TAKEN_BACK {
            tombstone(tx, kept.id, was - TAKEN_BACK)?;
        }
        if let Some(state) = went {
            tombstone(tx, row.id, state)?;
        }
        let sql = "DELETE FROM aliases WHERE provider_hash = ?1 AND provider_id = ?2 AND transaction_id = ?3";
        tx.db.prepare_cached(sql)?.execute((hash, id, kept.id))?;
        tx.digests.take(Place::of(Area::Aliases), &alias(hash, id, kept.id));
    }
    Ok(())
}

fn rows(db: &Connection, account: i64) -> Result<Vec<Row>> {
    let mut statement = db.prepare_cached(select!("account = ?1 ORDER BY id"))?;
    let rows = statement.query_map([account], Row::read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether a row's id at the provider is one of this connection.
pub(crate) fn comes_from(row: &Row, connection: ConnectionId) -> bool {
    let own = row.facts.provider_id.as_deref().map(|id| encode::hash(connection.0, id));
    own.is_some() && own == row.hash
}

/// Where the rows of an account come from that lives on within its own connection: no connection, but the number of its shell.
pub(super) fn origin(old: ConnectionId, new: ConnectionId, shell: AccountId) -> ConnectionId {
    if old == new { ConnectionId(-shell.0) } else { old }
}

/// Lets the rows of an account that came through one connection count as those of another.
pub(super) fn recount(tx: &mut Tx<'_>, account: i64, from: ConnectionId, to: ConnectionId) -> Result<()> {
    if from == to {
        return Ok(());
    }
    for row in rows(tx.db, account)?.iter().filter(|row| comes_from(row, from)) {
        let hash = row.facts.provider_id.as_deref().map(|id| encode::hash(to.0, id));
        Row { hash, ..row.clone() }.update(row, tx.db, &mut tx.digests)?;
    }
    Ok(())
}

/// Moves the rows that came through a connection to another account.
pub(super) fn move_rows(tx: &mut Tx<'_>, from: i64, to: i64, of: ConnectionId, days: &mut Days) -> Result<()> {
    for row in rows(tx.db, from)?.iter().filter(|row| comes_from(row, of)) {
        hand_over(tx, row, to, days)?;
    }
    Ok(())
}

/// Gives a row to another account.
pub(super) fn hand_over(tx: &mut Tx<'_>, row: &Row, account: i64, days: &mut Days) -> Result<()> {
    write(tx, row, Facts { account, ..row.facts.clone() }, row.hash, days)
}

/// A day's balance without its account: currency, current, available, credit limit.
type Told = (i64, i64, Option<i64>, Option<i64>);

fn history(db: &Connection, account: i64) -> Result<BTreeMap<i64, Told>> {
    let mut statement = db.prepare_cached(&format!("{} WHERE account = ?1", balances::COVERED))?;
    let rows = statement
        .query_map([account], |row| Ok((row.get(1)?, (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn keep(tx: &mut Tx<'_>, account: i64, day: i64, old: Option<Told>, new: Option<Told>) -> Result<()> {
    let place = Place { area: Area::Balances, account, month: 0 };
    let seen = |(currency, current, available, credit_limit): Told| balances::Seen {
        account,
        currency,
        current,
        available,
        credit_limit,
    };
    if let Some(old) = old {
        tx.digests.take(place, &balances::canonical(day, &seen(old)));
        let sql = "DELETE FROM balances WHERE account = ?1 AND date = ?2";
        tx.db.prepare_cached(sql)?.execute((account, day))?;
    }
    if let Some(new) = new {
        tx.digests.add(place, &balances::canonical(day, &seen(new)));
        let sql = "INSERT INTO balances (account, date, currency, current, available, credit_limit)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        tx.db.prepare_cached(sql)?.execute(params![account, day, new.0, new.1, new.2, new.3])?;
    }
    Ok(())
}

/// The first day of which an account can have a balance.
pub(super) fn first_day(db: &Connection, account: i64) -> Result<i64> {
    let sql = "SELECT created_at FROM accounts WHERE id = ?1";
    let made: i64 = db.prepare_cached(sql)?.query_row([account], |row| row.get(0))?;
    Ok(encode::day(encode::instant(made)?.to_zoned(jiff::tz::TimeZone::UTC).date()))
}

/// Exchanges the balances of two accounts from a day on, so that the last of each is the one that its bank says it has.
pub(super) fn balances(tx: &mut Tx<'_>, one: i64, other: i64, since: i64) -> Result<()> {
    let (mine, theirs) = (history(tx.db, one)?, history(tx.db, other)?);
    let days: BTreeSet<i64> = mine.range(since..).chain(theirs.range(since..)).map(|(day, _)| *day).collect();
    for day in days {
        let (mine, theirs) = (mine.get(&day).copied(), theirs.get(&day).copied());
        keep(tx, one, day, mine, theirs)?;
        keep(tx, other, day, theirs, mine)?;
    }
    Ok(())
}

const TOLD: &str =
    "connection, provider_id, persistent_id, name, official_name, mask, kind, subtype, currency, current,
                    available, credit_limit, as_of, vanished_at";
const COUNT: usize = 14;

/// Exchanges what the bank says of two accounts; what the owner says stays. The second becomes a shell, or none any more.
pub(super) fn accounts(tx: &mut Tx<'_>, one: i64, other: i64, shell: i64) -> Result<()> {
    let read = |id: i64| -> Result<Vec<Value>> {
        let mut statement = tx.db.prepare_cached(&format!("SELECT {TOLD} FROM accounts WHERE id = ?1"))?;
        Ok(statement.query_row([id], |row| (0..COUNT).map(|column| row.get(column)).collect())?)
    };
    let (first, second) = (read(one)?, read(other)?);
    // Holdings name securities of their connection, which the accounts are about to change.
    tx.forget_terms_and_holdings(one)?;
    tx.forget_terms_and_holdings(other)?;
    tx.db.prepare_cached("UPDATE accounts SET provider_id = NULL WHERE id IN (?1, ?2)")?.execute((one, other))?;
    let marks = vec!["?"; COUNT].join(", ");
    let sql = format!("UPDATE accounts SET ({TOLD}) = ({marks}), placeholder = ? WHERE id = ?");
    for (id, values, placeholder) in [(one, second, 0), (other, first, shell)] {
        let values = values.into_iter().chain([Value::Integer(placeholder), Value::Integer(id)]);
        tx.db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}
