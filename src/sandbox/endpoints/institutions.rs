//! `/institutions/get_by_id`.

use super::{
    super::{
        call::{Answer, Call, answer},
        institutions,
        refusal::Refusal,
        state::State,
    },
    words,
};
use crate::plaid::wire::institutions::{InstitutionGetRequest, InstitutionGetResponse};

/// `/institutions/get_by_id`.
pub(crate) fn get_by_id(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: InstitutionGetRequest = call.parse()?;
    words::countries(&request.country_codes)?;
    let bank = institutions::find(&request.institution_id)
        .filter(|bank| request.country_codes.iter().any(|country| country == bank.country))
        .ok_or_else(|| Refusal::new("INVALID_INSTITUTION"))?;
    let since = state.config.now.to_string();
    let institution = bank.describe(&request.options.unwrap_or_default(), &since);
    answer(InstitutionGetResponse { institution, request_id: call.request_id.clone() })
}
