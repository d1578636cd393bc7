//! `/accounts/get` and `/accounts/balance/get`.

use serde::{Deserialize, Serialize};

use super::{Decimal, Token, item::Item, open::open_enum};

open_enum! {
    /// The kind of an account; the finer word is its `subtype`.
    AccountType {
        Depository = "depository",
        Credit = "credit",
        Loan = "loan",
        Investment = "investment",
        Brokerage = "brokerage",
        Plain = "other",
    }
}

/// Balances in Plaid's sign: what is owed on a card or loan is positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    pub available: Option<Decimal>,
    pub current: Option<Decimal>,
    pub limit: Option<Decimal>,
    pub iso_currency_code: Option<String>,
    pub unofficial_currency_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_datetime: Option<String>,
    /// Investment endpoints require it, `/accounts/get` does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_loan_amount: Option<Decimal>,
}

/// An account as the institution shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub account_id: String,
    pub balances: Balances,
    pub mask: Option<String>,
    pub name: String,
    pub official_name: Option<String>,
    #[serde(rename = "type")]
    pub kind: AccountType,
    pub subtype: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_account_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_category: Option<String>,
    #[serde(default)]
    pub apy: Option<Decimal>,
    #[serde(default)]
    pub paired_account_id: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsGetOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_ids: Option<Vec<String>>,
    /// Only `/accounts/balance/get` knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_last_updated_datetime: Option<String>,
}

/// Request of both endpoints.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsGetRequest {
    pub access_token: Token,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<AccountsGetOptions>,
}

/// Answer of both endpoints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountsGetResponse {
    pub accounts: Vec<Account>,
    pub item: Item,
    pub request_id: String,
}
