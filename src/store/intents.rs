//! Link sessions, written ahead: what was begun with the provider and must not be lost by a crash.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Result, Store, StoreError, Tx, encode};
use crate::domain::{dates::Timestamp, ids::ConnectionId};

/// How far a link session has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentState {
    /// The session exists; nothing came back yet.
    Created,
    /// A public token came back and is being exchanged; its loss would orphan a connection.
    Exchanging,
    /// Done.
    Done,
    /// Given up by the owner, or expired.
    Abandoned,
}

impl IntentState {
    const ALL: [Self; 4] = [Self::Created, Self::Exchanging, Self::Done, Self::Abandoned];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Exchanging => "exchanging",
            Self::Done => "done",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A link session to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIntent<'a> {
    /// `sandbox` or `production`.
    pub environment: &'a str,
    /// `hosted`, `page`, `direct`, `rotate`, `exchange`.
    pub mode: &'a str,
    /// The connection to repair, if it is not a new one.
    pub connection: Option<ConnectionId>,
    /// The session's token, sealed; none where there is nothing to resume.
    pub sealed: Option<&'a [u8]>,
    /// Until when it can be resumed.
    pub expires_at: Timestamp,
    /// What else is needed to resume (never secret).
    pub detail: Option<&'a str>,
}

/// A link session as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Its number.
    pub id: i64,
    /// `sandbox` or `production`.
    pub environment: String,
    /// How it was begun.
    pub mode: String,
    /// The connection to repair.
    pub connection: Option<ConnectionId>,
    /// How far it has got.
    pub state: IntentState,
    /// What must not be lost, sealed.
    pub sealed: Option<Vec<u8>>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Until when it can be resumed.
    pub expires_at: Timestamp,
    /// What else is needed to resume.
    pub detail: Option<String>,
}

const VIEW: &str = "SELECT id, environment, mode, connection, state, sealed, created_at, expires_at, detail
     FROM link_intents";

fn view(row: &Row<'_>) -> Result<Intent> {
    let word: String = row.get(4)?;
    let state = IntentState::ALL.into_iter().find(|state| state.as_str() == word);
    Ok(Intent {
        id: row.get(0)?,
        environment: row.get(1)?,
        mode: row.get(2)?,
        connection: row.get::<_, Option<i64>>(3)?.map(ConnectionId),
        state: state.ok_or_else(|| StoreError::Damaged(format!("{word:?} is not a state of a link session")))?,
        sealed: row.get(5)?,
        created_at: encode::instant(row.get(6)?)?,
        expires_at: encode::instant(row.get(7)?)?,
        detail: row.get(8)?,
    })
}

/// The mode of an exchange: of one connection that comes into being at the provider, whatever the session brings.
const EXCHANGE: &str = "exchange";

/// An exchange that was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// Its number.
    pub id: i64,
    /// Whether it was tried before, and nobody knows what became of that.
    pub again: bool,
}

