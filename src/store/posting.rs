//! From pending to posted: how a posted transaction finds the pending row it replaces.
//!
//! Two tiers. The provider's back-link decides if there is one, wherever in the run it comes. Else a pending row
//! that was taken back matches a new posted row of the same account, amount and name within [`DAYS`] days; one that its owner
//! wrote on, also one of the same name that was charged a tip more.
//! Invariant: the surviving row has the pending row's id and edits; no row is matched twice.

use rusqlite::Connection;

use super::{
    Result, edits, encode, phrase,
    row::{Row, select},
    sync::SyncRun,
};
use crate::{
    domain::{
        provider::Posting,
        text,
        transactions::{ProviderTransaction, Status},
        transfers::days_apart,
    },
    store::accounts::AccountRef,
};

/// How long a bank may take from announcing to booking.
const DAYS: i32 = 14;
/// The same, as days are counted in the book.
pub(crate) const DAYS_APART: i64 = DAYS as i64;
/// How long for names that are only alike, and amounts that grew.
const FEW_DAYS: i32 = 7;
/// The most that a tip adds.
const TIP_PERCENT: i64 = 35;

/// The pending row that a transaction says it replaces, alive or just taken back.
pub(crate) fn announced(run: &SyncRun<'_, '_>, transaction: &ProviderTransaction) -> Result<Option<Row>> {
    let Some(pending) = transaction.pending_id.as_ref().filter(|_| transaction.status == Status::Posted) else {
        return Ok(None);
    };
    let hash = encode::hash(run.connection.0, pending.as_str());
    let Some(row) = run.find(hash, pending.as_str())? else { return Ok(None) };
    let pending_now = row.facts.state == encode::state(Status::Pending);
    Ok((pending_now || was_pending(run.tx.db, row.id)?).then_some(row))
}

/// Whether a row was pending when it was taken back.
pub(crate) fn was_pending(db: &Connection, id: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tombstones WHERE transaction_id = ?1 AND state = 1)";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

/// Takes a row out of the list of tombstones.
pub(crate) fn unbury(db: &Connection, id: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM tombstones WHERE transaction_id = ?1")?.execute([id])?;
    Ok(())
}

/// The second tier, at the end of a run.
pub(crate) fn settle(run: &mut SyncRun<'_, '_>) -> Result<()> {
    for pending in taken_back(run)? {
        let same = (pending.facts.amount, pending.facts.amount);
        let posted = match counterpart(run, &pending, (same, DAYS))? {
            None if edits::is_edited(run.tx.db, pending.id)? => counterpart(run, &pending, (tipped(same.0), FEW_DAYS))?,
            found => found,
        };
        let Some(posted) = posted else { continue };
        if posted.id > run.last_before {
            // Nobody has seen the new row yet: the pending row becomes it.
            posted.delete(run.tx.db, &mut run.tx.digests)?;
            run.counts.added -= 1;
            let Some(hash) = posted.hash else { continue };
            let account = AccountRef::of(run.tx.db, posted.facts.account)?;
            run.post(&pending, posted.facts, hash, account)?;
        } else if run.gone.contains(&pending.id) {
            edits::carry(run.tx, &pending, &posted)?;
        }
    }
    Ok(())
}

/// Pending rows of this connection that were taken back, in this run or lately.
fn taken_back(run: &SyncRun<'_, '_>) -> Result<Vec<Row>> {
    let sql = select!(
        "id IN (SELECT d.transaction_id FROM tombstones d WHERE d.state = 1 AND d.removed_at > ?2)
         AND account IN (SELECT id FROM accounts WHERE connection = ?1) ORDER BY date, id"
    );
    let since = encode::millis(run.tx.at) - 2 * i64::from(DAYS) * 86_400_000;
    let mut statement = run.tx.db.prepare_cached(sql)?;
    let rows = statement.query_map((run.connection.0, since), Row::read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// What an amount may have grown to with a tip.
fn tipped(minor: i64) -> (i64, i64) {
    let most = minor.saturating_add(minor.saturating_mul(TIP_PERCENT) / 100);
    (minor.min(most), minor.max(most))
}

/// The posted row that a vanished pending one most probably became, by amounts and days: the nearest in days, then the oldest.
fn counterpart(run: &SyncRun<'_, '_>, pending: &Row, ((least, most), days): ((i64, i64), i32)) -> Result<Option<Row>> {
    let day = encode::date(pending.facts.date)?;
    let reach = |days: i64| encode::day(day.saturating_add(jiff::Span::new().days(days)));
    let sql = select!(
        "account = ?1 AND date BETWEEN ?2 AND ?3 AND currency = ?4 AND state = 0 AND amount BETWEEN ?5 AND ?6 AND id > ?7
         AND pending_id IS NULL AND NOT EXISTS (SELECT 1 FROM aliases a WHERE a.transaction_id = transactions.id)
         ORDER BY id"
    );
    let f = &pending.facts;
    let mut statement = run.tx.db.prepare_cached(sql)?;
    let days = i64::from(days);
    let wanted = (f.account, reach(-days), reach(days), f.currency, least, most, pending.id);
    let rows = statement.query_map(wanted, Row::read)?;
    let name = name_of(run.tx.db, f.phrase)?;
    let mut best: Option<(i32, Row)> = None;
    for row in rows {
        let row = row?;
        let apart = days_apart(encode::date(row.facts.date)?, day);
        let other = name_of(run.tx.db, row.facts.phrase)?;
        let same =
            other == name || (run.manner.posting == Posting::Untold && apart <= FEW_DAYS && alike(&other, &name));
        if same && best.as_ref().is_none_or(|(days, _)| apart < *days) {
            best = Some((apart, row));
        }
    }
    Ok(best.map(|(_, row)| row))
}

/// Whether two names are probably of one payment: a provider that never says which pending row a posted one was often words
/// the two a little differently.
fn alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let begins = short.chars().count() >= 4 && long.starts_with(short);
    begins || strsim::levenshtein(one, other) * 3 <= long.chars().count()
}

/// The description without case, numbers and punctuation.
pub(crate) fn name_of(db: &Connection, phrase: i64) -> Result<String> {
    let stem: String =
        db.prepare_cached("SELECT stem FROM phrases WHERE id = ?1")?.query_row([phrase], |row| row.get(0))?;
    Ok(text::normalize_name(&phrase::payee(&stem)))
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn names_of_one_payment_are_alike() {
        for (one, other) in [
            ("blue bottle", "blue bottle coffee oakland"),
            ("amazon com", "amazon com us"),
            ("uber trip", "uber trips"),
        ] {
            assert!(alike(one, other) && alike(other, one), "{one} / {other}");
        }
        for (one, other) in [("uber", "lyft"), ("", "anything"), ("shell oil", "whole foods"), ("a", "b")] {
            assert!(!alike(one, other), "{one} / {other}");
        }
    }
}
