//! Whether payments keep to a calendar, and to which.
//!
//! Invariant: a rhythm is judged from one payment to the next, so that one shifted date does not break what follows it.

use jiff::{ToSpan as _, Unit};

use super::{Change, Occurrence, cadence::Cadence};
use crate::domain::dates::Date;

/// Amounts within this part of each other (one fiftieth) count as the same.
const SAME: i64 = 50;
/// So many payments of one amount to the cent make any other amount a change.
const TO_THE_CENT: usize = 3;
/// Amounts of one bill differ by this factor at most.
const WIDEST: i64 = 6;
/// Amounts that differ by more (interest, usage) may still be one stream, with so many payments that are nearly on the day.
const MANY: usize = 8;

/// How much alike the amounts of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Amounts {
    Fixed,
    Narrow,
    Wide,
}

impl Amounts {
    fn of(payments: &[Occurrence]) -> Self {
        match (is_narrow(payments), is_fixed(payments)) {
            (true, true) => Self::Fixed,
            (true, false) => Self::Narrow,
            (false, _) => Self::Wide,
        }
    }

    /// How far from its calendar a payment may be on average, in hundredths of the cadence's tolerance: the less the
    /// amounts are alike, the more punctual it has to be.
    fn leeway(self) -> i64 {
        match self {
            Self::Fixed => 100,
            Self::Narrow => 65,
            Self::Wide => 20,
        }
    }

    /// How many payments it takes to believe in a cadence.
    fn evidence(self, cadence: Cadence) -> usize {
        let most = if self == Self::Wide { MANY } else { 0 };
        most.max(cadence.evidence(self == Self::Fixed))
    }
}

/// The cadence that payments keep; `None` when they keep to none.
pub(super) fn cadence(payments: &[Occurrence]) -> Option<Cadence> {
    let amounts = Amounts::of(payments);
    let fits = Cadence::ALL
        .into_iter()
        .filter(|cadence| payments.len() >= amounts.evidence(*cadence))
        .filter_map(|cadence| Some((misfit(payments, cadence)?, cadence)))
        .filter(|(misfit, _)| *misfit <= amounts.leeway());
    fits.min_by_key(|(misfit, _)| *misfit).map(|(_, cadence)| cadence)
}

/// How badly payments keep a cadence, in hundredths of its tolerance a gap; `None` when they do not, which of thousands of
/// purchases the first ones say already.
fn misfit(payments: &[Occurrence], cadence: Cadence) -> Option<i64> {
    let tolerance = i64::from(cadence.tolerance());
    let gaps = i64::try_from(payments.len()).ok()? - 1;
    let (mut late, mut skipped, mut off) = (0_i64, 0_i64, 0_i64);
    for pair in payments.windows(2) {
        let away = |steps| distance(cadence.after(pair[0].date, steps), pair[1].date);
        let once = away(1);
        if once <= tolerance {
            off += once;
            continue;
        }
        let twice = away(2);
        if twice <= tolerance {
            skipped += 1;
            off += twice;
        } else {
            late += 1;
        }
        if late * 6 > gaps || skipped * 4 > gaps {
            return None;
        }
    }
    (gaps > 0).then(|| (off + tolerance * (2 * skipped + 3 * late)) * 100 / (tolerance * gaps))
}

fn distance(a: Date, b: Date) -> i64 {
    a.until((Unit::Day, b)).map_or(i64::MAX, |span| i64::from(span.get_days()).abs())
}

fn same(a: i64, b: i64) -> bool {
    a.saturating_sub(b).saturating_abs().saturating_mul(SAME) <= a.saturating_abs().max(b.saturating_abs())
}

/// Whether the amount is agreed: it hardly ever changes from one payment to the next.
pub(super) fn is_fixed(payments: &[Occurrence]) -> bool {
    let changes = payments.windows(2).filter(|pair| !same(pair[0].minor, pair[1].minor)).count();
    changes * 4 < payments.len() && is_narrow(payments)
}

fn is_narrow(payments: &[Occurrence]) -> bool {
    let sizes = payments.iter().map(|payment| payment.minor.saturating_abs());
    match (sizes.clone().min(), sizes.max()) {
        (Some(least), Some(most)) => most <= least.saturating_mul(WIDEST),
        _ => false,
    }
}

/// Whether the amount was the same, at least twice, and stepped with the last payment for the first time.
pub(super) fn last_steps(payments: &[Occurrence]) -> bool {
    let Some((last, before)) = payments.split_last() else { return false };
    let settled = before.len() > 1 && before.windows(2).all(|pair| same(pair[0].minor, pair[1].minor));
    settled && before.last().is_some_and(|one| !same(one.minor, last.minor)) && is_narrow(payments)
}

/// The latest step of an amount that was the same before, at least twice, and is the same since; a step that is small for its
/// amount counts where the amount was the same to the cent before.
pub(super) fn change(payments: &[Occurrence]) -> Option<Change> {
    let step = |alike: fn(i64, i64) -> bool, least: usize| {
        let at = payments.windows(2).rposition(|pair| !alike(pair[0].minor, pair[1].minor))?;
        let before = payments[..=at].iter().rev().take_while(|one| alike(one.minor, payments[at].minor)).count();
        (before >= least).then_some(at)
    };
    let at = step(same, 2).max(step(|a, b| a == b, TO_THE_CENT))?;
    let (before, new) = (payments[at], payments[at + 1]);
    Some(Change { date: new.date, from: before.minor, to: new.minor })
}

/// The day on which the payment after the last one is due: a step after it, on the day of the month that the latest
/// payments had.
pub(super) fn next(payments: &[Occurrence], cadence: Cadence) -> Option<Date> {
    let last = payments.last()?.date;
    let step = cadence.after(last, 1);
    let Some(_) = cadence.months() else {
        // Twice a month: half the time it is a month after the last but one.
        let twin = payments.len().checked_sub(2).map(|at| cadence.after(payments[at].date, 2));
        return Some(twin.filter(|_| cadence == Cadence::Semimonthly).filter(|day| *day > last).unwrap_or(step));
    };
    let mut days: Vec<i8> = payments.iter().rev().take(5).map(|payment| payment.date.day()).collect();
    days.sort_unstable();
    let usual = days[days.len() / 2];
    let first = step.first_of_month();
    let around = [first.saturating_sub(1.month()), first, first.saturating_add(1.month())];
    let days = around.map(|month| month.saturating_add((i32::from(usual.min(month.days_in_month())) - 1).days()));
    days.into_iter().min_by_key(|day| distance(*day, step))
}
