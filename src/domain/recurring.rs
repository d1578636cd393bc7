//! Payments that come back, found from their dates and amounts alone.
//!
//! Wages, rent, subscriptions and bills keep to a calendar; shopping does not. [`Series::recurrences`] takes everything that
//! one payee was paid (or paid) and looks for the calendar in it. Pure; today, and until when each account is known, are arguments. Invariant: each payment
//! belongs to one stream at most, and a stream never mixes currencies or directions.

mod cadence;
mod rhythm;
mod split;

use std::collections::HashMap;

use serde::Serialize;

use super::{dates::Date, ids::AccountId, money::Currency, transactions::Kind};

pub use cadence::Cadence;

/// One payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The posting date.
    pub date: Date,
    /// Minor units; negative left the owner.
    pub minor: i64,
    /// The account it was booked on.
    pub account: AccountId,
}

/// Everything that passed between the owner and one payee, one way, in one currency; oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The payee.
    pub payee: String,
    /// The category of the latest payment, as the provider writes it.
    pub category: Option<String>,
    /// Expense or income.
    pub kind: Kind,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The payments.
    pub payments: Vec<Occurrence>,
}

/// A stream of payments, and between whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// The payee.
    pub payee: String,
    /// The category of the payee's latest payment, as the provider writes it.
    pub category: Option<String>,
    /// Expense or income.
    pub kind: Kind,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The payments, and the calendar that they keep.
    pub stream: Stream,
}

/// Until which day an account's payments are known: one that a bank did not tell yet did not stay away.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Today.
    pub today: Date,
    /// When the banks of accounts were last read, where it is not today.
    pub read: HashMap<AccountId, Date>,
}

impl Known {
    /// All is known until a day.
    pub fn until(today: Date) -> Self {
        Self { today, read: HashMap::new() }
    }

    fn of(&self, account: AccountId) -> Date {
        self.read.get(&account).map_or(self.today, |read| self.today.min(*read))
    }
}

impl Series {
    /// The streams in it, the one with most payments first.
    pub fn recurrences(self, known: &Known) -> impl Iterator<Item = Recurrence> + use<> {
        let Self { payee, category, kind, currency, mut payments } = self;
        let of = move |stream| Recurrence { payee: payee.clone(), category: category.clone(), kind, currency, stream };
        find(&mut payments, known).into_iter().map(of)
    }
}

/// How a stream stands on the last day of which its account is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The next payment is to come.
    Active,
    /// It should have come by now.
    Missed,
    /// It has stayed away for so long that it will not come again.
    Ended,
}

impl Standing {
    /// The word in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Missed => "missed",
            Self::Ended => "ended",
        }
    }
}

/// A fixed amount that became another one, and stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The first payment of the new amount.
    pub date: Date,
    /// Minor units before.
    pub from: i64,
    /// Minor units since.
    pub to: i64,
}

/// Payments that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// How often.
    pub cadence: Cadence,
    /// The payments, oldest first.
    pub payments: Vec<Occurrence>,
    /// Whether the amount is agreed rather than measured: rent against electricity.
    pub fixed: bool,
    /// The latest change of a fixed amount.
    pub change: Option<Change>,
    /// When the next payment is due.
    pub next: Date,
    /// How it stands on the last day of which its account is known.
    pub standing: Standing,
}

impl Stream {
    fn new(payments: Vec<Occurrence>, cadence: Cadence, known: &Known) -> Option<Self> {
        let next = rhythm::next(&payments, cadence)?;
        let today = known.of(payments.last()?.account);
        let standing = if today <= cadence.grace(next) {
            Standing::Active
        } else if today <= cadence.patience(next) {
            Standing::Missed
        } else {
            Standing::Ended
        };
        // Of few payments a year the one that is dearer may be all that has changed yet.
        let seldom = cadence.per_year() <= 2;
        let fixed = rhythm::is_fixed(&payments) || (seldom && rhythm::last_steps(&payments));
        let change = rhythm::change(&payments);
        Some(Self { cadence, fixed, change: change.filter(|_| fixed), next, standing, payments })
    }

    /// The latest payment.
    pub fn last(&self) -> Option<Occurrence> {
        self.payments.last().copied()
    }

    /// The last day on which the next payment would still have been missed rather than given up.
    pub fn over(&self) -> Date {
        self.cadence.patience(self.next)
    }

    /// The smallest and the largest amount of the last year of payments, in minor units.
    pub fn band(&self) -> (i64, i64) {
        let recent = self.payments.iter().rev().take(self.cadence.per_year()).map(|payment| payment.minor);
        let (low, high) = (recent.clone().min(), recent.max());
        (low.unwrap_or_default(), high.unwrap_or_default())
    }
}

/// The streams in what passed between the owner and one payee, the one with most payments first. The payments, of which there may
/// be very many, are put into another order instead of being copied.
fn find(payments: &mut [Occurrence], known: &Known) -> Vec<Stream> {
    let mut streams: Vec<Stream> = split::streams(payments)
        .into_iter()
        .filter_map(|(payments, cadence)| Stream::new(payments, cadence, known))
        .collect();
    streams.sort_by_key(|stream| std::cmp::Reverse(stream.payments.len()));
    streams
}

#[cfg(test)]
mod tests;
