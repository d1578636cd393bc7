//! `/item/*`: a connection's life from the exchange of its public token to its removal.
//!
//! Invariant: exchange and invalidation are sent once; if their answer is lost, the error says so.

use super::{
    client::{Bearer, Client},
    convert,
    endpoint::Endpoint,
    error::PlaidError,
    wire::{
        Token,
        item::{
            AccessTokenInvalidateResponse, DoneResponse, Item, ItemGetResponse, ItemRemoveRequest, ItemRequest,
            ItemStatus, PublicTokenExchangeRequest, PublicTokenExchangeResponse, UpdateType,
        },
    },
};
use crate::{
    domain::{
        dates::Timestamp,
        ids::{InstitutionId, ProviderItemId},
        sync::Health,
    },
    secret::Secret,
};

/// A new connection. Its token must be stored before anything else can fail: a lost token is an Item that is billed and that
/// nobody can remove.
#[derive(Debug)]
pub struct Exchanged {
    /// Opens the connection until it is removed.
    pub access_token: Secret<String>,
    /// The connection.
    pub item_id: ProviderItemId,
    /// The answer's id.
    pub request_id: String,
}

/// A fresh token in place of one that has just died.
#[derive(Debug)]
pub struct Rotated {
    /// The only token that opens the connection now.
    pub access_token: Secret<String>,
    /// The answer's id.
    pub request_id: String,
}

/// A connection as Plaid sees it.
#[derive(Debug, Clone)]
pub struct ItemState {
    /// The connection.
    pub item_id: ProviderItemId,
    /// Its institution, which a few connections do not have.
    pub institution_id: Option<InstitutionId>,
    /// Its institution's name.
    pub institution_name: Option<String>,
    /// Products that are paid for by the month or once.
    pub billed_products: Vec<String>,
    /// Products that the owner consented to.
    pub consented_products: Vec<String>,
    /// Products that could be added.
    pub available_products: Vec<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Whether Plaid can only read the bank while the owner is there.
    pub needs_owner_present: bool,
    /// Freshness, consent and the error that stays with it.
    pub health: Health,
    /// The answer's id.
    pub request_id: String,
}

impl ItemState {
    pub(crate) fn read(item: Item, status: Option<&ItemStatus>, request_id: &str) -> Self {
        let health = convert::health(&item, status);
        Self {
            item_id: item.item_id.into(),
            institution_id: item.institution_id.map(Into::into),
            institution_name: convert::keep_some(item.institution_name, convert::SHORT),
            billed_products: item.billed_products,
            consented_products: item.consented_products,
            available_products: item.available_products,
            created_at: item.created_at.as_deref().and_then(convert::moment),
            needs_owner_present: item.update_type == UpdateType::UserPresentRequired,
            health,
            request_id: request_id.to_owned(),
        }
    }
}

/// Why a connection is removed, in Plaid's words; its other words are about fraud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalReason {
    /// It does not work.
    NonFunctional,
    /// Its owner wishes so.
    Other,
}

impl RemovalReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::NonFunctional => "CONNECTION_IS_NON_FUNCTIONAL",
            Self::Other => "OTHER",
        }
    }
}

fn of(access_token: &Secret<String>) -> ItemRequest {
    ItemRequest { access_token: Token::from(access_token) }
}

impl Client {
    /// Turns the public token of a finished Link flow into a connection. Never sent again once Plaid may have received it.
    pub async fn public_token_exchange(&self, public_token: &Secret<String>) -> Result<Exchanged, PlaidError> {
        let request = PublicTokenExchangeRequest { public_token: Token::from(public_token) };
        let answer: PublicTokenExchangeResponse =
            self.call(Endpoint::PublicTokenExchange, Bearer::Public(public_token), &request).await?;
        Ok(Exchanged {
            access_token: answer.access_token.into_secret(),
            item_id: answer.item_id.into(),
            request_id: answer.request_id,
        })
    }

    /// Reads a connection's health; works on broken ones, and costs nothing.
    pub async fn item_get(&self, access_token: &Secret<String>) -> Result<ItemState, PlaidError> {
        let answer: ItemGetResponse =
            self.call(Endpoint::ItemGet, Bearer::Access(access_token), &of(access_token)).await?;
        Ok(ItemState::read(answer.item, answer.status.as_ref(), &answer.request_id))
    }

    /// Removes a connection, which is the only end of its bill; its token is dead at once. An Item that is gone already
    /// answers with [`Action::Gone`](super::Action::Gone). Returns the answer's id.
    pub async fn item_remove(
        &self,
        access_token: &Secret<String>,
        reason: RemovalReason,
    ) -> Result<String, PlaidError> {
        let request = ItemRemoveRequest {
            access_token: Token::from(access_token),
            reason_code: Some(reason.as_str().to_owned()),
            reason_note: None,
        };
        let answer: DoneResponse = self.call(Endpoint::ItemRemove, Bearer::Access(access_token), &request).await?;
        Ok(answer.request_id)
    }

    /// Replaces a connection's token; the old one is dead at once. Never sent again once Plaid may have received it.
    pub async fn access_token_invalidate(&self, access_token: &Secret<String>) -> Result<Rotated, PlaidError> {
        let answer: AccessTokenInvalidateResponse =
            self.call(Endpoint::AccessTokenInvalidate, Bearer::Access(access_token), &of(access_token)).await?;
        Ok(Rotated { access_token: answer.new_access_token.into_secret(), request_id: answer.request_id })
    }

    /// Asks the bank for news now; they come later through the change stream. Paid for each call. Returns the answer's id.
    pub async fn transactions_refresh(&self, access_token: &Secret<String>) -> Result<String, PlaidError> {
        let answer: DoneResponse =
            self.call(Endpoint::TransactionsRefresh, Bearer::Access(access_token), &of(access_token)).await?;
        Ok(answer.request_id)
    }
}
