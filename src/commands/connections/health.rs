//! How the bank of a connection fares, by Plaid's own measure: `bursar connections show --health`.

use serde::Serialize;

use crate::{
    context::Context,
    domain::ids::{ConnectionId, InstitutionId},
    error::{Error, Kind, Result},
    plaid::{COUNTRIES, Institution, ServiceHealth},
    render::Fact,
};

/// A bank and its health.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Health {
    /// Plaid's id of the bank.
    institution_id: String,
    /// Its name.
    name: String,
    /// Its web site.
    url: Option<String>,
    /// Whether its customers sign in on its own page.
    oauth: bool,
    /// Whether it can be linked anew.
    linkable: bool,
    /// Where it works.
    country_codes: Vec<String>,
    /// What Plaid can read there.
    products: Vec<String>,
    /// How each kind of request fares, as far as Plaid says.
    services: Vec<Service>,
}

/// One kind of request.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Service {
    /// `logins` or `transactions`.
    kind: &'static str,
    /// `HEALTHY`, `DEGRADED`, `DOWN` or a newer word.
    status: String,
    /// Since when, as Plaid writes it.
    since: String,
    /// The share of requests that succeed: exact decimal text, 0 to 1.
    success: String,
    /// The share that fails at Plaid.
    error_plaid: String,
    /// The share that fails at the bank.
    error_institution: String,
    /// How often transactions come: `NORMAL`, `DELAYED`, `STOPPED`.
    refresh_interval: Option<String>,
}

/// Asks Plaid, which costs nothing.
pub(super) fn ask(context: &mut Context, connection: ConnectionId) -> Result<Health> {
    let institution: Option<InstitutionId> = context.book()?.connection(connection)?.institution_id;
    let institution = institution.ok_or_else(|| {
        let sentence = format!("Plaid did not say at which bank {connection} is, so its health is not known");
        Error::new(Kind::NotFound, "no_institution", sentence).hint(format!("bursar connections show {connection}"))
    })?;
    let countries = context.settings.config.link.countries.clone().unwrap_or_else(|| vec!["US".to_owned()]);
    let client = context.client()?.about(connection);
    let everywhere: Vec<String> = COUNTRIES.iter().map(|&country| country.to_owned()).collect();
    let found: Institution = context.runtime()?.block_on(async {
        match client.institution_get(&institution, &countries).await {
            // It was linked with other countries than those of the settings now.
            Err(error) if error.code() == Some("INVALID_INSTITUTION") => {
                client.institution_get(&institution, &everywhere).await
            }
            answer => answer,
        }
    })?;
    Ok(Health {
        institution_id: found.id.to_string(),
        name: found.name,
        url: found.url,
        oauth: found.oauth,
        linkable: found.linkable,
        country_codes: found.country_codes,
        products: found.products,
        services: found.services.into_iter().map(Service::from).collect(),
    })
}

impl From<ServiceHealth> for Service {
    fn from(found: ServiceHealth) -> Self {
        let ServiceHealth { service, status, since, success, error_plaid, error_institution, refresh_interval } = found;
        Self { kind: service, status, since, success, error_plaid, error_institution, refresh_interval }
    }
}

impl Health {
    /// What people are shown.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let way = if self.oauth { "on the bank's own page (OAuth)" } else { "with a password, on Plaid's page" };
        let anew = if self.linkable { "possible" } else { "not supported" };
        let mut facts = vec![
            Fact::new("institution_id", "Plaid's id of the bank", self.institution_id.as_str()),
            Fact::new("url", "Web site", self.url.as_ref()),
            Fact::new("oauth", "Sign in", way),
            Fact::new("linkable", "New links", anew),
        ];
        facts.extend(self.services.iter().map(|service| {
            let label = if service.kind == "logins" { "Signing in" } else { "Transactions" };
            let often = service.refresh_interval.as_ref().map_or_else(String::new, |word| format!(", updates {word}"));
            let words = format!(
                "{} since {}: success {}, errors at the bank {}, at Plaid {}{often}",
                service.status, service.since, service.success, service.error_institution, service.error_plaid
            );
            Fact::new(format!("health_{}", service.kind), label, words)
        }));
        if self.services.is_empty() {
            facts.push(Fact::new("health", "Health", "Plaid does not say"));
        }
        facts
    }
}
