//! `/accounts/get` and `/accounts/balance/get`.

use super::{
    super::{
        call::{Answer, Call, answer},
        item::Item,
        refusal::Refusal,
        state::State,
    },
    words,
};
use crate::plaid::wire::accounts::{Account, AccountsGetRequest, AccountsGetResponse};

/// The Item's accounts, or those named.
pub(crate) fn chosen(item: &Item, ids: Option<&[String]>) -> Result<Vec<Account>, Refusal> {
    let Some(ids) = ids else { return Ok(item.accounts(|_, _| true)) };
    for id in ids {
        if id.len() != 37 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Refusal::field("account_ids has an id in an invalid format"));
        }
        if item.accounts(|_, known| known == id).is_empty() {
            return Err(Refusal::new("INVALID_ACCOUNT_ID"));
        }
    }
    Ok(item.accounts(|_, known| ids.iter().any(|id| id == known)))
}

fn respond(item: &Item, ids: Option<&[String]>, call: &Call<'_>) -> Result<Answer, Refusal> {
    let accounts = chosen(item, ids)?;
    answer(AccountsGetResponse { accounts, item: item.describe(false), request_id: call.request_id.clone() })
}

/// `/accounts/get`: what is cached.
pub(crate) fn get(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: AccountsGetRequest = call.parse()?;
    let options = request.options.unwrap_or_default();
    if options.min_last_updated_datetime.is_some() {
        let message = "the following fields are not recognized by this endpoint: options.min_last_updated_datetime";
        return Err(Refusal::new("UNKNOWN_FIELDS").saying(message));
    }
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    respond(item, options.account_ids.as_deref(), call)
}

/// Capital One: its cards and loans have no live balance without an age that is good enough.
const WANTS_AGE: &str = "ins_128026";

/// `/accounts/balance/get`: asks the bank.
pub(crate) fn balance(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: AccountsGetRequest = call.parse()?;
    let options = request.options.unwrap_or_default();
    words::datetime("min_last_updated_datetime", options.min_last_updated_datetime.as_deref())?;
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    if item.draft.bank.id == WANTS_AGE && options.min_last_updated_datetime.is_none() {
        let message = "min_last_updated_datetime is required for this institution's accounts of type credit and loan";
        return Err(Refusal::field(message));
    }
    respond(item, options.account_ids.as_deref(), call)
}
