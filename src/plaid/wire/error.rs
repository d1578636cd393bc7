//! Plaid's error object, the body of every answer that is not 2xx and the state of a broken Item.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::open::open_enum;

open_enum! {
    /// The broad class of an error; dispatch on `error_code` first.
    ErrorType {
        InvalidRequest = "INVALID_REQUEST",
        InvalidInput = "INVALID_INPUT",
        InvalidResult = "INVALID_RESULT",
        Institution = "INSTITUTION_ERROR",
        RateLimitExceeded = "RATE_LIMIT_EXCEEDED",
        Api = "API_ERROR",
        Item = "ITEM_ERROR",
        OAuth = "OAUTH_ERROR",
        Sandbox = "SANDBOX_ERROR",
        Transactions = "TRANSACTIONS_ERROR",
    }
}

/// What went wrong, in Plaid's words; `error_message` is for developers, `display_message` for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorObject {
    pub error_type: ErrorType,
    pub error_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code_reason: Option<String>,
    pub error_message: String,
    pub display_message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    #[serde(default)]
    pub suggested_action: Option<String>,
}
