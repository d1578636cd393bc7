//! What one page of a provider's change stream means, before it touches the book.

use std::fmt;

use super::{
    accounts::ProviderAccount,
    dates::Timestamp,
    ids::{ProviderAccountId, ProviderTransactionId},
    transactions::ProviderTransaction,
};

/// How far the provider has got with a connection's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Nothing yet; an empty answer says nothing.
    NotReady,
    /// About the last thirty days.
    Initial,
    /// All that was asked for.
    Complete,
    /// The provider did not say.
    Unknown,
}

/// A transaction the provider has taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its id.
    pub id: ProviderTransactionId,
    /// Its account, where the provider says so.
    pub account: Option<ProviderAccountId>,
}

/// One page of changes of one connection, in bursar's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Accounts with their balances now.
    pub accounts: Vec<ProviderAccount>,
    /// New transactions.
    pub added: Vec<ProviderTransaction>,
    /// Transactions whose facts changed.
    pub modified: Vec<ProviderTransaction>,
    /// Transactions taken back.
    pub removed: Vec<Removed>,
    /// Where the next page starts; never empty once there is history.
    pub next_cursor: String,
    /// Whether more pages follow.
    pub has_more: bool,
    /// How complete the provider's history is.
    pub history: History,
    /// Rows that cannot be kept.
    pub refused: Vec<Refusal>,
}

/// What a row of the bank's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// An account with its balances.
    Account,
    /// A transaction.
    Transaction,
    /// The terms of a debt.
    Debt,
    /// A holding.
    Holding,
    /// A trade.
    Trade,
    /// Payments that come back.
    Stream,
}

impl RowKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Account, Self::Transaction, Self::Debt, Self::Holding, Self::Trade, Self::Stream];

    /// The word in sentences, in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Transaction => "transaction",
            Self::Debt => "debt",
            Self::Holding => "holding",
            Self::Trade => "trade",
            Self::Stream => "stream",
        }
    }
}

/// A row that the book cannot hold exactly. Its sentence is for the owner and holds no amount and no merchant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Refusal {
    /// What it is.
    pub kind: RowKind,
    /// The provider's id, as far as it could be read; empty if it has none.
    pub id: String,
    /// The field, by the provider's name, and what is wrong with it.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = if self.id.is_empty() { "without an id" } else { &self.id };
        write!(f, "{} {id} was not kept: {}", self.kind.as_str(), self.reason)
    }
}

/// A connection's health as the provider sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// When the bank itself was last read with success.
    pub bank_updated_at: Option<Timestamp>,
    /// When the owner's consent ends.
    pub consent_expires_at: Option<Timestamp>,
    /// Whether the provider was asked for that end, so that none means that it does not end.
    pub consent_is_read: bool,
    /// The error the provider keeps for this connection.
    pub error: Option<ItemError>,
}

impl Health {
    /// The same as far as it can be believed: a clock a little ahead of ours means now, a day that is to come means nothing.
    #[must_use]
    pub fn believed(self, now: Timestamp) -> Self {
        let at = self.bank_updated_at.filter(|at| at.duration_since(now).as_hours() < 24);
        Self { bank_updated_at: at.map(|at| at.min(now)), ..self }
    }
}

/// The code of a sync that asked nobody, because the provider's keys are missing.
pub const NO_KEYS: &str = "NO_KEYS";

/// An error that stays with a connection until its owner or the bank acts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ItemError {
    /// The provider's code, `ITEM_LOGIN_REQUIRED`, or bursar's own (`NO_ANSWER`, `NO_KEYS`, `STOPPED`).
    pub code: String,
    /// What the provider or the bank says, in its own words.
    pub message: String,
    /// The provider's id of the answer, for its support.
    pub request_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_to_come_is_not_believed() {
        let now: Timestamp = "2026-04-15T12:00:00Z".parse().unwrap();
        for (said, expected) in [
            ("2026-04-15T11:00:00Z", Some("2026-04-15T11:00:00Z")),
            ("2026-04-15T12:03:00Z", Some("2026-04-15T12:00:00Z")),
            ("2026-04-16T12:00:00Z", None),
            ("2030-01-01T00:00:00Z", None),
        ] {
            let health = Health { bank_updated_at: Some(said.parse().unwrap()), ..Health::default() };
            let expected = expected.map(|at| at.parse().unwrap());
            assert_eq!(health.believed(now).bank_updated_at, expected, "{said}");
        }
    }
}
