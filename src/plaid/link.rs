//! `/link/token/*`: opening a Link flow, and following it without taking anything from the browser.

use super::{
    action::action_of,
    client::{Bearer, Client},
    convert::{SHORT, keep, keep_some, moment},
    endpoint::Endpoint,
    error::{PlaidError, cap},
    wire::{
        ErrorObject, Token,
        link::{
            self as wire, LinkTokenCreateRequest, LinkTokenCreateResponse, LinkTokenGetRequest, LinkTokenGetResponse,
        },
    },
};
use crate::{
    domain::{
        dates::Timestamp,
        ids::{InstitutionId, ProviderAccountId},
    },
    plaid::Action,
    secret::Secret,
};

/// As much history as Plaid gives. It is fixed for the life of a connection, so the first link asks for all of it.
pub const DAYS_REQUESTED: u16 = 730;
/// What is billed for a new connection: the product that its history comes from, and nothing else.
const PRODUCTS: [&str; 1] = ["transactions"];

/// What a Link flow is for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// A new connection.
    New {
        /// Days of history, 1 to 730; see [`DAYS_REQUESTED`].
        days_requested: u16,
        /// Products to consent to now; billed only when first called.
        also_consent: &'a [&'a str],
    },
    /// An existing connection, which keeps its token, its ids and its cursor.
    Update {
        /// Opens it.
        access_token: &'a Secret<String>,
        /// Whether the owner may add and drop accounts.
        choose_accounts: bool,
        /// Products to consent to besides.
        also_consent: &'a [&'a str],
    },
}

/// Asks for a page hosted by Plaid.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hosted<'a> {
    /// Where the browser goes at the end, success or not; proves nothing.
    pub completion_redirect_uri: Option<&'a str>,
    /// Life of the page, at most 21 days; Plaid's default is 30 minutes.
    pub lifetime_seconds: Option<u32>,
}

/// A Link flow to be opened.
#[derive(Debug, Clone, Copy)]
pub struct LinkRequest<'a> {
    /// Shown to the owner, at most 30 characters.
    pub client_name: &'a str,
    /// The vault's stable pseudonym of its owner; no e-mail, no phone number.
    pub user_id: &'a str,
    /// `en` …
    pub language: &'a str,
    /// Where the bank may be.
    pub country_codes: &'a [&'a str],
    /// New or update.
    pub purpose: Purpose<'a>,
    /// On Plaid's page rather than one of our own.
    pub hosted: Option<Hosted<'a>>,
}

/// A Link flow that can be opened.
#[derive(Debug)]
pub struct LinkToken {
    /// Opens the flow, once.
    pub token: Secret<String>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// Plaid's page, if it was asked for.
    pub hosted_url: Option<String>,
    /// The answer's id.
    pub request_id: String,
}

/// An account that the owner chose, as Link shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAccount {
    /// Plaid's id; another one than that of the same account in an older connection.
    pub id: ProviderAccountId,
    /// Its name.
    pub name: String,
    /// Last digits.
    pub mask: Option<String>,
    /// `depository` …, as it came.
    pub kind: String,
    /// `checking` …, as it came.
    pub subtype: String,
}

/// A connection that a flow brought and that does not exist before its exchange.
#[derive(Debug, Clone)]
pub struct AddedItem {
    /// To be exchanged within 30 minutes.
    pub public_token: Secret<String>,
    /// The bank.
    pub institution_id: Option<InstitutionId>,
    /// The bank's name.
    pub institution_name: Option<String>,
    /// The accounts chosen.
    pub accounts: Vec<LinkedAccount>,
}

/// How the owner left a flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkExit {
    /// Plaid's error code, if an error was the reason.
    pub error_code: Option<String>,
    /// What that error leads to.
    pub action: Option<Action>,
    /// Words for the owner.
    pub message: Option<String>,
    /// Where they stood, `requires_credentials` …
    pub status: Option<String>,
    /// For Plaid's support.
    pub request_id: Option<String>,
}

/// One run through a flow; reloading the page starts another for the same token.
#[derive(Debug, Clone)]
pub struct LinkSession {
    /// Plaid's id of it.
    pub id: String,
    /// Whether it is over.
    pub finished: bool,
    /// What it brought; nothing in update mode.
    pub added: Vec<AddedItem>,
    /// How it was left, if it was left.
    pub exit: Option<LinkExit>,
}

/// How far a flow has got.
#[derive(Debug, Clone)]
pub struct LinkProgress {
    /// Until when its token works.
    pub expires_at: Option<Timestamp>,
    /// Its runs, as Plaid lists them.
    pub sessions: Vec<LinkSession>,
    /// The answer's id.
    pub request_id: String,
}

impl LinkProgress {
    /// Everything that any run brought.
    pub fn added(&self) -> impl Iterator<Item = &AddedItem> {
        self.sessions.iter().flat_map(|session| &session.added)
    }

    /// Whether a run is still open; an exited first run does not mean that a later one fails.
    pub fn is_open(&self) -> bool {
        self.sessions.is_empty() || self.sessions.iter().any(|session| !session.finished)
    }

    /// Whether a run ended without an error and without being left, which is success in update mode.
    pub fn completed(&self) -> bool {
        self.sessions.iter().any(|session| session.finished && session.exit.is_none())
    }

