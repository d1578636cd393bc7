//! What the owner should be told of: a bank that wants a sign-in, a low balance, a price that rose.
//!
//! Pure; today is an argument. Invariant: one condition has one key for as long as it holds, so that it can be told once.

mod find;
mod regular;
mod threshold;

use serde::Serialize;

pub use find::{KeyEnd, Known, find, still_read, unreached};
pub use regular::{Regular, look};
pub use threshold::Threshold;

use super::{
    dates::{Date, Timestamp},
    ids::{AccountId, ConnectionId, TransactionId},
    money::Money,
    views::AlertView,
};

/// For how many days a transaction is news: after its date, or after it came into the book.
pub const NEWS_DAYS: i32 = 7;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A bank wants its owner to sign in again, or to act.
    Reauth,
    /// Several syncs in a row failed.
    SyncFailing,
    /// The owner's consent ends within days.
    ConsentEnding,
    /// A key of the vault ends within days, or has ended.
    KeyEnding,
    /// A connection's data is days old, although no sync failed.
    Stale,
    /// A payment is late, or due within days.
    PaymentDue,
    /// An account holds less than the owner wants.
    LowBalance,
    /// A transaction that is news is larger than the owner's bound.
    LargeTransaction,
    /// A payment that comes back costs more than before.
    PriceRise,
    /// A payment that comes back did not come.
    PaymentMissed,
    /// A payment that came back has stopped.
    PaymentEnded,
    /// Nothing happened: the owner tries the hook.
    Test,
}

impl AlertKind {
    /// What only a look through the history finds.
    pub const REGULAR: [Self; 3] = [Self::PriceRise, Self::PaymentMissed, Self::PaymentEnded];

    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reauth => "reauth",
            Self::SyncFailing => "sync_failing",
            Self::ConsentEnding => "consent_ending",
            Self::KeyEnding => "key_ending",
            Self::Stale => "stale",
            Self::PaymentDue => "payment_due",
            Self::LowBalance => "low_balance",
            Self::LargeTransaction => "large_transaction",
            Self::PriceRise => "price_rise",
            Self::PaymentMissed => "payment_missed",
            Self::PaymentEnded => "payment_ended",
            Self::Test => "test",
        }
    }

    /// The words on a desktop's screen, which others may see: without names and amounts.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reauth => "a bank needs you to sign in",
            Self::SyncFailing => "syncs of a bank fail",
            Self::ConsentEnding => "a bank's consent ends soon",
            Self::KeyEnding => "a key of the vault ends soon",
            Self::Stale => "a bank's data is days old",
            Self::PaymentDue => "a payment is due",
            Self::LowBalance => "a balance is low",
            Self::LargeTransaction => "a large transaction",
            Self::PriceRise => "a price rose",
            Self::PaymentMissed => "a regular payment is missing",
            Self::PaymentEnded => "a regular payment has stopped",
            Self::Test => "a test",
        }
    }

    /// The words before the sentence.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Reauth => "Sign in",
            Self::SyncFailing => "Syncs fail",
            Self::ConsentEnding => "Consent ends",
            Self::KeyEnding => "Key ends",
            Self::Stale => "Stale",
            Self::PaymentDue => "Due",
            Self::LowBalance => "Low balance",
            Self::LargeTransaction => "Large",
            Self::PriceRise => "Price rise",
            Self::PaymentMissed => "Missing",
            Self::PaymentEnded => "Stopped",
            Self::Test => "Test",
        }
    }

    /// Whether the screen of `status` says it already, among connections and payments due.
    pub fn is_said_elsewhere(self) -> bool {
        matches!(self, Self::Reauth | Self::ConsentEnding | Self::Stale | Self::PaymentDue)
    }
}

/// One thing that holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Alert {
    /// What it is about.
    pub kind: AlertKind,
    /// Stays the same for as long as it holds.
    pub key: String,
    /// One sentence.
    pub message: String,
    /// Who it is about: the name of a connection or account, or a payee.
    pub subject: String,
    /// The connection.
    pub connection: Option<ConnectionId>,
    /// The account.
    pub account: Option<AccountId>,
    /// The transaction.
    pub transaction: Option<TransactionId>,
    /// The amount: a balance, a transaction, a new price.
    pub amount: Option<Money>,
    /// The amount before, of a price.
    pub before: Option<Money>,
    /// The day of it.
    pub date: Option<Date>,
    /// The command that helps, if one does.
    pub action: Option<String>,
}

/// What the owner's program gets on its standard input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Notice {
    /// `bursar.notice`.
    pub kind: &'static str,
    /// 1; another number means that fields have another meaning.
    pub version: u32,
    /// When it was made.
    pub at: Timestamp,
    /// The name of the vault's directory.
    pub vault: String,
    /// What is new, each told once. One with a key and `first_seen` that came before is a repeat: the program was not seen to
    /// take it.
    pub alerts: Vec<AlertView>,
}

/// From when on things are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// A balance below this.
    pub low_balance: Option<Threshold>,
    /// A transaction of this or more, in or out.
    pub large_transaction: Option<Threshold>,
    /// So many failed syncs in a row; 0 for never.
    pub failures: u64,
    /// So many days before a payment is due.
    pub due_days: i32,
    /// Whether a price that rose is told.
    pub price_rise: bool,
    /// Whether regular payments that are missing or have stopped are told.
    pub missed: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { low_balance: None, large_transaction: None, failures: 3, due_days: 7, price_rise: true, missed: true }
    }
}

impl Bounds {
    /// Whether a transaction of this amount is told.
    pub fn is_large(&self, amount: Money) -> bool {
        let bound = self.large_transaction.as_ref().and_then(|bound| bound.of(amount.currency));
        bound.is_some_and(|bound| amount.minor.saturating_abs() >= bound.minor)
    }
}

#[cfg(test)]
mod tests;
