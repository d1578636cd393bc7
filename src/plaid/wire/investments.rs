//! `/investments/holdings/get` and `/investments/transactions/get`.

use serde::{Deserialize, Serialize};

use super::{Decimal, Token, accounts::Account, item::Item};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HoldingsGetResponse {
    pub accounts: Vec<Account>,
    pub holdings: Vec<Holding>,
    pub securities: Vec<Security>,
    pub item: Item,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holding {
    pub account_id: String,
    pub security_id: String,
    pub institution_price: Decimal,
    pub institution_price_as_of: Option<String>,
    pub institution_price_datetime: Option<String>,
    pub institution_value: Decimal,
    pub cost_basis: Option<Decimal>,
    pub quantity: Decimal,
    pub iso_currency_code: Option<String>,
    pub unofficial_currency_code: Option<String>,
    pub vested_quantity: Option<Decimal>,
    pub vested_value: Option<Decimal>,
}

/// A security; identifiers that need a licence are `null` without one. Contracts and coupons are not read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Security {
    pub security_id: String,
    pub isin: Option<String>,
    pub cusip: Option<String>,
    pub sedol: Option<String>,
    pub institution_security_id: Option<String>,
    pub institution_id: Option<String>,
    pub proxy_security_id: Option<String>,
    pub name: Option<String>,
    pub ticker_symbol: Option<String>,
    pub is_cash_equivalent: Option<bool>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub subtype: Option<String>,
    pub close_price: Option<Decimal>,
    pub close_price_as_of: Option<String>,
    pub update_datetime: Option<String>,
    pub iso_currency_code: Option<String>,
    pub unofficial_currency_code: Option<String>,
    pub market_identifier_code: Option<String>,
    pub sector: Option<String>,
    pub industry: Option<String>,
    pub cfi_code: Option<String>,
    #[serde(skip_deserializing)]
    pub option_contract: Option<()>,
    #[serde(skip_deserializing)]
    pub fixed_income: Option<()>,
    pub figi: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradesGetRequest {
    pub access_token: Token,
    pub start_date: String,
    pub end_date: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<TradesGetOptions>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradesGetOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_ids: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub async_update: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TradesGetResponse {
    pub accounts: Vec<Account>,
    pub investment_transactions: Vec<Trade>,
    pub securities: Vec<Security>,
    pub total_investment_transactions: u64,
    pub item: Item,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trade {
    pub investment_transaction_id: String,
    pub account_id: String,
    pub security_id: Option<String>,
    pub date: String,
    pub name: String,
    pub quantity: Decimal,
    pub amount: Decimal,
    pub price: Decimal,
    pub fees: Option<Decimal>,
    #[serde(rename = "type")]
    pub kind: String,
    pub subtype: String,
    pub iso_currency_code: Option<String>,
    pub unofficial_currency_code: Option<String>,
}
