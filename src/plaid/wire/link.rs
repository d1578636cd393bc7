//! `/link/token/create` and `/link/token/get`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{ErrorObject, Token};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkUser {
    pub client_user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTransactions {
    /// 1 to 730; fixed for the life of the Item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_requested: Option<i64>,
}

/// Asks for a page hosted by Plaid.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedLink {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_redirect_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_lifetime_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_mobile_app: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_method: Option<String>,
}

/// What update mode may change besides the login.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_selection_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reauthorization_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_ids: Option<Vec<String>>,
}

/// Which subtypes of one account type Link offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFilter {
    pub account_subtypes: Vec<String>,
}

/// Opens a Link flow; with `access_token` it is update mode of that Item.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTokenCreateRequest {
    pub client_name: String,
    pub language: String,
    pub country_codes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<LinkUser>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_if_supported_products: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optional_products: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_consented_products: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transactions: Option<LinkTransactions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_filters: Option<BTreeMap<String, AccountFilter>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_customization_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_link: Option<HostedLink>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Token>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<LinkUpdate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_multi_item_link: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkTokenCreateResponse {
    pub link_token: Token,
    pub expiration: String,
    /// There only if `hosted_link` was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_link_url: Option<String>,
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTokenGetRequest {
    pub link_token: Token,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkInstitution {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub institution_id: String,
}

/// An account that the user chose, as Link shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkAccount {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub mask: Option<String>,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub subtype: String,
    #[serde(default)]
    pub verification_status: Option<String>,
    #[serde(default)]
    pub class_type: Option<String>,
}

/// A new Item, not exchanged yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ItemAddResult {
    pub public_token: Token,
    #[serde(default)]
    pub accounts: Vec<LinkAccount>,
    pub institution: Option<LinkInstitution>,
}

/// What a session brought; strict clients demand every list, so all are written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LinkResults {
    #[serde(default)]
    pub item_add_results: Vec<ItemAddResult>,
    #[serde(default)]
    pub cra_item_add_results: Vec<Box<RawValue>>,
    #[serde(default)]
    pub cra_update_results: Vec<Box<RawValue>>,
    #[serde(default)]
    pub bank_income_results: Vec<Box<RawValue>>,
    #[serde(default)]
    pub payroll_income_results: Vec<Box<RawValue>>,
    #[serde(default)]
    pub document_income_results: Option<Box<RawValue>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkSuccessMetadata {
    #[serde(default)]
    pub institution: Option<LinkInstitution>,
    #[serde(default)]
    pub accounts: Vec<LinkAccount>,
    #[serde(default)]
    pub link_session_id: String,
    #[serde(default)]
    pub transfer_status: Option<String>,
}

/// The older form of a success, of the first Item only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkSuccess {
    pub public_token: Token,
    pub metadata: Option<LinkSuccessMetadata>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LinkExitMetadata {
    #[serde(default)]
    pub institution: Option<LinkInstitution>,
    /// Where the user stood (`requires_credentials` …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default)]
    pub link_session_id: String,
    #[serde(default)]
    pub request_id: String,
}

/// The user left, with an error or without.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkExit {
    pub error: Option<ErrorObject>,
    pub metadata: Option<LinkExitMetadata>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkEvent {
    pub event_id: String,
    pub event_name: String,
    pub timestamp: String,
    #[serde(default)]
    pub event_metadata: BTreeMap<String, Option<String>>,
}

/// One run through Link; a reload makes another one for the same token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkSession {
    pub link_session_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    #[serde(default)]
    pub finished_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<LinkSuccess>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_exit: Option<LinkExit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<LinkExit>,
    #[serde(default)]
    pub events: Vec<LinkEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<LinkResults>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkTokenMetadata {
    #[serde(default)]
    pub initial_products: Vec<String>,
    pub webhook: Option<String>,
    #[serde(default)]
    pub country_codes: Vec<String>,
    pub language: Option<String>,
    pub redirect_uri: Option<String>,
    pub client_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_filters: Option<BTreeMap<String, AccountFilter>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkTokenGetResponse {
    pub link_token: Token,
    pub created_at: Option<String>,
    pub expiration: Option<String>,
    #[serde(default)]
    pub link_sessions: Vec<LinkSession>,
    pub metadata: LinkTokenMetadata,
    pub request_id: String,
}
