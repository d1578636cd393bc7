//! Transactions: sign, dates, names and the many small facts around them.

use super::{
    Refusal, RowKind, amount,
    item::{day, moment},
    text::{self, LONG, SHORT, keep, keep_some},
};
use crate::{
    domain::{
        sync::History,
        transactions::{Counterparty, Location, ProviderCategory, ProviderTransaction, Status},
    },
    plaid::wire::{self, Decimal},
};

/// More parties than any row has.
const PARTIES: usize = 32;

/// Reads one transaction. It has the currency that Plaid names for it; when Plaid names none the row is refused, because
/// a card's purchase abroad need not be in the account's currency.
pub fn transaction(row: wire::transactions::Transaction) -> Result<ProviderTransaction, Refusal> {
    let id = text::shown(&row.transaction_id);
    let refuse = |reason: String| Refusal { kind: RowKind::Transaction, id: id.clone(), reason };
    if !text::is_id(&row.transaction_id) || !text::is_id(&row.account_id) {
        return Err(refuse("its `transaction_id` or `account_id` is empty or too long".to_owned()));
    }
    let currency = amount::currency(row.iso_currency_code.as_deref(), row.unofficial_currency_code.as_deref())
        .map_err(refuse)?
        .ok_or_else(|| {
            refuse("neither `iso_currency_code` nor `unofficial_currency_code` names its currency".to_owned())
        })?;
    let amount = amount::signed(&row.amount, currency).map_err(refuse)?;
    let date = day(&row.date).ok_or_else(|| refuse("its `date` is not a date".to_owned()))?;
    let mut details = details(row.payment_meta);
    let mut note = |name: &str, value: Option<String>| {
        details.extend(keep_some(value, SHORT).map(|value| (name.to_owned(), value)));
    };
    note("account_owner", row.account_owner);
    note("transaction_code", row.transaction_code);
    note("merchant_category_code", row.merchant_category_code);
    // A date that cannot be read costs only itself; its text is kept.
    let mut dated = |name: &str, value: Option<String>| {
        let date = value.as_deref().and_then(day);
        note(name, value.filter(|_| date.is_none()));
        date
    };
    let authorized_date = dated("authorized_date", row.authorized_date);
    let mut timed = |name: &str, value: Option<String>| {
        let time = value.as_deref().and_then(moment);
        note(name, value.filter(|_| time.is_none()));
        time
    };
    Ok(ProviderTransaction {
        datetime: timed("datetime", row.datetime),
        authorized_datetime: timed("authorized_datetime", row.authorized_datetime),
        id: row.transaction_id.into(),
        account: row.account_id.into(),
        pending_id: row.pending_transaction_id.filter(|id| text::is_id(id)).map(Into::into),
        date,
        authorized_date,
        amount,
        status: if row.pending { Status::Pending } else { Status::Posted },
        description: keep(row.name, LONG),
        original_description: keep_some(row.original_description, LONG),
        merchant: keep_some(row.merchant_name, SHORT),
        merchant_entity_id: keep_some(row.merchant_entity_id, SHORT),
        website: keep_some(row.website, SHORT),
        payment_channel: keep_some(Some(row.payment_channel.as_str().to_owned()), SHORT),
        check_number: keep_some(row.check_number, SHORT),
        category: row.personal_finance_category.map(category),
        counterparties: row.counterparties.into_iter().take(PARTIES).map(counterparty).collect(),
        location: location(row.location),
        details,
    })
}

fn category(from: wire::transactions::PersonalFinanceCategory) -> ProviderCategory {
    ProviderCategory {
        detailed: keep(from.detailed, SHORT),
        primary: keep(from.primary, SHORT),
        confidence: from.confidence_level.map(|word| keep(word.as_str().to_owned(), SHORT)),
        version: from.version.map(|word| keep(word.as_str().to_owned(), SHORT)),
    }
}

fn counterparty(from: wire::transactions::Counterparty) -> Counterparty {
    Counterparty {
        name: keep(from.name, SHORT),
        kind: keep(from.kind.as_str().to_owned(), SHORT),
        entity_id: keep_some(from.entity_id, SHORT),
        website: keep_some(from.website, SHORT),
        confidence: from.confidence_level.map(|word| keep(word.as_str().to_owned(), SHORT)),
    }
}

fn location(from: wire::transactions::Location) -> Option<Location> {
    let coordinate = |value: Option<Decimal>| keep_some(value.map(|value| value.as_str().to_owned()), SHORT);
    let location = Location {
        address: keep_some(from.address, SHORT),
        city: keep_some(from.city, SHORT),
        region: keep_some(from.region, SHORT),
        postal_code: keep_some(from.postal_code, SHORT),
        country: keep_some(from.country, SHORT),
        lat: coordinate(from.lat),
        lon: coordinate(from.lon),
        store_number: keep_some(from.store_number, SHORT),
    };
    (location != Location::default()).then_some(location)
}

fn details(from: wire::transactions::PaymentMeta) -> Vec<(String, String)> {
    [
        ("reference_number", from.reference_number),
        ("ppd_id", from.ppd_id),
        ("payee", from.payee),
        ("by_order_of", from.by_order_of),
        ("payer", from.payer),
        ("payment_method", from.payment_method),
        ("payment_processor", from.payment_processor),
        ("reason", from.reason),
    ]
    .into_iter()
    .filter_map(|(name, value)| keep_some(value, SHORT).map(|value| (name.to_owned(), value)))
    .collect()
}

/// How far Plaid has got with a history.
pub(super) fn history(status: &wire::transactions::TransactionsUpdateStatus) -> History {
    use wire::transactions::TransactionsUpdateStatus as Wire;
    match status {
        Wire::NotReady => History::NotReady,
        Wire::Initial => History::Initial,
        Wire::Historical => History::Complete,
        Wire::Unknown | Wire::Other(_) => History::Unknown,
    }
}
