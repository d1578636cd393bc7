//! `/link/token/create` and `/link/token/get`.

use jiff::SignedDuration;

use super::{
    super::{
        call::{Answer, Call, answer},
        faults::Fault,
        link::LinkToken,
        refusal::Refusal,
        state::State,
    },
    words,
};
use crate::plaid::wire::{
    Token,
    link::{
        HostedLink, LinkTokenCreateRequest, LinkTokenCreateResponse, LinkTokenGetRequest, LinkTokenGetResponse,
        LinkTokenMetadata,
    },
};

/// Fields of the definition for products and platforms that the sandbox does not play.
pub(crate) const IGNORED: &[&str] = &[
    "access_tokens",
    "appearance_mode",
    "android_package_name",
    "institution_data",
    "card_switch",
    "eu_config",
    "payment_configuration",
    "payment_initiation",
    "employment",
    "income_verification",
    "base_report",
    "credit_partner_insights",
    "cra_options",
    "consumer_report_permissible_purpose",
    "auth",
    "transfer",
    "identity_verification",
    "statements",
    "third_party_user_token",
    "investments",
    "investments_auth",
    "cashflow_report",
    "cra_enabled",
    "identity",
    "financekit_supported",
    "user_token",
    "cra_report_parameter",
];

/// Longest life of a hosted page, seconds.
const LONGEST: i64 = 21 * 24 * 3600;

/// `/link/token/create`.
pub(crate) fn create(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let mut request: LinkTokenCreateRequest = call.parse()?;
    check(&request)?;
    let update = match request.access_token.take() {
        Some(token) => {
            let draft = state.item(token.expose(), call.path)?.draft.clone();
            Some((token, draft))
        }
        None => None,
    };
    let forbidden = |&(field, list): &(&str, &[String])| field != "additional_consented_products" && !list.is_empty();
    if let Some((field, _)) = products(&request).find(forbidden).filter(|_| update.is_some()) {
        return Err(Refusal::field(format!("{field} must not be sent in update mode")));
    }
    if update.is_none() && products(&request).all(|(_, list)| list.is_empty()) {
        return Err(Refusal::new("MISSING_FIELDS").saying("the following required fields are missing: products"));
    }
    let comes_back = request.hosted_link.as_ref().is_some_and(|hosted| hosted.completion_redirect_uri.is_some());
    if comes_back && state.faults.strikes(Fault::RedirectRefused, call.path, None) {
        return Err(Refusal::field("completion_redirect_uri must be https"));
    }
    let life = match &request.hosted_link {
        Some(hosted) => hosted_life(hosted)?,
        None if update.is_some() => 30 * 60,
        None => 4 * 3600,
    };
    let (created, page) = (state.now(), state.uuid());
    let expires = created + SignedDuration::from_secs(life);
    let token = format!("link-sandbox-{}", state.uuid());
    let hosted_link_url = request.hosted_link.as_ref().map(|_| format!("{}/link/{page}", state.base_url));
    state.links.insert(token.clone(), LinkToken { page, request, update, created, expires, sessions: Vec::new() });
    answer(LinkTokenCreateResponse {
        link_token: Token::from(token),
        expiration: expires.to_string(),
        hosted_link_url,
        request_id: call.request_id.clone(),
    })
}

/// The product lists of a request, by field.
fn products(request: &LinkTokenCreateRequest) -> impl Iterator<Item = (&'static str, &[String])> {
    [
        ("products", &request.products),
        ("required_if_supported_products", &request.required_if_supported_products),
        ("optional_products", &request.optional_products),
        ("additional_consented_products", &request.additional_consented_products),
    ]
    .into_iter()
    .map(|(field, list)| (field, list.as_deref().unwrap_or_default()))
}

fn check(request: &LinkTokenCreateRequest) -> Result<(), Refusal> {
    for (field, text) in [("client_name", &request.client_name), ("language", &request.language)] {
        if text.is_empty() {
            return Err(Refusal::field(format!("{field} must not be empty")));
        }
    }
    if request.country_codes.is_empty() {
        return Err(Refusal::field("country_codes must not be empty"));
    }
    words::countries(&request.country_codes)?;
    match &request.user {
        None if request.user_id.is_none() => {
            return Err(
                Refusal::new("MISSING_FIELDS").saying("the following required fields are missing: user.client_user_id")
            );
        }
        Some(user) if user.client_user_id.is_empty() || user.client_user_id.contains('@') => {
            return Err(Refusal::field("client_user_id must be an id of your own, not personal data"));
        }
        _ => {}
    }
    if request.access_token.as_ref().is_some_and(|token| token.expose().is_empty()) {
        return Err(Refusal::field("access_token must not be empty"));
    }
    let mut seen: Vec<&String> = Vec::new();
    for (field, list) in products(request) {
        words::products(field, list)?;
        if let Some(product) = list
            .iter()
            .find(|product| matches!(product.as_str(), "balance" | "recurring_transactions" | "transactions_refresh"))
        {
            return Err(
                Refusal::new("INVALID_PRODUCT").saying(format!("{product} is not a product to initialise Link with"))
            );
        }
        if let Some(product) = list.iter().find(|product| seen.contains(product)) {
            return Err(Refusal::field(format!("{product} stands in more than one list of products")));
        }
        seen.extend(list);
    }
    for (kind, filter) in request.account_filters.iter().flatten() {
        words::filter(kind, &filter.account_subtypes)?;
    }
    if let Some(uri) = &request.redirect_uri
        && (!uri.starts_with("https://") && !uri.starts_with("http://localhost") || uri.contains(['?', '#']))
    {
        return Err(Refusal::field("redirect_uri must be https without query and fragment, or http://localhost"));
    }
    words::days_requested(request.transactions.as_ref().and_then(|transactions| transactions.days_requested))?;
    Ok(())
}

fn hosted_life(hosted: &HostedLink) -> Result<i64, Refusal> {
    if let Some(method) = hosted.delivery_method.as_deref().filter(|method| !matches!(*method, "sms" | "email")) {
        return Err(Refusal::field(format!("delivery_method has the unknown value {method:?}")));
    }
    if let Some(uri) = &hosted.completion_redirect_uri
        && url::Url::parse(uri).is_err()
    {
        return Err(Refusal::field("completion_redirect_uri must be a URI"));
    }
    match hosted.url_lifetime_seconds {
        None => Ok(30 * 60),
        Some(life) if (1..=LONGEST).contains(&life) => Ok(life),
        Some(_) => Err(Refusal::field("url_lifetime_seconds must be from 1 to 1814400")),
    }
}

/// `/link/token/get`.
pub(crate) fn get(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: LinkTokenGetRequest = call.parse()?;
    let link = state.links.get(request.link_token.expose()).ok_or_else(|| Refusal::new("INVALID_LINK_TOKEN"))?;
    let asked = &link.request;
    let metadata = LinkTokenMetadata {
        initial_products: asked.products.clone().unwrap_or_default(),
        webhook: asked.webhook.clone(),
        country_codes: asked.country_codes.clone(),
        language: Some(asked.language.clone()),
        redirect_uri: asked.redirect_uri.clone(),
        client_name: Some(asked.client_name.clone()),
        account_filters: asked.account_filters.clone(),
    };
    answer(LinkTokenGetResponse {
        link_token: request.link_token,
        created_at: Some(link.created.to_string()),
        expiration: Some(link.expires.to_string()),
        link_sessions: link.sessions.iter().map(|session| session.describe(link.update.is_some())).collect(),
        metadata,
        request_id: call.request_id.clone(),
    })
}
