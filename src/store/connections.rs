//! Connections to banks: their sealed tokens, cursors and health.
//!
//! Invariant: a token is only ever here sealed; a cursor moves only by compare-and-swap with the sync that earned it.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Result, Store, StoreError, Tx, encode};
use crate::domain::{
    dates::Timestamp,
    ids::{ConnectionId, InstitutionId, ProviderItemId},
    products::{self, Product, ProductFailure},
    provider::manner,
    standing::{self, Facts, Remedy},
    sync::{Health, History, ItemError},
    views::ConnectionView,
};

/// A connection to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection<'a> {
    /// Who reads the bank, by its word (`domain::provider`).
    pub provider: &'a str,
    /// `sandbox` or `production`.
    pub environment: &'a str,
    /// The provider's id.
    pub item_id: &'a ProviderItemId,
    /// The bank's id with the provider.
    pub institution_id: Option<&'a InstitutionId>,
    /// The bank's name.
    pub institution: Option<&'a str>,
    /// The access token, sealed by the vault.
    pub token: &'a [u8],
}

/// What a sync needs to know of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSecrets {
    /// `c1`.
    pub id: ConnectionId,
    /// Who reads the bank, by its word (`domain::provider`).
    pub provider: String,
    /// `sandbox` or `production`.
    pub environment: String,
    /// The provider's id.
    pub item_id: ProviderItemId,
    /// The bank's id with the provider.
    pub institution_id: Option<InstitutionId>,
    /// The sealed access token; `None` once the connection was removed.
    pub token: Option<Vec<u8>>,
    /// Where the change stream goes on; `None` before the first page.
    pub cursor: Option<String>,
    /// How complete the provider's history was.
    pub history: History,
}

const VIEW: &str = "SELECT id, coalesce(name, institution, item_id), institution, state, last_success_at,
     bank_updated_at, consent_expires_at, error_message, error_code, removed_at,
     (SELECT count(*) FROM refused r WHERE r.connection = connections.id), history, request_id, provider, created_at,
     (SELECT json_group_array(json_array(p.product, p.code)) FROM products p WHERE p.connection = connections.id
        AND p.code IS NOT NULL AND p.asked_at >= last_success_at) FROM connections";

/// The products that the last sync which was saved could not read.
fn failed_products(json: &str) -> Result<Vec<ProductFailure>> {
    let noted: Vec<(String, String)> = serde_json::from_str(json)?;
    let failed = noted.into_iter().filter(|(_, code)| products::is_failure(code));
    Ok(failed.filter_map(|(word, code)| Some(ProductFailure { product: Product::from_word(&word)?, code })).collect())
}

fn view(row: &Row<'_>, now: Timestamp) -> Result<ConnectionView> {
    let failed_products = failed_products(&row.get::<_, String>(15)?)?;
    let facts = Facts {
        id: ConnectionId(row.get(0)?),
        removed: row.get::<_, Option<i64>>(9)?.is_some(),
        remedy: Remedy::from_word(&row.get::<_, String>(3)?),
        history: encode::history(&row.get::<_, String>(11)?),
        linked_at: encode::instant(row.get(14)?)?,
        last_success_at: encode::instant_opt(row.get(4)?)?,
        bank_updated_at: encode::instant_opt(row.get(5)?)?,
        consent_expires_at: encode::instant_opt(row.get(6)?)?,
        unread: !failed_products.is_empty(),
    };
    let (state, action) = facts.standing(now);
    let (code, message): (Option<String>, Option<String>) = (row.get(8)?, row.get(7)?);
    let last_error = match code {
        Some(code) => Some(ItemError { code, message: message.unwrap_or_default(), request_id: row.get(12)? }),
        None => None,
    };
    let ended = facts.consent_expires_at.filter(|end| *end <= now && !facts.removed);
    let ended = ended.map(|end| format!("the owner's consent ended on {}", standing::day(end)));
    let said = last_error.as_ref().map(|error| match error.message.as_str() {
        "" => error.code.clone(),
        words => words.to_owned(),
    });
    let unread = failed_products.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let unread = Some(unread).filter(|words| !words.is_empty() && !facts.removed);
    Ok(ConnectionView {
        id: facts.id,
        provider: row.get(13)?,
        name: row.get(1)?,
        institution: row.get(2)?,
        state,
        action,
        last_success_at: facts.last_success_at,
        bank_updated_at: facts.bank_updated_at,
        consent_expires_at: facts.consent_expires_at,
        error: said.or(ended).or(unread),
        last_error,
        refused: row.get::<_, i64>(10)?.unsigned_abs(),
        failed_products,
    })
}

