//! SimpleFIN's own shapes, as the protocol names them (1.0.7, and `errlist` and `connections` of version 2).
//!
//! Invariant: amounts are text; what is not known is let through, what is missing or null has a default where the protocol
//! allows it.

use serde::{Deserialize, Deserializer, Serialize};

/// What is null is as good as missing.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// The answer of `GET /accounts`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct AccountSet {
    /// Sentences for the user (version 1).
    #[serde(default, deserialize_with = "or_default")]
    pub errors: Vec<String>,
    /// The same with codes (version 2).
    #[serde(default, deserialize_with = "or_default")]
    pub errlist: Vec<Problem>,
    /// Banks (version 2).
    #[serde(default, deserialize_with = "or_default")]
    pub connections: Vec<Connection>,
    /// Accounts with their transactions.
    #[serde(default, deserialize_with = "or_default")]
    pub accounts: Vec<Account>,
}

/// Something that the user is to know.
#[derive(Debug, Serialize, Deserialize)]
pub struct Problem {
    /// `con.auth` …
    #[serde(default, deserialize_with = "or_default")]
    pub code: String,
    /// A sentence.
    #[serde(default, deserialize_with = "or_default", alias = "message")]
    pub msg: String,
    /// The bank it is about.
    #[serde(default)]
    pub conn_id: Option<String>,
    /// The account it is about.
    #[serde(default)]
    pub account_id: Option<String>,
}

/// A bank of version 2.
#[derive(Debug, Serialize, Deserialize)]
pub struct Connection {
    /// Its id.
    pub conn_id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// The bank's id at the server.
    #[serde(default)]
    pub org_id: Option<String>,
    /// The bank's address.
    #[serde(default)]
    pub org_url: Option<String>,
    /// Its server.
    #[serde(default)]
    pub sfin_url: Option<String>,
}

/// A bank of version 1.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Organization {
    /// Its domain.
    #[serde(default)]
    pub domain: Option<String>,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// Its server.
    #[serde(default, rename = "sfin-url")]
    pub sfin_url: Option<String>,
}

/// An account.
#[derive(Debug, Serialize, Deserialize)]
pub struct Account {
    /// Its bank (version 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<Organization>,
    /// Its bank (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conn_id: Option<String>,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// ISO 4217, or the address of a currency's description.
    pub currency: String,
    /// Decimal text.
    pub balance: String,
    /// Decimal text.
    #[serde(default, rename = "available-balance")]
    pub available: Option<String>,
    /// Seconds since 1970.
    #[serde(rename = "balance-date")]
    pub balance_date: i64,
    /// Transactions of the window.
    #[serde(default, deserialize_with = "or_default")]
    pub transactions: Vec<Transaction>,
    /// Securities; only that there are some is used.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub holdings: Vec<serde_json::Value>,
}

/// A transaction.
#[derive(Debug, Serialize, Deserialize)]
pub struct Transaction {
    /// Its id within the account.
    pub id: String,
    /// Seconds since 1970; 0 while it is pending.
    #[serde(default, deserialize_with = "or_default")]
    pub posted: i64,
    /// Decimal text; positive is a deposit.
    pub amount: String,
    /// The bank's words.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Who was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// More words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transacted_at: Option<i64>,
    /// Not booked yet.
    #[serde(default, deserialize_with = "or_default")]
    pub pending: bool,
    /// Whatever the server adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Value>,
}
