//! A copy of the book for somebody else: without what reaches a bank, and without names and notes where they are not
//! for the reader.
//!
//! Invariant: what was taken out is in no page of the file, free ones included.

use rusqlite::Connection;

use super::{Event, Keys, Result, Store, StoreError, audit, digests};

/// Tokens, credentials, cursors and sessions with the provider; the log of syncs; the audit trail of the other vault.
const STRIP: &str = "
    UPDATE connections SET token = NULL, cursor = NULL, request_id = NULL, error_message = NULL,
           item_id = 'snapshot-' || id;
    DELETE FROM credentials;
    DELETE FROM link_intents;
    DELETE FROM sync_runs;
    DELETE FROM alerts;
    DELETE FROM looks;
    DELETE FROM late_arrivals;
    DELETE FROM refused;
    DELETE FROM products;
    DELETE FROM calls;
    DELETE FROM call_times;
    DELETE FROM connection_calls;
    UPDATE trades SET provider_id = 'snapshot-' || id;
    UPDATE securities SET provider_id = 'snapshot-' || id;
    UPDATE streams SET provider_id = 'snapshot-' || rowid;
    DELETE FROM audit;
    DELETE FROM audit_state;
    DELETE FROM digests;
    UPDATE vault SET epoch = 0;";

/// Payees, descriptions, merchants, counterparties, places, notes, tags and names of securities. A payee becomes a number,
/// so that reports which tell payees apart still do; numbers are given by first payment, never by name.
const REDACT: &str = "
    CREATE TEMP TABLE numbered AS
           SELECT payee AS old, row_number() OVER (ORDER BY min(date), min(id)) AS new FROM transactions GROUP BY payee;
    CREATE UNIQUE INDEX temp.numbered_old ON numbered (old);
    DELETE FROM phrases;
    DELETE FROM payees;
    INSERT INTO payees (id, name, folded) SELECT new, 'payee ' || new, 'payee ' || new FROM numbered;
    INSERT INTO phrases (id, stem, folded, merchant, payee) SELECT id, name, folded, NULL, id FROM payees;
    UPDATE transactions SET payee = (SELECT new FROM numbered WHERE old = payee), digits = NULL,
           original = NULL, check_number = NULL, parties = NULL, place = NULL, details = NULL;
    UPDATE transactions SET phrase = payee;
    DROP TABLE numbered;
    UPDATE edits SET note = NULL, folded_note = NULL, payee = NULL;
    DELETE FROM regular_alerts;
    DELETE FROM transaction_tags;
    DELETE FROM tags;
    DELETE FROM merchants;
    DELETE FROM documents;
    UPDATE securities SET name = NULL, ticker = NULL;
    UPDATE trades SET name = 'redacted', security = NULL, ticker = NULL;
    UPDATE streams SET label = 'redacted';";

impl Store {
    /// Makes a copied database somebody's snapshot and closes it.
    pub fn make_snapshot(copy: Connection, keys: Keys, redacted: bool, event: &Event) -> Result<()> {
        let first = keys.audit_start.as_ref().ok_or(StoreError::ReadOnly)?;
        copy.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON; BEGIN")?;
        copy.execute_batch(STRIP)?;
        if redacted {
            copy.execute_batch(REDACT)?;
        }
        audit::start(&copy, keys.vault_id, first)?;
        copy.execute_batch("COMMIT")?;
        let mut store = Self::begin(copy, keys, Some(Box::new(|_, _| Ok(()))), None)?;
        let sums = store.recompute()?;
        store.write(event, |tx| {
            tx.note("redacted", redacted);
            sums.into_iter().try_for_each(|(place, sum)| digests::write(tx.db, place, sum))
        })?;
        store.db.execute_batch("VACUUM")?;
        store.db.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// When each member last got a snapshot, by the member's id.
    pub fn shares(&self) -> Result<std::collections::BTreeMap<String, crate::domain::dates::Timestamp>> {
        let sql =
            "SELECT resource, max(at) FROM audit WHERE action = 'members.share' AND resource IS NOT NULL GROUP BY 1";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut shares = std::collections::BTreeMap::new();
        while let Some(row) = rows.next()? {
            shares.insert(row.get(0)?, super::encode::instant(row.get(1)?)?);
        }
        Ok(shares)
    }
}
