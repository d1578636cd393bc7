//! `/item/*`: an Item is Plaid's word for a connection, a login at one institution.

use serde::{Deserialize, Serialize};

use super::{ErrorObject, Token, open::open_enum};

open_enum! {
    /// Whether Plaid refreshes by itself or only while the user is there.
    UpdateType { Background = "background", UserPresentRequired = "user_present_required" }
}

/// An Item; `/item/get` adds the three fields on consent, other endpoints leave them out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    pub item_id: String,
    pub institution_id: Option<String>,
    #[serde(default)]
    pub institution_name: Option<String>,
    pub webhook: Option<String>,
    #[serde(default)]
    pub auth_method: Option<String>,
    pub error: Option<ErrorObject>,
    #[serde(default)]
    pub available_products: Vec<String>,
    #[serde(default)]
    pub billed_products: Vec<String>,
    #[serde(default)]
    pub products: Vec<String>,
    #[serde(default)]
    pub consented_products: Vec<String>,
    pub consent_expiration_time: Option<String>,
    pub update_type: UpdateType,
    #[serde(default)]
    pub paired_item_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_use_cases: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_data_scopes: Option<Vec<String>>,
}

/// When Plaid itself last read the institution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductUpdates {
    #[serde(default)]
    pub last_successful_update: Option<String>,
    #[serde(default)]
    pub last_failed_update: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastWebhook {
    #[serde(default)]
    pub sent_at: Option<String>,
    #[serde(default)]
    pub code_sent: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemStatus {
    #[serde(default)]
    pub investments: Option<ProductUpdates>,
    #[serde(default)]
    pub transactions: Option<ProductUpdates>,
    #[serde(default)]
    pub last_webhook: Option<LastWebhook>,
}

/// Request of `/item/get`, `/item/access_token/invalidate`, `/transactions/refresh` and `/sandbox/item/reset_login`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemRequest {
    pub access_token: Token,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ItemGetResponse {
    pub item: Item,
    #[serde(default)]
    pub status: Option<ItemStatus>,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicTokenExchangeRequest {
    pub public_token: Token,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublicTokenExchangeResponse {
    pub access_token: Token,
    pub item_id: String,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemRemoveRequest {
    pub access_token: Token,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_note: Option<String>,
}

/// An answer that says nothing but that it was done (`/item/remove`, `/transactions/refresh`, `/sandbox/transactions/create`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoneResponse {
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessTokenInvalidateResponse {
    pub new_access_token: Token,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookUpdateRequest {
    pub access_token: Token,
    /// `null` takes the webhook away.
    #[serde(default)]
    pub webhook: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookUpdateResponse {
    pub item: Item,
    pub request_id: String,
}
