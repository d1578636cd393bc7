//! Following the chain from its first key.
//!
//! Invariant: reads only; whatever a row holds, the answer is where the chain breaks, never a failure to read.

use rusqlite::{Connection, Error, Row};

use super::{Stored, canonical, count, state};
use crate::{
    domain::views::Verdict,
    store::Result,
    vault::{
        Anchor, Key, VaultId,
        audit::{self as chain, Head},
    },
};

/// Follows the chain from its first key; whoever changed, left out or moved an entry is found out. Looks for the entry
/// of the anchor on the way.
pub(crate) fn verify(db: &Connection, vault_id: VaultId, first: &Key, anchor: Option<&Anchor>) -> Result<Verdict> {
    let mut statement =
        db.prepare("SELECT seq, at, actor, action, resource, detail, epoch, root, mac FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let (mut trouble, mut at, mut anchored) = (None, 0, None);
    let entries = std::iter::from_fn(|| match rows.next().and_then(|row| row.map(entry).transpose()) {
        Ok(entry) => {
            at += 1;
            if let (Some(anchor), Some((_, mac))) = (anchor, &entry)
                && anchor.fits(mac)
            {
                anchored = Some(at);
            }
            entry
        }
        Err(error) => {
            trouble = Some(error);
            None
        }
    });
    let walked = chain::verify(first, vault_id, entries);
    if let Some(error) = trouble {
        return Err(error.into());
    }
    let total = count(db)?;
    let end = state(db)?;
    let first_bad = match walked {
        Err(bad) => Some(bad + 1),
        Ok(whole) => {
            let same = whole.head == end.head && whole.next_key.expose() == end.key.expose();
            (!same).then_some(whole.entries + 1)
        }
    };
    let anchored = anchored.filter(|seq| first_bad.is_none_or(|bad| *seq < bad));
    let ok = first_bad.is_none() && (anchor.is_none() || anchored.is_some());
    Ok(Verdict { ok, entries: total, first_bad, anchored })
}

/// The bytes of a row and its link. What cannot be an entry has a link that fits nothing.
fn entry(row: &Row<'_>) -> rusqlite::Result<(Vec<u8>, Head)> {
    match read(row) {
        Err(
            Error::FromSqlConversionFailure(..)
            | Error::InvalidColumnType(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..),
        ) => Ok((Vec::new(), Head::default())),
        outcome => outcome,
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Vec<u8>, Head)> {
    let resource: Option<String> = row.get(4)?;
    let (actor, action, detail): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(5)?);
    let stored = Stored {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor: &actor,
        action: &action,
        resource: resource.as_deref(),
        detail: &detail,
        epoch: row.get(6)?,
        root: row.get(7)?,
    };
    Ok((canonical(&stored), row.get(8)?))
}
