//! Proves the book: the database's own checks of pages and ciphers, references, digests, the audit chain, balances.
//!
//! Invariant: a check reads and never writes.

use std::collections::{BTreeSet, HashMap};

use super::{
    Result, Store, accounts, alerts, audit, balances, dictionary,
    digests::{Area, Digests, Place, Sum},
    edits, encode, products,
    row::{Row, select},
};
use crate::domain::views::CheckItem;
use rusqlite::Connection;

impl Store {
    /// Runs all checks. The audit chain is only followed with its first key, which needs the bank role.
    pub fn check(&self) -> Result<Vec<CheckItem>> {
        let db = &self.db;
        let mut items = vec![
            lines(db, "pages", "PRAGMA integrity_check", "ok")?,
            lines(db, "cipher", "PRAGMA cipher_integrity_check", "")?,
            lines(db, "references", REFERENCES, "")?,
            self.check_digests()?,
            self.check_root()?,
        ];
        items.extend(self.check_audit()?);
        items.push(check_balances(db)?);
        Ok(items)
    }

    fn check_digests(&self) -> Result<CheckItem> {
        let counted = self.recompute()?;
        let stored = super::digests::stored(&self.db)?;
        let places: BTreeSet<_> = counted.keys().chain(stored.keys()).collect();
        let wrong: Vec<_> = places.iter().filter(|place| counted.get(place) != stored.get(place)).collect();
        if wrong.is_empty() {
            let detail = format!("{} places hold what was written to them", places.len());
            return Ok(item("digests", true, detail));
        }
        let named: Vec<_> = wrong.iter().take(20).map(|place| describe(place)).collect();
        let more = wrong.len().saturating_sub(named.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Ok(item("digests", false, format!("changed outside of bursar: {}{more}", named.join(", "))))
    }

    /// The digests themselves are those that the last change signed in the audit trail: an old page of them beside the
    /// old page they fit is found here.
    fn check_root(&self) -> Result<CheckItem> {
        let Some(last) = audit::last_stand(&self.db)? else {
            return Ok(item("last change", true, "nothing was ever changed"));
        };
        let same = last.root == Digests::new(&self.keys.digest).root(&self.db)?;
        let epoch = self.epoch()?;
        Ok(if !same {
            item("last change", false, "the digests are not those that the last change left: some of them are older")
        } else if u64::try_from(last.epoch) != Ok(epoch) {
            let detail = format!("the book is at change {epoch}, the audit trail at {}", last.epoch);
            item("last change", false, detail)
        } else {
            item("last change", true, format!("change {epoch} left these digests"))
        })
    }

    /// All digests, counted anew in one pass over each table.
    pub(crate) fn recompute(&self) -> Result<HashMap<Place, Sum>> {
        let db = &self.db;
        let mut fresh = Digests::new(&self.keys.digest);
        let mut statement = db.prepare(select!("1"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let row = Row::read(row)?;
            fresh.add(row.place(), &row.canonical());
        }
        fresh.add_table(db, Place::of(Area::Edits), "edits", edits::COVERED)?;
        fresh.add_table(db, Place::of(Area::Edits), "transaction_tags", edits::COVERED_TAGS)?;
        fresh.add_table(db, Place::of(Area::Edits), "account_types", accounts::COVERED_TYPES)?;
        for (table, sql) in dictionary::TABLES {
            fresh.add_table(db, Place::of(Area::Dictionaries), table, sql)?;
        }
        let aliases = "SELECT provider_hash, provider_id, transaction_id FROM aliases";
        fresh.add_table(db, Place::of(Area::Aliases), "aliases", aliases)?;
        fresh.add_rows(db, "balances", balances::COVERED, |row| {
            Ok(Place { area: Area::Balances, account: row.get(0)?, month: 0 })
        })?;
        for (table, sql) in products::COVERED {
            fresh.add_rows(db, table, sql, |row| Ok(products::place(row.get(0)?)))?;
        }
        fresh.add_table(db, products::place(0), "securities", products::COVERED_SECURITIES)?;
        for (table, sql) in alerts::COVERED {
            fresh.add_table(db, Place::of(Area::Alerts), table, sql)?;
        }
        let mut sums = fresh.sums().clone();
        sums.insert(Place::of(Area::Register), fresh.register(db)?);
        sums.retain(|_, sum| *sum != Sum::default());
        Ok(sums)
    }

    fn check_audit(&self) -> Result<Option<CheckItem>> {
        let Some(first) = &self.keys.audit_start else { return Ok(None) };
        let verdict = audit::verify(&self.db, self.keys.vault_id, first, None)?;
        let detail = match verdict.first_bad {
            None => format!("{} entries follow from the first key", verdict.entries),
            Some(bad) if bad > verdict.entries => {
                format!("{} entries, but the chain went further: its end was cut off", verdict.entries)
            }
            Some(bad) => format!("entry {bad} of {} does not follow from the one before", verdict.entries),
        };
        Ok(Some(item("audit", verdict.ok, detail)))
    }
}

/// Rows whose references lead nowhere: the enforced ones, and those that only a check proves.
const REFERENCES: &str = "SELECT \"table\" || ' without its ' || parent FROM pragma_foreign_key_check
     UNION ALL SELECT 'transactions without their phrase' FROM transactions WHERE phrase NOT IN (SELECT id FROM phrases)
     UNION ALL SELECT 'transactions without their payee' FROM transactions WHERE payee NOT IN (SELECT id FROM payees)";

/// Runs a check that answers in lines: `good` for what is fine.
fn item(name: &str, ok: bool, detail: impl Into<String>) -> CheckItem {
    if ok { CheckItem::good(name, detail) } else { CheckItem::bad(name, detail) }
}

fn lines(db: &Connection, name: &str, sql: &str, good: &str) -> Result<CheckItem> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let line = match row.get_ref(0)? {
            rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            other => format!("{other:?}"),
        };
        if line != good && found.len() < 5 {
            found.push(line);
        }
    }
    let ok = found.is_empty();
    Ok(item(name, ok, if ok { "whole".to_owned() } else { found.join("; ") }))
}

