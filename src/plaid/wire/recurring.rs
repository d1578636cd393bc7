//! `/transactions/recurring/get`.
//!
//! Words that Plaid may add to (`frequency`, `status`) are text here.

use serde::{Deserialize, Serialize};

use super::{Decimal, Token};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurringGetRequest {
    pub access_token: Token,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_ids: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<RecurringGetOptions>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurringGetOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_personal_finance_category: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_finance_category_version: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecurringGetResponse {
    pub inflow_streams: Vec<Stream>,
    pub outflow_streams: Vec<Stream>,
    pub updated_datetime: String,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stream {
    pub account_id: String,
    pub stream_id: String,
    #[serde(default)]
    pub category: Option<Vec<String>>,
    #[serde(default)]
    pub category_id: Option<String>,
    pub description: String,
    pub merchant_name: Option<String>,
    pub first_date: String,
    pub last_date: String,
    #[serde(default)]
    pub predicted_next_date: Option<String>,
    pub frequency: String,
    #[serde(default)]
    pub transaction_ids: Vec<String>,
    pub average_amount: StreamAmount,
    pub last_amount: StreamAmount,
    pub is_active: bool,
    pub status: String,
    #[serde(default)]
    pub is_user_modified: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StreamAmount {
    pub amount: Decimal,
    pub iso_currency_code: Option<String>,
    pub unofficial_currency_code: Option<String>,
}
