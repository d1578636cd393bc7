//! Several streams of one payee, and shopping between them: two subscriptions of one company, interest of two accounts.
//!
//! Invariant: the simplest reading that explains all payments wins: one stream, one an account, one an amount.

use std::collections::BTreeMap;

use super::{Occurrence, cadence::Cadence, rhythm};

/// Payments that were found to belong together, and how often they come.
type Found = (Vec<Occurrence>, Cadence);

/// Takes the payments of a payee apart into streams; what belongs to none is left out.
pub(super) fn streams(payments: &[Occurrence]) -> Vec<Found> {
    if let Some(cadence) = rhythm::cadence(payments) {
        return vec![(payments.to_vec(), cadence)];
    }
    let mut accounts: BTreeMap<i64, Vec<Occurrence>> = BTreeMap::new();
    for payment in payments {
        accounts.entry(payment.account.0).or_default().push(*payment);
    }
    if accounts.len() > 1 {
        let parts: Vec<Found> = accounts.values().flat_map(|part| of_account(part)).collect();
        if !parts.is_empty() {
            return parts;
        }
    }
    by_amount(payments)
}

fn of_account(payments: &[Occurrence]) -> Vec<Found> {
    match rhythm::cadence(payments) {
        Some(cadence) => vec![(payments.to_vec(), cadence)],
        None => by_amount(payments),
    }
}

/// Streams of one amount each among other payments; one that took over from another is the same stream at a new price.
fn by_amount(payments: &[Occurrence]) -> Vec<Found> {
    let mut amounts: BTreeMap<i64, Vec<Occurrence>> = BTreeMap::new();
    for payment in payments {
        amounts.entry(payment.minor).or_default().push(*payment);
    }
    // Among other payments two alike a year apart prove nothing.
    let mut found: Vec<Found> = amounts
        .into_values()
        .filter(|same| same.len() > 2)
        .filter_map(|same| rhythm::cadence(&same).map(|cadence| (same, cadence)))
        .collect();
    found.sort_by_key(|(same, _)| same.first().map(|payment| payment.date));
    let mut joined: Vec<Found> = Vec::new();
    for (part, cadence) in found {
        match joined.iter_mut().find_map(|(whole, known)| successor(whole, &part, cadence, *known)) {
            Some(()) => {}
            None => joined.push((part, cadence)),
        }
    }
    joined
}

/// Appends a part to the stream that it goes on with.
fn successor(whole: &mut Vec<Occurrence>, part: &[Occurrence], cadence: Cadence, known: Cadence) -> Option<()> {
    let follows = cadence == known && whole.last()?.date < part.first()?.date;
    let joined: Vec<Occurrence> = whole.iter().chain(part).copied().collect();
    let fits = follows && rhythm::is_fixed(&joined) && rhythm::cadence(&joined) == Some(known);
    fits.then(|| *whole = joined)
}
