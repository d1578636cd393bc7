//! What the owner says of a transaction: category, payee, note, tags.
//!
//! Invariant: a provider never writes here, and an edit is in the book as long as its transaction, tombstones included.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    Result, StoreError, Tx,
    accounts::AccountRef,
    dictionary::Dictionary,
    digests::{Area, Canonical, Place},
    effective, encode, pairing,
    row::{self, Row},
};
use crate::domain::{ids::TransactionId, views::CategorySource};

/// A row of `edits`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Edit {
    pub(crate) category: Option<i64>,
    category_source: Option<i64>,
    pub(crate) payee: Option<i64>,
    note: Option<String>,
    edited_at: i64,
}

/// A change of what the owner says; `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransactionEdit {
    /// The category's value with its primary group and who says so.
    pub category: Option<Option<CategoryChoice>>,
    /// The other side's name.
    pub payee: Option<Option<String>>,
    /// A note.
    pub note: Option<Option<String>>,
}

/// A category as chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryChoice {
    /// `FOOD_AND_DRINK_GROCERIES`, or the owner's own word.
    pub code: String,
    /// `FOOD_AND_DRINK`, or the same as the code.
    pub primary: String,
    /// Rule or user.
    pub source: CategorySource,
}

/// What the digest of edits covers, in the order of [`Canonical`].
pub(crate) const COVERED: &str = "SELECT transaction_id, category, category_source, payee, note, edited_at FROM edits";
/// What the digest of tags covers.
pub(crate) const COVERED_TAGS: &str = "SELECT transaction_id, tag FROM transaction_tags";

fn canonical(id: i64, edit: &Edit) -> Canonical {
    Canonical::of("edits")
        .int(id)
        .int(edit.category)
        .int(edit.category_source)
        .int(edit.payee)
        .text(edit.note.as_deref())
        .int(edit.edited_at)
}

fn tag_canonical(id: i64, tag: i64) -> Canonical {
    Canonical::of("transaction_tags").int(id).int(tag)
}

/// What the owner said of a row.
pub(crate) fn load(db: &Connection, id: i64) -> Result<Option<Edit>> {
    let sql = "SELECT category, category_source, payee, note, edited_at FROM edits WHERE transaction_id = ?1";
    let edit = db.prepare_cached(sql)?.query_row([id], |row| {
        Ok(Edit {
            category: row.get(0)?,
            category_source: row.get(1)?,
            payee: row.get(2)?,
            note: row.get(3)?,
            edited_at: row.get(4)?,
        })
    });
    Ok(edit.optional()?)
}

fn save(tx: &mut Tx<'_>, id: i64, edit: &Edit) -> Result<()> {
    let place = Place::of(Area::Edits);
    if let Some(old) = load(tx.db, id)? {
        tx.digests.take(place, &canonical(id, &old));
    }
    tx.digests.add(place, &canonical(id, edit));
    tx.db
        .prepare_cached(
            "INSERT INTO edits (transaction_id, category, category_source, payee, note, folded_note, edited_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (transaction_id) DO UPDATE SET category = ?2, category_source = ?3, payee = ?4, note = ?5,
               folded_note = ?6, edited_at = ?7",
        )?
        .execute(params![
            id,
            edit.category,
            edit.category_source,
            edit.payee,
            edit.note,
            edit.note.as_deref().map(encode::fold),
            edit.edited_at
        ])?;
    Ok(())
}

/// Writes what follows from an edit into the transaction's own row.
fn apply(tx: &mut Tx<'_>, old: &Row, edit: &Edit) -> Result<()> {
    let account = AccountRef::of(tx.db, old.facts.account)?;
    let new = Row { id: old.id, hash: old.hash, ..effective::derive(tx, old.facts.clone(), account, Some(edit))? };
    new.update(old, tx.db, &mut tx.digests)?;
    pairing::refresh(tx, old.facts.date, old.facts.date)
}

/// Copies what the owner wrote on a vanished pending row to the posted one that was there before it vanished.
pub(crate) fn carry(tx: &mut Tx<'_>, from: &Row, to: &Row) -> Result<()> {
    if let (Some(edit), None) = (load(tx.db, from.id)?, load(tx.db, to.id)?) {
        save(tx, to.id, &edit)?;
        apply(tx, to, &edit)?;
    }
    for tag in tags(tx.db, from.id)? {
        tx.add_tag(to.id, tag)?;
    }
    Ok(())
}

/// Whether its owner wrote something on a row.
pub(crate) fn is_edited(db: &Connection, id: i64) -> Result<bool> {
    Ok(load(db, id)?.is_some() || !tags(db, id)?.is_empty())
}

fn tags(db: &Connection, id: i64) -> Result<Vec<i64>> {
    let mut statement = db.prepare_cached("SELECT tag FROM transaction_tags WHERE transaction_id = ?1")?;
    let tags = statement.query_map([id], |row| row.get(0))?;
    Ok(tags.collect::<std::result::Result<_, _>>()?)
}

impl Tx<'_> {
    /// Writes what the owner says of a transaction.
    pub fn edit_transaction(&mut self, id: TransactionId, change: &TransactionEdit) -> Result<()> {
        let row = self.live(id)?;
        let mut edit = load(self.db, id.0)?.unwrap_or_default();
        if let Some(category) = &change.category {
            edit.category = match category {
                Some(choice) => {
                    Some(self.dictionary.category(self.db, &mut self.digests, &choice.code, &choice.primary)?.id)
                }
                None => None,
            };
            edit.category_source = category.as_ref().map(|choice| encode::category_source_number(choice.source));
        }
        if let Some(payee) = &change.payee {
            edit.payee = match payee.as_deref() {
                Some(name) => Some(Dictionary::payee(self.db, &mut self.digests, name)?),
                None => None,
            };
        }
        if let Some(note) = &change.note {
            edit.note.clone_from(note);
        }
        edit.edited_at = encode::millis(self.at);
        save(self, id.0, &edit)?;
        apply(self, &row, &edit)?;
        self.about(id);
        Ok(())
    }

    /// Adds and takes away tags; a tag that is there already or not at all is no error.
    pub fn tag_transaction(&mut self, id: TransactionId, add: &[String], remove: &[String]) -> Result<()> {
        self.live(id)?;
        for name in add {
            let tag = Dictionary::tag(self.db, &mut self.digests, name)?;
            self.add_tag(id.0, tag)?;
        }
        for name in remove {
            let tag = Dictionary::tag(self.db, &mut self.digests, name)?;
            let sql = "DELETE FROM transaction_tags WHERE transaction_id = ?1 AND tag = ?2";
            if self.db.prepare_cached(sql)?.execute((id.0, tag))? == 1 {
                self.digests.take(Place::of(Area::Edits), &tag_canonical(id.0, tag));
            }
        }
        self.about(id);
        Ok(())
    }

    fn add_tag(&mut self, id: i64, tag: i64) -> Result<()> {
        let sql = "INSERT INTO transaction_tags (transaction_id, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        if self.db.prepare_cached(sql)?.execute((id, tag))? == 1 {
            self.digests.add(Place::of(Area::Edits), &tag_canonical(id, tag));
        }
        Ok(())
    }

    fn live(&self, id: TransactionId) -> Result<Row> {
        row::by_id(self.db, id.0)?
            .filter(|row| row.facts.state != encode::REMOVED)
            .ok_or_else(|| StoreError::NotFound { noun: "transaction", text: id.to_string() })
    }
}