fn describe(place: &Place) -> String {
    let Place { account, month, .. } = place;
    match place.area {
        Area::Transactions => format!("transactions of a{account} in {:04}-{:02}", month / 100, month % 100),
        Area::Edits => "notes, tags and categories of the owner".to_owned(),
        Area::Dictionaries => "names of payees, categories and descriptions".to_owned(),
        Area::Balances => format!("balances of a{account}"),
        Area::Aliases => "ids of posted transactions".to_owned(),
        Area::Register => "connections and accounts".to_owned(),
        Area::Alerts => "alerts".to_owned(),
        Area::Products if *account == 0 => "names of securities".to_owned(),
        Area::Products => format!("debts and holdings of a{account}"),
    }
}

/// The balance an account shows is the last of its history.
fn check_balances(db: &Connection) -> Result<CheckItem> {
    let sql = "SELECT a.id FROM accounts a
               JOIN balances b ON b.account = a.id
                AND b.date = (SELECT max(c.date) FROM balances c WHERE c.account = a.id)
               WHERE a.current IS NOT NULL AND (b.current <> a.current OR b.currency <> a.currency)";
    let mut statement = db.prepare(sql)?;
    let ids = statement.query_map([], |row| row.get::<_, i64>(0))?;
    let wrong = ids.map(|id| Ok(format!("a{}", id?))).collect::<Result<Vec<_>>>()?;
    let sql = "SELECT count(*) FROM transactions WHERE state = ?1
               AND id NOT IN (SELECT transaction_id FROM tombstones)";
    let unmarked: i64 = db.query_row(sql, [encode::REMOVED], |row| row.get(0))?;
    Ok(if !wrong.is_empty() {
        item("balances", false, format!("{} show another balance than their history", wrong.join(", ")))
    } else if unmarked > 0 {
        item("balances", false, format!("{unmarked} removed transactions have no tombstone"))
    } else {
        item("balances", true, "accounts agree with their history")
    })
}