impl Store {
    /// Since when each connection has the token it has; without those whose token only the owner can replace.
    pub fn tokens_made(&self) -> Result<Vec<(ConnectionId, Timestamp)>> {
        let sql = "SELECT c.id, max(c.created_at, coalesce((SELECT max(i.updated_at) FROM link_intents i
                     WHERE i.connection = c.id AND i.mode = 'rotate' AND i.state = 'done'), 0)), c.provider
                   FROM connections c WHERE c.token IS NOT NULL AND c.removed_at IS NULL ORDER BY c.id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut made = Vec::new();
        while let Some(row) = rows.next()? {
            if manner(&row.get::<_, String>(2)?).by_hand.is_none() {
                made.push((ConnectionId(row.get(0)?), encode::instant(row.get(1)?)?));
            }
        }
        Ok(made)
    }

    /// All connections as they stand whatever the time (never stale, no consent ending); removed ones last.
    pub fn connections(&self) -> Result<Vec<ConnectionView>> {
        self.connections_at(Timestamp::MIN)
    }

    /// All connections as they stand at an instant; removed ones last.
    pub fn connections_at(&self, now: Timestamp) -> Result<Vec<ConnectionView>> {
        let mut statement = self.db.prepare_cached(&format!("{VIEW} ORDER BY removed_at IS NOT NULL, id"))?;
        let mut rows = statement.query([])?;
        let mut connections = Vec::new();
        while let Some(row) = rows.next()? {
            connections.push(view(row, now)?);
        }
        Ok(connections)
    }

    /// What a sync needs of one connection.
    pub fn connection(&self, id: ConnectionId) -> Result<ConnectionSecrets> {
        let sql = "SELECT provider, environment, item_id, institution_id, token, cursor, history
                   FROM connections WHERE id = ?1";
        let found = self.db.prepare_cached(sql)?.query_row([id.0], |row| {
            Ok(ConnectionSecrets {
                id,
                provider: row.get(0)?,
                environment: row.get(1)?,
                item_id: ProviderItemId(row.get(2)?),
                institution_id: row.get::<_, Option<String>>(3)?.map(InstitutionId),
                token: row.get(4)?,
                cursor: row.get(5)?,
                history: encode::history(&row.get::<_, String>(6)?),
            })
        });
        found.optional()?.ok_or_else(|| StoreError::NotFound { noun: "connection", text: id.to_string() })
    }

    /// The connection of a provider's id, removed or not.
    pub fn connection_of_item(&self, environment: &str, item: &ProviderItemId) -> Result<Option<ConnectionId>> {
        let sql = "SELECT id FROM connections WHERE environment = ?1 AND item_id = ?2";
        let found = self.db.prepare_cached(sql)?.query_row((environment, item.as_str()), |row| row.get(0));
        Ok(found.optional()?.map(ConnectionId))
    }

    /// The connection a text means: an exact id, else an exact name, else a part of a name.
    pub fn find_connection(&self, text: &str) -> Result<ConnectionView> {
        let mut found = select(&self.connections()?, text);
        match found.len() {
            0 => Err(StoreError::NotFound { noun: "connection", text: text.to_owned() }),
            1 => Ok(found.remove(0)),
            _ => Err(StoreError::Ambiguous {
                noun: "connection",
                text: text.to_owned(),
                candidates: found.iter().map(|c| format!("{} {}", c.id, c.name)).collect(),
            }),
        }
    }
}

