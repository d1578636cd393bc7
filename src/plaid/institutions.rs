//! `/institutions/get_by_id`.

use super::{
    client::{Bearer, Client},
    convert::{SHORT, keep},
    endpoint::Endpoint,
    error::PlaidError,
    wire::institutions::{
        ConnectionAvailability, InstitutionGetRequest, InstitutionGetResponse, InstitutionOptions, ProductHealth,
    },
};
use crate::domain::ids::InstitutionId;

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
        let word = |health: Option<ProductHealth>| health.map(|health| keep(health.status.as_str().to_owned(), SHORT));
        let (logins, transactions) =
            found.status.map_or((None, None), |status| (word(status.item_logins), word(status.transactions_updates)));
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
        })
    }
}
