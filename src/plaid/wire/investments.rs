//! `/investments/holdings/get`.

use serde::{Deserialize, Serialize};

use super::{Decimal, accounts::Account, item::Item};

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
