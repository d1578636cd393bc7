//! Transactions as listed.

use serde::Serialize;

use crate::domain::{
    dates::Date,
    ids::{AccountId, TransactionId},
    money::Money,
    transactions::{Kind, Status},
};

/// Where a transaction came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The bank, through Plaid.
    Plaid,
    /// A file.
    Import,
    /// Typed in.
    Manual,
    /// The bank, through SimpleFIN.
    #[serde(rename = "simplefin")]
    SimpleFin,
}

impl Source {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plaid => "plaid",
            Self::Import => "import",
            Self::Manual => "manual",
            Self::SimpleFin => "simplefin",
        }
    }
}

/// Who said which category a transaction is of; a later one of this list wins over an earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategorySource {
    /// The provider.
    Plaid,
    /// The file it was imported from.
    Import,
    /// A rule of the owner.
    Rule,
    /// The owner, on this transaction.
    User,
}

impl CategorySource {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plaid => "plaid",
            Self::Import => "import",
            Self::Rule => "rule",
            Self::User => "user",
        }
    }
}

/// The category of a transaction; a transaction without one is uncategorised, which is not the same as "other".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CategoryView {
    /// `FOOD_AND_DRINK_GROCERIES`, or the owner's own word.
    pub id: String,
    /// `Groceries`.
    pub name: String,
    /// Who said so.
    pub source: CategorySource,
    /// How sure the provider is (`VERY_HIGH` …); `null` for any other source.
    pub confidence: Option<String>,
}

/// One transaction of `transactions --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TransactionView {
    /// `t1042`.
    pub id: TransactionId,
    /// Posting date; for a pending one the day it occurred.
    pub date: Date,
    /// Day of authorisation.
    pub authorized_date: Option<Date>,
    /// The account's id.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Signed amount: negative left the owner.
    pub amount: Money,
    /// The owner's word for the other side, else the merchant's name, else the description.
    pub payee: String,
    /// The bank's description, as it came.
    pub description: String,
    /// What it was for; `null` when nobody said.
    pub category: Option<CategoryView>,
    /// Booked or not.
    pub status: Status,
    /// What it means for its owner.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The owner's note.
    pub note: Option<String>,
    /// The owner's tags.
    pub tags: Vec<String>,
    /// Where it came from.
    pub source: Source,
}
