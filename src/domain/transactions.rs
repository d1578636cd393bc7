//! Transactions as a provider reports them, already in bursar's terms and sign.

use serde::Serialize;

use super::{
    dates::{Date, Timestamp},
    ids::{ProviderAccountId, ProviderTransactionId},
    money::Money,
};

/// Whether the bank has booked it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Booked.
    Posted,
    /// Announced; may change, post under another id, or vanish.
    Pending,
}

impl Status {
    /// The word in queries, in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Pending => "pending",
        }
    }
}

/// What a transaction means for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Money spent (or a refund of it).
    Expense,
    /// Money earned.
    Income,
    /// Money moved between the owner's own accounts.
    Transfer,
}

impl Kind {
    /// The word in queries, in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expense => "expense",
            Self::Income => "income",
            Self::Transfer => "transfer",
        }
    }
}

/// The provider's category of a transaction (Plaid: personal finance category).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCategory {
    /// The detailed value, `FOOD_AND_DRINK_GROCERIES`; unknown values are kept.
    pub detailed: String,
    /// The primary value, `FOOD_AND_DRINK`.
    pub primary: String,
    /// `VERY_HIGH` … `UNKNOWN`, as it came.
    pub confidence: Option<String>,
    /// Taxonomy version, `v1` or `v2`.
    pub version: Option<String>,
}

/// One party of a transaction besides the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Counterparty {
    /// Its name.
    pub name: String,
    /// `merchant`, `payment_app` … as it came.
    #[serde(rename = "type")]
    pub kind: String,
    /// The provider's id of it.
    pub entity_id: Option<String>,
    /// Its web site.
    pub website: Option<String>,
    /// How sure the provider is.
    pub confidence: Option<String>,
}

/// Where it happened; every part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
pub struct Location {
    /// Street and number.
    pub address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Region or state.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Latitude, decimal text as it came.
    pub lat: Option<String>,
    /// Longitude, decimal text as it came.
    pub lon: Option<String>,
    /// The merchant's number of the shop.
    pub store_number: Option<String>,
}

/// A transaction as a provider reports it, in bursar's sign: negative left the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderTransaction {
    /// The provider's id.
    pub id: ProviderTransactionId,
    /// The account it belongs to.
    pub account: ProviderAccountId,
    /// The pending transaction that this one replaces.
    pub pending_id: Option<ProviderTransactionId>,
    /// Posting date; for a pending one the day it occurred.
    pub date: Date,
    /// Day of authorisation.
    pub authorized_date: Option<Date>,
    /// Instant, where the bank says one (may be a fake midnight).
    pub datetime: Option<Timestamp>,
    /// Instant of authorisation.
    pub authorized_datetime: Option<Timestamp>,
    /// Signed amount.
    pub amount: Money,
    /// Booked or not.
    pub status: Status,
    /// The bank's description, as it came.
    pub description: String,
    /// The unprocessed text from the bank.
    pub original_description: Option<String>,
    /// The merchant's cleaned name.
    pub merchant: Option<String>,
    /// The provider's id of the merchant.
    pub merchant_entity_id: Option<String>,
    /// The merchant's web site.
    pub website: Option<String>,
    /// `online`, `in store`, `other`.
    pub payment_channel: Option<String>,
    /// Cheque number.
    pub check_number: Option<String>,
    /// The category.
    pub category: Option<ProviderCategory>,
    /// Who else took part.
    pub counterparties: Vec<Counterparty>,
    /// Where.
    pub location: Option<Location>,
    /// Other named facts (payment reference, payer, account owner …), as they came.
    pub details: Vec<(String, String)>,
}
