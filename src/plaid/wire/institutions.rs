//! `/institutions/get_by_id`.

use serde::{Deserialize, Serialize};

use super::{Decimal, open::open_enum};

open_enum! {
    /// Whether new connections to the institution work.
    ConnectionAvailability { Supported = "SUPPORTED", NotSupported = "NOT_SUPPORTED" }
}

open_enum! {
    /// Coarse health of one kind of request to the institution.
    Health { Healthy = "HEALTHY", Degraded = "DEGRADED", Down = "DOWN" }
}

/// Shares of requests by outcome, 0 to 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    pub success: Decimal,
    pub error_plaid: Decimal,
    pub error_institution: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_interval: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductHealth {
    pub status: Health,
    pub last_status_change: String,
    pub breakdown: Breakdown,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstitutionStatus {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_logins: Option<ProductHealth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transactions_updates: Option<ProductHealth>,
}

/// A bank as Plaid knows it; `url`, `primary_color` and `logo` are there only when asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    pub institution_id: String,
    pub name: String,
    #[serde(default)]
    pub products: Vec<String>,
    #[serde(default)]
    pub country_codes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    #[serde(default)]
    pub routing_numbers: Vec<String>,
    #[serde(default)]
    pub dtc_numbers: Vec<String>,
    pub oauth: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InstitutionStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_availability: Option<ConnectionAvailability>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstitutionOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_optional_metadata: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_status: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_auth_metadata: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_payment_initiation_metadata: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstitutionGetRequest {
    pub institution_id: String,
    pub country_codes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<InstitutionOptions>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InstitutionGetResponse {
    pub institution: Institution,
    pub request_id: String,
}
