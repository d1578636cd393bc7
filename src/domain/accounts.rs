//! Accounts as the book keeps them, in bursar's sign.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    dates::Timestamp,
    ids::ProviderAccountId,
    money::{Currency, Money},
};

/// The currencies of the accounts that the book knows already, for a day on which a provider names none for a balance.
pub type KnownCurrencies = HashMap<ProviderAccountId, Currency>;

/// What an account is, in the field's five kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    /// Checking, savings, cash.
    Depository,
    /// A credit card or line.
    Credit,
    /// A mortgage, student loan or other debt.
    Loan,
    /// Brokerage and retirement accounts.
    Investment,
    /// What the provider calls `other`, or a type that this version does not know.
    Other,
}

impl AccountType {
    /// Whether a balance of this type is owed rather than owned.
    pub fn is_debt(self) -> bool {
        matches!(self, Self::Credit | Self::Loan)
    }

    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Depository => "depository",
            Self::Credit => "credit",
            Self::Loan => "loan",
            Self::Investment => "investment",
            Self::Other => "other",
        }
    }

    /// The type of that word; unknown words are `Other`.
    pub fn from_word(word: &str) -> Self {
        [Self::Depository, Self::Credit, Self::Loan, Self::Investment]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or(Self::Other)
    }
}

/// What an account holds, in bursar's sign: what is owed is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balances {
    /// The balance; `None` when the bank does not say.
    pub current: Option<Money>,
    /// What can be spent now.
    pub available: Option<Money>,
    /// The credit or overdraft line, positive.
    pub limit: Option<Money>,
}

/// An account as a provider reports it, already in bursar's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAccount {
    /// The provider's id.
    pub id: ProviderAccountId,
    /// Stable across connections, where the bank offers it.
    pub persistent_id: Option<String>,
    /// The owner's or the bank's short name.
    pub name: String,
    /// The bank's full product name.
    pub official_name: Option<String>,
    /// Last digits, 2–4 characters, not unique.
    pub mask: Option<String>,
    /// One of five.
    pub kind: AccountType,
    /// The provider's finer word (`checking`, `credit card`), kept as it came.
    pub subtype: Option<String>,
    /// The currency of its balances.
    pub currency: Currency,
    /// The balances.
    pub balances: Balances,
    /// When the bank had these balances, where the provider says so.
    pub as_of: Option<Timestamp>,
    /// What was said about values that could not be kept exactly (one sentence each).
    pub notes: Vec<String>,
}

/// Balances that a provider keeps are as old as its last look at the bank, where they have no date of their own.
pub fn kept_since(accounts: &mut [ProviderAccount], read_at: Option<Timestamp>) {
    for account in accounts {
        account.as_of = account.as_of.or(read_at);
    }
}
