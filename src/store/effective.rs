//! From a provider's transaction to a row: its words become numbers of the dictionaries, and what follows from facts and
//! the owner's edits together is worked out.
//!
//! Invariant: the same facts and edits always come to the same row.

use super::{
    Result, Tx,
    accounts::AccountRef,
    dictionary::Merchant,
    edits, encode, phrase,
    row::{Facts, Row},
};
use crate::domain::{transactions::ProviderTransaction, transfers, views::Source};

/// What follows from facts and edits: the effective category and payee, and the kind of the row seen alone.
pub(crate) fn derive(tx: &mut Tx<'_>, facts: Facts, account: AccountRef, edit: Option<&edits::Edit>) -> Result<Row> {
    let category = edit.and_then(|edit| edit.category).or(facts.category);
    let payee = match edit.and_then(|edit| edit.payee) {
        Some(payee) => payee,
        None => tx
            .db
            .prepare_cached("SELECT payee FROM phrases WHERE id = ?1")?
            .query_row([facts.phrase], |row| row.get(0))?,
    };
    let meaning = tx.dictionary.meaning(tx.db, category)?;
    let kind = encode::kind_number(transfers::kind_of(meaning, facts.amount, account.kind));
    Ok(Row { id: 0, facts, hash: None, kind, category, payee })
}

/// A provider's transaction in the numbers of the dictionaries, and the payee it comes to.
pub(crate) fn facts(
    tx: &mut Tx<'_>,
    (account, source): (AccountRef, Source),
    t: &ProviderTransaction,
) -> Result<(Facts, i64)> {
    let (db, digests, dictionary) = (tx.db, &mut tx.digests, &mut tx.dictionary);
    let text = phrase::split(&t.description);
    let merchant = Merchant {
        name: t.merchant.as_deref(),
        entity_id: t.merchant_entity_id.as_deref(),
        website: t.website.as_deref(),
    };
    let category = t.category.as_ref();
    let number = match category {
        Some(category) => Some(dictionary.category(db, digests, &category.detailed, &category.primary)?.id),
        None => None,
    };
    let parties = Some(&t.counterparties).filter(|parties| !parties.is_empty());
    let details = (!t.details.is_empty()).then(|| serde_json::to_string(&t.details)).transpose()?;
    let phrase = dictionary.phrase(db, digests, &text.stem, merchant)?;
    let facts = Facts {
        account: account.id,
        date: encode::day(t.date),
        amount: t.amount.minor,
        currency: dictionary.currency(db, digests, t.amount.currency)?,
        state: encode::state(t.status),
        phrase: phrase.id,
        digits: text.digits,
        source: encode::source_number(source),
        provider_id: Some(t.id.as_str().to_owned()),
        pending_id: t.pending_id.as_ref().map(|id| id.as_str().to_owned()),
        authorized_date: t.authorized_date.map(encode::day),
        datetime: t.datetime.map(encode::millis),
        authorized_datetime: t.authorized_datetime.map(encode::millis),
        category: number,
        confidence: dictionary.word(db, digests, category.and_then(|c| c.confidence.as_deref()))?,
        taxonomy: dictionary.word(db, digests, category.and_then(|c| c.version.as_deref()))?,
        channel: dictionary.word(db, digests, t.payment_channel.as_deref())?,
        original: t.original_description.clone().filter(|original| *original != t.description),
        check_number: t.check_number.clone(),
        parties: parties.map(|parties| dictionary.document(db, digests, parties)).transpose()?,
        place: t.location.as_ref().map(|place| dictionary.document(db, digests, place)).transpose()?,
        details,
    };
    Ok((facts, phrase.payee))
}
