//! Several streams of one payee, and shopping between them: two subscriptions of one company, interest of two accounts.
//!
//! Invariant: the simplest reading that explains all payments wins: one stream, one an account, one an amount; of amounts that vary,
//! the reading that leaves none that varies.

use super::{Occurrence, cadence::Cadence, rhythm};

/// Payments that were found to belong together, and how often they come.
type Found = (Vec<Occurrence>, Cadence);

/// Takes the payments of a payee apart into streams; what belongs to none is left out.
pub(super) fn streams(payments: &mut [Occurrence]) -> Vec<Found> {
    if let Some(whole) = whole(payments) {
        return whole;
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
    whole(payments).unwrap_or_else(|| by_amount(payments))
}

/// One stream of all payments; or, where its amounts vary, several that leave out none and of which each has an amount of its own.
fn whole(payments: &[Occurrence]) -> Option<Vec<Found>> {
    let cadence = rhythm::cadence(payments)?;
    if !rhythm::is_fixed(payments) {
        let parts = by_amount(&mut payments.to_vec());
        if parts.len() > 1 && parts.iter().map(|(part, _)| part.len()).sum::<usize>() == payments.len() {
            return Some(parts);
        }
    }
    Some(vec![(payments.to_vec(), cadence)])
}

/// Streams of one amount each among other payments; one that took over from another is the same stream at a new price.
fn by_amount(payments: &mut [Occurrence]) -> Vec<Found> {
    payments.sort_unstable_by_key(|payment| (payment.minor, *payment));
    // Among other payments two alike a year apart prove nothing.
    let mut found: Vec<Found> =
        payments.chunk_by(|a, b| a.minor == b.minor).filter(|same| same.len() > 2).flat_map(alike).collect();
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

/// Payments of one amount: one stream, or as many as are paid on each of their days (two lines of one phone company).
fn alike(payments: &[Occurrence]) -> Vec<Found> {
    if let Some(cadence) = rhythm::cadence(payments) {
        return vec![(payments.to_vec(), cadence)];
    }
    let days: Vec<&[Occurrence]> = payments.chunk_by(|a, b| a.date == b.date).collect();
    let lanes = days.first().map_or(0, |day| day.len());
    if lanes < 2 || days.iter().any(|day| day.len() != lanes) {
        return Vec::new();
    }
    let lane = |place: usize| days.iter().map(|day| day[place]).collect::<Vec<_>>();
    (0..lanes).map(lane).filter_map(|lane| rhythm::cadence(&lane).map(|cadence| (lane, cadence))).collect()
}

/// Appends a part to the stream that it goes on with.
fn successor(whole: &mut Vec<Occurrence>, part: &[Occurrence], cadence: Cadence, known: Cadence) -> Option<()> {
    let follows = cadence == known && whole.last()?.date < part.first()?.date;
    let joined: Vec<Occurrence> = whole.iter().chain(part).copied().collect();
    let fits = follows && rhythm::is_fixed(&joined) && rhythm::cadence(&joined) == Some(known);
    fits.then(|| *whole = joined)
}
