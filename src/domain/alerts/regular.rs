//! What regular payments have to tell: one that costs more, one that did not come, one that stopped.
//!
//! A look through the history of years finds it, so it is found once and kept. Invariant: what is kept says for itself until
//! which day it is news, so that nothing is told for ever when nobody looks again.

use jiff::ToSpan as _;

use super::{Alert, AlertKind, Bounds, find::alert};
use crate::domain::{
    dates::Date,
    ids::AccountId,
    money::Money,
    recurring::{Recurrence, Standing},
    transactions::Kind,
};

/// How many days after it stopped a regular payment is still news.
const ENDED_DAYS: i32 = 31;

/// How many payments of a new price make it an old one.
const NEW_PRICES: usize = 2;

/// One thing that a look through the history found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regular {
    /// One of [`AlertKind::REGULAR`].
    pub kind: AlertKind,
    /// Who was paid, or paid.
    pub payee: String,
    /// The account of the last payment.
    pub account: AccountId,
    /// The new price, or the last payment.
    pub amount: Money,
    /// The price before.
    pub before: Option<Money>,
    /// Since when it costs more, or when the payment was expected.
    pub date: Date,
    /// The last day on which it is news, unless a later look says otherwise.
    pub until: Date,
}

/// Looks through the payments that come back, as they stand today.
pub fn look(recurrences: &[Recurrence], today: Date) -> Vec<Regular> {
    let mut found = Vec::new();
    for recurrence in recurrences {
        found.extend(dearer(recurrence));
        found.extend(stopped(recurrence, today));
    }
    let key = |one: &Regular| (one.kind, one.key());
    found.sort_by_key(key);
    found.dedup_by_key(|one| key(one));
    found
}

fn dearer(Recurrence { payee, kind, currency, stream, .. }: &Recurrence) -> Option<Regular> {
    let change = stream.change?;
    let since = stream.payments.iter().filter(|payment| payment.date >= change.date).count();
    let more = change.to.saturating_abs() > change.from.saturating_abs();
    let news = *kind == Kind::Expense && more && since <= NEW_PRICES && stream.standing != Standing::Ended;
    let before = Some(Money::new(change.from, *currency));
    let found = |account| Regular {
        kind: AlertKind::PriceRise,
        payee: payee.clone(),
        account,
        amount: Money::new(change.to, *currency),
        before,
        date: change.date,
        until: stream.over(),
    };
    stream.last().filter(|_| news).map(|last| found(last.account))
}

fn stopped(Recurrence { payee, currency, stream, .. }: &Recurrence, today: Date) -> Option<Regular> {
    let last = stream.last()?;
    let (kind, until) = match stream.standing {
        Standing::Active => return None,
        Standing::Missed => (AlertKind::PaymentMissed, stream.over()),
        Standing::Ended => (AlertKind::PaymentEnded, stream.over().saturating_add(ENDED_DAYS.days())),
    };
    (today <= until).then(|| Regular {
        kind,
        payee: payee.clone(),
        account: last.account,
        amount: Money::new(last.minor, *currency),
        before: None,
        date: stream.next,
        until,
    })
}

impl Regular {
    /// Whether it is news on a day, and the owner wants to know.
    pub(super) fn is_news(&self, today: Date, bounds: &Bounds) -> bool {
        let wanted = if self.kind == AlertKind::PriceRise { bounds.price_rise } else { bounds.missed };
        wanted && today <= self.until
    }

    /// The alert that it is.
    pub(super) fn alert(&self) -> Alert {
        let Self { payee, amount, date, .. } = self;
        let message = match (self.kind, self.before) {
            (AlertKind::PriceRise, Some(before)) => {
                format!("{payee} costs {} since {date}, {} before", amount.grouped(), before.grouped())
            }
            (AlertKind::PaymentEnded, _) => {
                format!("{payee} seems to have stopped; the next payment was expected on {date}")
            }
            _ => format!("{payee} was expected on {date}"),
        };
        let mut alert = alert(self.kind, &self.key(), payee, message);
        (alert.account, alert.date) = (Some(self.account), Some(*date));
        (alert.amount, alert.before) = (Some(*amount), self.before);
        alert
    }

    fn key(&self) -> String {
        format!("{}:{}:{}", self.payee, self.amount.currency.code(), self.date)
    }
}
