//! `/item/*`.

use super::{
    super::{
        call::{Answer, Call, answer},
        faults::Fault,
        refusal::Refusal,
        state::State,
    },
    words,
};
use crate::plaid::wire::{
    Token,
    item::{
        AccessTokenInvalidateResponse, DoneResponse, ItemGetResponse, ItemRemoveRequest, ItemRequest,
        PublicTokenExchangeRequest, PublicTokenExchangeResponse, WebhookUpdateRequest, WebhookUpdateResponse,
    },
};

/// `/item/public_token/exchange`.
pub(crate) fn exchange(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: PublicTokenExchangeRequest = call.parse()?;
    let (token, item_id) = state.exchange(request.public_token.expose())?;
    answer(PublicTokenExchangeResponse {
        access_token: Token::from(token),
        item_id,
        request_id: call.request_id.clone(),
    })
}

/// `/item/get`: works on broken Items too.
pub(crate) fn get(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ItemRequest = call.parse()?;
    let item = state.item(request.access_token.expose(), call.path)?;
    let (mut item, status) = (item.describe(true), Some(item.status()));
    if state.faults.strikes(Fault::ItemError, call.path, Some(&item.item_id)) {
        item.error = Some(Refusal::new("ITEM_LOGIN_REQUIRED").object(None));
    }
    answer(ItemGetResponse { item, status, request_id: call.request_id.clone() })
}

/// `/item/remove`.
pub(crate) fn remove(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ItemRemoveRequest = call.parse()?;
    words::removal(request.reason_code.as_deref(), request.reason_note.as_deref())?;
    state.item(request.access_token.expose(), call.path)?;
    state.remove(request.access_token.expose());
    answer(DoneResponse { request_id: call.request_id.clone() })
}

/// `/item/access_token/invalidate`.
pub(crate) fn invalidate(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ItemRequest = call.parse()?;
    state.item(request.access_token.expose(), call.path)?;
    let new_access_token = Token::from(state.rotate(request.access_token.expose())?);
    answer(AccessTokenInvalidateResponse { new_access_token, request_id: call.request_id.clone() })
}

/// `/item/webhook/update`.
pub(crate) fn update_webhook(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: WebhookUpdateRequest = call.parse()?;
    let item = state.item(request.access_token.expose(), call.path)?;
    item.draft.webhook = request.webhook;
    answer(WebhookUpdateResponse { item: item.describe(false), request_id: call.request_id.clone() })
}
