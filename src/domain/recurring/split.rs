//! Several streams of one payee, and shopping between them: two subscriptions of one company, interest of two accounts.
//!
//! Invariant: the simplest reading that explains all payments wins: one stream, one an account, one an amount.

use super::{Occurrence, cadence::Cadence, rhythm};

/// Payments that were found to belong together, and how often they come.
type Found = (Vec<Occurrence>, Cadence);

/// Takes the payments of a payee apart into streams; what belongs to none is left out.
pub(super) fn streams(payments: &mut [Occurrence]) -> Vec<Found> {
    if let Some(cadence) = rhythm::cadence(payments) {
        return vec![(payments.to_vec(), cadence)];
    }
    if payments.iter().any(|payment| payment.account != payments[0].account) {
        payments.sort_unstable_by_key(|payment| (payment.account, *payment));
        let accounts = payments.chunk_by_mut(|a, b| a.account == b.account);
        let parts: Vec<Found> = accounts.flat_map(of_account).collect();
        if !parts.is_empty() {
            return parts;
        }
    }
    by_amount(payments)
}

fn of_account(payments: &mut [Occurrence]) -> Vec<Found> {
    match rhythm::cadence(payments) {
        Some(cadence) => vec![(payments.to_vec(), cadence)],
        None => by_amount(payments),
    }
}

/// Streams of one amount each among other payments; one that took over from another is the same stream at a new price.
fn by_amount(payments: &mut [Occurrence]) -> Vec<Found> {
    payments.sort_unstable_by_key(|payment| (payment.minor, *payment));
    // Among other payments two alike a year apart prove nothing.
    let mut found: Vec<Found> = payments
        .chunk_by(|a, b| a.minor == b.minor)
        .filter(|same| same.len() > 2)
        .filter_map(|same| rhythm::cadence(same).map(|cadence| (same.to_vec(), cadence)))
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
