//! Debts and holdings as the book shows them.

use serde::Serialize;

use crate::domain::{
    dates::{Date, Timestamp},
    ids::AccountId,
    money::{Currency, Money},
    products::{Product, Regular, Terms},
};

/// The terms of an account's debt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LiabilityView {
    /// The account.
    pub account: AccountId,
    /// Its terms.
    pub terms: Terms,
    /// When the bank said so.
    pub as_of: Timestamp,
}

/// A holding with its security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct HoldingView {
    /// The account.
    pub account: AccountId,
    /// The security's name.
    pub security: Option<String>,
    /// Its symbol.
    pub ticker: Option<String>,
    /// The provider's word for its kind.
    pub kind: Option<String>,
    /// Exact decimal text.
    pub quantity: String,
    /// The price of one, exact decimal text.
    pub price: String,
    /// The day of the price.
    pub price_date: Option<Date>,
    /// The currency of price, value and cost.
    pub currency: Currency,
    /// What it is worth.
    pub value: Money,
    /// What was paid for it.
    pub cost: Option<Money>,
    /// When the bank said so.
    pub as_of: Timestamp,
}

/// A trade with the name of its security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TradeView {
    /// The account.
    pub account: AccountId,
    /// The day.
    pub date: Date,
    /// The security's name.
    pub security: Option<String>,
    /// Its symbol.
    pub ticker: Option<String>,
    /// The provider's word: `buy`, `sell`, `cash`, `fee`, `transfer`, `cancel`.
    pub kind: String,
    /// Its finer word (`dividend` …).
    pub subtype: String,
    /// The bank's description.
    pub name: String,
    /// Exact decimal text; negative for what was sold.
    pub quantity: String,
    /// The price of one, exact decimal text.
    pub price: String,
    /// What it moved: negative is money leaving the account's cash.
    pub amount: Money,
    /// Fees, positive.
    pub fees: Option<Money>,
}

/// Payments that come back by the bank's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BankStreamView {
    /// The account.
    pub account: AccountId,
    /// What comes back.
    #[serde(flatten)]
    pub regular: Regular,
    /// When the bank said so.
    pub as_of: Timestamp,
}

/// Whether a connection offers a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ProductView {
    /// Which.
    pub product: Product,
    /// Whether it answered when it was asked last.
    pub available: bool,
    /// Whether it could not be read then, although it may be had.
    pub failed: bool,
    /// The provider's code when it did not (`PRODUCTS_NOT_SUPPORTED` …).
    pub code: Option<String>,
    /// When it was asked last.
    pub asked_at: Timestamp,
}
