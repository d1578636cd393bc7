//! `/institutions/get_by_id`.

use super::{
    client::{Bearer, Client},
    convert::{SHORT, keep},
    endpoint::Endpoint,
    error::PlaidError,
    wire::{
        Decimal,
        institutions::{
            ConnectionAvailability, InstitutionGetRequest, InstitutionGetResponse, InstitutionOptions, ProductHealth,
        },
    },
};
use crate::domain::ids::InstitutionId;

/// The countries whose banks Plaid reads (ISO 3166-1).
pub const COUNTRIES: [&str; 20] = [
    "US", "GB", "ES", "NL", "FR", "IE", "CA", "DE", "IT", "PL", "DK", "NO", "SE", "EE", "LT", "LV", "PT", "BE", "AT",
    "FI",
];

/// A bank as Plaid knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Plaid's id.
    pub id: InstitutionId,
    /// Its name.
    pub name: String,
    /// What Plaid can read there.
    pub products: Vec<String>,
    /// Where it works.
    pub country_codes: Vec<String>,
    /// Whether its customers sign in on its own page.
    pub oauth: bool,
    /// Its web site, where Plaid says.
    pub url: Option<String>,
    /// Whether it can be linked anew.
    pub linkable: bool,
    /// `HEALTHY`, `DEGRADED`, `DOWN` or a newer word: signing in.
    pub logins: Option<String>,
    /// The same for reading transactions.
    pub transactions: Option<String>,
    /// The same with shares of success, where Plaid says.
    pub services: Vec<ServiceHealth>,
}

/// How one kind of request to an institution fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceHealth {
    /// `logins` or `transactions`.
    pub service: &'static str,
    /// `HEALTHY`, `DEGRADED`, `DOWN` or a newer word.
    pub status: String,
    /// Since when, as Plaid writes it.
    pub since: String,
    /// The share of requests that succeed: exact decimal text, 0 to 1.
    pub success: String,
    /// The share that fails at Plaid.
    pub error_plaid: String,
    /// The share that fails at the institution.
    pub error_institution: String,
    /// How often transactions come: `NORMAL`, `DELAYED`, `STOPPED`.
    pub refresh_interval: Option<String>,
}

fn service(service: &'static str, health: &ProductHealth) -> ServiceHealth {
    let of = &health.breakdown;
    let share = |share: &Decimal| keep(share.as_str().to_owned(), SHORT);
    ServiceHealth {
        service,
        status: keep(health.status.as_str().to_owned(), SHORT),
        since: keep(health.last_status_change.clone(), SHORT),
        success: share(&of.success),
        error_plaid: share(&of.error_plaid),
        error_institution: share(&of.error_institution),
        refresh_interval: of.refresh_interval.clone().map(|word| keep(word, SHORT)),
    }
}

impl Client {
    /// Reads an institution with its web site and health; costs nothing.
    pub async fn institution_get(
        &self,
        id: &InstitutionId,
        country_codes: &[String],
    ) -> Result<Institution, PlaidError> {
        let options = InstitutionOptions {
            include_optional_metadata: Some(true),
            include_status: Some(true),
            ..InstitutionOptions::default()
        };
        let request = InstitutionGetRequest {
            institution_id: id.to_string(),
            country_codes: country_codes.to_vec(),
            options: Some(options),
        };
        let answer: InstitutionGetResponse = self.call(Endpoint::InstitutionGet, Bearer::Nothing, &request).await?;
        let found = answer.institution;
        let word = |health: &Option<ProductHealth>| {
            health.as_ref().map(|health| keep(health.status.as_str().to_owned(), SHORT))
        };
        let status = found.status.unwrap_or_default();
        let (logins, transactions) = (word(&status.item_logins), word(&status.transactions_updates));
        let kinds = [("logins", status.item_logins), ("transactions", status.transactions_updates)];
        let services = kinds.iter().filter_map(|(kind, health)| Some(service(kind, health.as_ref()?))).collect();
        Ok(Institution {
            id: found.institution_id.into(),
            name: keep(found.name, SHORT),
            products: found.products,
            country_codes: found.country_codes,
            oauth: found.oauth,
            url: found.url.map(|url| keep(url, SHORT)),
            linkable: found.connection_availability != Some(ConnectionAvailability::NotSupported),
            logins,
            transactions,
            services,
        })
    }
}