/// The connections a text means.
pub(crate) fn select(connections: &[ConnectionView], text: &str) -> Vec<ConnectionView> {
    let folded = encode::fold(text);
    let id = text.parse::<ConnectionId>().ok();
    let names = |connection: &ConnectionView| {
        [Some(&connection.name), connection.institution.as_ref()]
            .into_iter()
            .flatten()
            .map(|name| encode::fold(name))
            .collect::<Vec<_>>()
    };
    let tests: [&dyn Fn(&ConnectionView) -> bool; 3] =
        [&|connection| Some(connection.id) == id, &|connection| names(connection).contains(&folded), &|connection| {
            names(connection).iter().any(|name| name.contains(&folded))
        }];
    for test in tests {
        let found: Vec<_> = connections.iter().filter(|connection| test(connection)).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

impl Tx<'_> {
    /// Adds a connection with its sealed token.
    pub fn add_connection(&mut self, new: &NewConnection<'_>) -> Result<ConnectionId> {
        let sql = "INSERT INTO connections (provider, environment, item_id, institution_id, institution, token,
                   created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (environment, item_id) DO NOTHING";
        let inserted = self.db.prepare_cached(sql)?.execute(params![
            new.provider,
            new.environment,
            new.item_id.as_str(),
            new.institution_id.map(InstitutionId::as_str),
            new.institution,
            new.token,
            encode::millis(self.at)
        ])?;
        if inserted == 0 {
            return Err(StoreError::Exists { noun: "connection", text: new.item_id.to_string() });
        }
        let id = ConnectionId(self.db.last_insert_rowid());
        self.about(id);
        Ok(id)
    }

    /// When the bank of a connection was last read, as far as it ever was said.
    pub fn bank_updated_at(&self, id: ConnectionId) -> Result<Option<Timestamp>> {
        let sql = "SELECT bank_updated_at FROM connections WHERE id = ?1";
        encode::instant_opt(self.db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0))?)
    }

    /// Writes the provider's health of a connection and what is to be done about it, outside of a sync.
    pub fn set_health(&mut self, id: ConnectionId, remedy: Remedy, health: &Health) -> Result<()> {
        write_health(self.db, id, remedy, health)?;
        self.about(id);
        Ok(())
    }

    /// Names the bank of a connection.
    pub fn set_institution(&mut self, id: ConnectionId, institution: &InstitutionId, name: &str) -> Result<()> {
        let sql = "UPDATE connections SET institution_id = ?2, institution = ?3 WHERE id = ?1";
        one(self.db.prepare_cached(sql)?.execute((id.0, institution.as_str(), name))?, id)
    }

    /// Gives a connection the owner's name; `None` goes back to the bank's.
    pub fn rename_connection(&mut self, id: ConnectionId, name: Option<&str>) -> Result<()> {
        self.about(id);
        one(self.db.prepare_cached("UPDATE connections SET name = ?2 WHERE id = ?1")?.execute((id.0, name))?, id)
    }

    /// Replaces the sealed token, as after its rotation.
    pub fn set_token(&mut self, id: ConnectionId, token: &[u8]) -> Result<()> {
        self.about(id);
        one(self.db.prepare_cached("UPDATE connections SET token = ?2 WHERE id = ?1")?.execute((id.0, token))?, id)
    }

    /// Disconnects: the token goes, the history stays.
    pub fn remove_connection(&mut self, id: ConnectionId) -> Result<()> {
        self.about(id);
        let sql =
            "UPDATE connections SET token = NULL, cursor = NULL, state = 'removed', removed_at = ?2 WHERE id = ?1";
        one(self.db.prepare_cached(sql)?.execute((id.0, encode::millis(self.at)))?, id)
    }

    /// Moves the cursor from `from` to `to` and marks the success, if nobody moved it in the meantime.
    pub(crate) fn move_cursor(
        &mut self,
        id: ConnectionId,
        from: Option<&str>,
        to: Option<&str>,
        history: History,
    ) -> Result<()> {
        let sql = "UPDATE connections SET cursor = ?3, history = ?4, last_attempt_at = ?5, last_success_at = ?5
                   WHERE id = ?1 AND cursor IS ?2";
        let at = encode::millis(self.at);
        let moved = self.db.prepare_cached(sql)?.execute((id.0, from, to, encode::history_word(history), at))?;
        if moved == 1 { Ok(()) } else { Err(StoreError::CursorMoved) }
    }
}

fn one(changed: usize, id: ConnectionId) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound { noun: "connection", text: id.to_string() }) }
}

/// Whether what a connection is known to want of its owner outweighs a failure that never got as far as asking for it: only an
/// answer about the connection itself says that it is settled.
pub(crate) fn outweighs(db: &Connection, id: ConnectionId, failure: Remedy) -> Result<bool> {
    let sql = "SELECT state FROM connections WHERE id = ?1";
    let word: Option<String> = db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0)).optional()?;
    let known = word.map_or(Remedy::Nothing, |word| Remedy::from_word(&word));
    Ok(known.needs_owner() && !failure.needs_owner() && !matches!(failure, Remedy::Gone | Remedy::Retire))
}

/// Writes health; an instant that was not asked for leaves what was known.
pub(crate) fn write_health(db: &Connection, id: ConnectionId, remedy: Remedy, health: &Health) -> Result<()> {
    let millis = |at: Option<Timestamp>| at.map(encode::millis);
    let error = health.error.as_ref();
    let sql = "UPDATE connections SET state = ?2, error_code = ?3, error_message = ?4, request_id = ?5,
               bank_updated_at = coalesce(?6, bank_updated_at), consent_expires_at = CASE WHEN ?8 THEN ?7 ELSE coalesce(?7, consent_expires_at) END
               WHERE id = ?1";
    let changed = db.prepare_cached(sql)?.execute(params![
        id.0,
        remedy.as_str(),
        error.map(|error| &error.code),
        error.map(|error| &error.message),
        error.and_then(|error| error.request_id.as_ref()),
        millis(health.bank_updated_at),
        millis(health.consent_expires_at),
        health.consent_is_read
    ])?;
    one(changed, id)
}