impl Tx<'_> {
    /// Writes down, before the provider is asked, that a connection may come into being there: it counts as made until it is known
    /// not to be. `of` says what is exchanged (never the token itself): what is exchanged again after an answer that was lost is the
    /// same exchange, and counts once.
    pub fn begin_exchange(&mut self, environment: &str, of: &str) -> Result<Exchange> {
        let sql =
            "SELECT id FROM link_intents WHERE mode = ?1 AND environment = ?2 AND detail = ?3 AND state = 'exchanging'";
        let open = self.db.prepare_cached(sql)?.query_row((EXCHANGE, environment, of), |row| row.get(0)).optional()?;
        if let Some(id) = open {
            return Ok(Exchange { id, again: true });
        }
        let (expires_at, detail) = (self.at, Some(of));
        let new = NewIntent { environment, mode: EXCHANGE, connection: None, sealed: None, expires_at, detail };
        let id = self.add_intent(&new)?;
        self.advance_intent(id, IntentState::Exchanging, None)?;
        Ok(Exchange { id, again: false })
    }

    /// [`Store::connections_made`], with what this change writes.
    pub fn connections_made(&self, provider: &str, environment: &str) -> Result<u64> {
        made(self.db, provider, environment)
    }

    /// Says that the connection came into being, and as which one the book has it; none if it was ended at once, or can never be
    /// reached.
    pub fn end_exchange(&mut self, id: i64, connection: Option<ConnectionId>) -> Result<()> {
        // An older copy of the book may not have it, which must not cost the token that is being taken in.
        let sql = "UPDATE link_intents SET state = ?2, updated_at = ?3, connection = ?4 WHERE id = ?1 AND mode = ?5";
        let (done, at) = (IntentState::Done.as_str(), encode::millis(self.at));
        let connection = connection.map(|connection| connection.0);
        self.db.prepare_cached(sql)?.execute((id, done, at, connection, EXCHANGE))?;
        Ok(())
    }

    /// Writes a link session before its page is shown.
    pub fn add_intent(&mut self, new: &NewIntent<'_>) -> Result<i64> {
        self.db
            .prepare_cached(
                "INSERT INTO link_intents (environment, mode, connection, state, sealed, created_at, expires_at,
                   updated_at, detail)
                 VALUES (?1, ?2, ?3, 'created', ?4, ?5, ?6, ?5, ?7)",
            )?
            .execute(params![
                new.environment,
                new.mode,
                new.connection.map(|id| id.0),
                new.sealed,
                encode::millis(self.at),
                encode::millis(new.expires_at),
                new.detail
            ])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Moves a link session on. A new sealed value replaces the old one; a finished session keeps none.
    pub fn advance_intent(&mut self, id: i64, state: IntentState, sealed: Option<&[u8]>) -> Result<()> {
        let finished = matches!(state, IntentState::Done | IntentState::Abandoned);
        let sql = "UPDATE link_intents SET state = ?2, updated_at = ?3,
                   sealed = CASE WHEN ?4 THEN NULL ELSE coalesce(?5, sealed) END WHERE id = ?1";
        let at = encode::millis(self.at);
        match self.db.prepare_cached(sql)?.execute((id, state.as_str(), at, finished, sealed))? {
            0 => Err(StoreError::NotFound { noun: "link session", text: id.to_string() }),
            _ => Ok(()),
        }
    }
}

impl Store {
    /// How many connections of a provider were ever made in an environment, or may have been: those of the book, removed ones too, and
    /// exchanges that left none there.
    pub fn connections_made(&self, provider: &str, environment: &str) -> Result<u64> {
        made(&self.db, provider, environment)
    }

    /// The connection that an exchange has brought into the book.
    pub fn exchanged(&self, environment: &str, of: &str) -> Result<Option<ConnectionId>> {
        let sql = "SELECT connection FROM link_intents WHERE mode = ?1 AND environment = ?2 AND detail = ?3 AND state = 'done'
                     AND connection IS NOT NULL";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_row((EXCHANGE, environment, of), |row| row.get(0)).optional()?;
        Ok(found.map(ConnectionId))
    }

    /// The link sessions that are neither done nor abandoned nor expired at `now`, newest first.
    pub fn open_intents(&self, now: Timestamp) -> Result<Vec<Intent>> {
        let sql =
            format!("{VIEW} WHERE state = 'exchanging' OR (state = 'created' AND expires_at > ?1) ORDER BY id DESC");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([encode::millis(now)])?;
        let mut intents = Vec::new();
        while let Some(row) = rows.next()? {
            intents.push(view(row)?);
        }
        Ok(intents)
    }

    /// One link session.
    pub fn intent(&self, id: i64) -> Result<Option<Intent>> {
        let mut statement = self.db.prepare_cached(&format!("{VIEW} WHERE id = ?1"))?;
        statement.query_row([id], |row| Ok(view(row))).optional()?.transpose()
    }
}

fn made(db: &Connection, provider: &str, environment: &str) -> Result<u64> {
    let sql = "SELECT (SELECT count(*) FROM connections WHERE provider = ?1 AND environment = ?2)
                     + (SELECT count(*) FROM link_intents WHERE mode = ?3 AND environment = ?2
                        AND state IN ('exchanging', 'done') AND connection IS NULL)";
    let count: i64 = db.prepare_cached(sql)?.query_row((provider, environment, EXCHANGE), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