    /// How the owner last left, if every run is over and none brought anything.
    pub fn exit(&self) -> Option<&LinkExit> {
        let over = !self.is_open() && self.added().next().is_none();
        self.sessions.iter().rev().find_map(|session| session.exit.as_ref()).filter(|_| over)
    }
}

impl Client {
    /// Opens a Link flow.
    pub async fn link_token_create(&self, flow: &LinkRequest<'_>) -> Result<LinkToken, PlaidError> {
        let bearer = match flow.purpose {
            Purpose::New { .. } => Bearer::Nothing,
            Purpose::Update { access_token, .. } => Bearer::Access(access_token),
        };
        let answer: LinkTokenCreateResponse = self.call(Endpoint::LinkTokenCreate, bearer, &request(flow)).await?;
        Ok(LinkToken {
            token: answer.link_token.into_secret(),
            expires_at: moment(&answer.expiration),
            hosted_url: answer.hosted_link_url,
            request_id: answer.request_id,
        })
    }

    /// Looks how far a flow has got; to be asked every two or three seconds.
    pub async fn link_token_get(&self, link_token: &Secret<String>) -> Result<LinkProgress, PlaidError> {
        let request = LinkTokenGetRequest { link_token: Token::from(link_token) };
        let answer: LinkTokenGetResponse =
            self.call(Endpoint::LinkTokenGet, Bearer::Link(link_token), &request).await?;
        Ok(LinkProgress {
            expires_at: answer.expiration.as_deref().and_then(moment),
            sessions: answer.link_sessions.into_iter().map(session).collect(),
            request_id: answer.request_id,
        })
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn request(flow: &LinkRequest<'_>) -> LinkTokenCreateRequest {
    let mut request = LinkTokenCreateRequest {
        client_name: flow.client_name.to_owned(),
        language: flow.language.to_owned(),
        country_codes: words(flow.country_codes),
        user: Some(wire::LinkUser { client_user_id: flow.user_id.to_owned(), ..wire::LinkUser::default() }),
        hosted_link: flow.hosted.map(|hosted| wire::HostedLink {
            completion_redirect_uri: hosted.completion_redirect_uri.map(str::to_owned),
            url_lifetime_seconds: hosted.lifetime_seconds.map(i64::from),
            ..wire::HostedLink::default()
        }),
        ..LinkTokenCreateRequest::default()
    };
    let consent = match flow.purpose {
        Purpose::New { days_requested, also_consent } => {
            request.products = Some(words(&PRODUCTS));
            request.transactions = Some(wire::LinkTransactions { days_requested: Some(i64::from(days_requested)) });
            also_consent
        }
        Purpose::Update { access_token, choose_accounts, also_consent } => {
            request.access_token = Some(Token::from(access_token));
            request.update = choose_accounts
                .then(|| wire::LinkUpdate { account_selection_enabled: Some(true), ..wire::LinkUpdate::default() });
            also_consent
        }
    };
    request.additional_consented_products = (!consent.is_empty()).then(|| words(consent));
    request
}

fn session(from: wire::LinkSession) -> LinkSession {
    let older = from.on_success.map(|success| {
        let (accounts, institution) =
            success.metadata.map_or_else(Default::default, |metadata| (metadata.accounts, metadata.institution));
        added(wire::ItemAddResult { public_token: success.public_token, accounts, institution })
    });
    let newer: Vec<_> = from.results.into_iter().flat_map(|results| results.item_add_results).map(added).collect();
    LinkSession {
        id: from.link_session_id,
        finished: from.finished_at.is_some(),
        added: if newer.is_empty() { older.into_iter().collect() } else { newer },
        exit: from.exit.or(from.on_exit).map(exit),
    }
}

fn added(from: wire::ItemAddResult) -> AddedItem {
    let (id, name) = from.institution.map_or((None, None), |bank| (Some(bank.institution_id), Some(bank.name)));
    AddedItem {
        public_token: from.public_token.into_secret(),
        institution_id: keep_some(id, SHORT).map(Into::into),
        institution_name: keep_some(name, SHORT),
        accounts: from
            .accounts
            .into_iter()
            .map(|account| LinkedAccount {
                id: account.id.into(),
                name: keep(account.name, SHORT),
                mask: keep_some(account.mask, SHORT),
                kind: keep(account.kind, SHORT),
                subtype: keep(account.subtype, SHORT),
            })
            .collect(),
    }
}

fn exit(from: wire::LinkExit) -> LinkExit {
    let metadata = from.metadata.unwrap_or_default();
    let asked = keep_some(Some(metadata.request_id), SHORT);
    let mut exit = LinkExit { status: keep_some(metadata.status, SHORT), request_id: asked, ..LinkExit::default() };
    if let Some(ErrorObject { error_type, error_code, error_message, display_message, request_id, .. }) = from.error {
        exit.action = Some(action_of(error_type.as_str(), &error_code));
        exit.error_code = Some(cap(&error_code));
        exit.message = Some(cap(display_message.as_deref().unwrap_or(&error_message)));
        exit.request_id = keep_some(request_id, SHORT).or(exit.request_id);
    }
    exit
}
