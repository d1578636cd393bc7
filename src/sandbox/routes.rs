//! From an HTTP request to an endpoint: headers, credentials, fields, faults, the error object.
//!
//! Uses the rest of the room. Invariant: whatever Plaid's definition forbids is refused before an endpoint sees it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, value::RawValue};

use super::{
    call::{Answer, Call},
    endpoints,
    faults::Fault,
    http::{Reply, Request, Spoil},
    limits,
    refusal::Refusal,
    state::State,
};
use crate::plaid::wire::VERSION;

/// Answers a call of Plaid's API.
pub(crate) fn answer_api(state: &Mutex<State>, request: &Request) -> Reply {
    let mut guard = state.lock().unwrap_or_else(PoisonError::into_inner);
    let request_id = guard.request_id();
    let outcome = dispatch(&mut guard, request, &request_id);
    let spoil = spoil(&mut guard, &request.path);
    drop(guard);
    let mut reply = match outcome {
        Ok(answer) => Reply::json(200, answer()),
        Err(refusal) => {
            let body = serde_json::to_vec(&refusal.object(Some(&request_id))).unwrap_or_default();
            let reply = Reply::json(refusal.status, body);
            if refusal.status == 429 && !refusal.is_bare { reply.header("Retry-After", "1") } else { reply }
        }
    };
    reply.spoil = spoil;
    reply
}

/// What the faults do to an answer on its way out, of either side.
pub(crate) fn spoil(state: &mut State, path: &str) -> Option<Spoil> {
    let kinds = [
        (Fault::Html, Spoil::Html),
        (Fault::WrongType, Spoil::Type),
        (Fault::Truncated, Spoil::Half),
        (Fault::DropConnection, Spoil::Break),
        (Fault::Slow, Spoil::Slow),
        (Fault::Trickle, Spoil::Trickle),
        (Fault::HugeBody, Spoil::Huge),
    ];
    kinds.into_iter().find(|(fault, _)| state.faults.strikes(*fault, path, None)).map(|(_, spoil)| spoil)
}

fn dispatch(state: &mut State, request: &Request, request_id: &str) -> Result<Answer, Refusal> {
    let known = endpoints::ALL.iter().find(|(path, _)| *path == request.path);
    let Some(&(path, endpoint)) = known.filter(|_| request.method == "POST") else {
        return Err(
            Refusal::new("NOT_FOUND").saying(format!("there is no endpoint {} {}", request.method, request.path))
        );
    };
    if request.header("content-type").and_then(|kind| kind.split(';').next()).map(str::trim) != Some("application/json")
    {
        return Err(Refusal::new("INVALID_HEADERS"));
    }
    if let Some(version) = request.header("plaid-version").filter(|&version| version != VERSION) {
        return Err(Refusal::new("INVALID_HEADERS").saying(format!("unknown Plaid-Version {version:?}")));
    }
    let mut fields: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(&request.body).map_err(|_| Refusal::new("INVALID_BODY"))?;
    authenticate(state, request, &mut fields)?;
    for (fault, code) in [
        (Fault::InvalidKeys, "INVALID_API_KEYS"),
        (Fault::InternalError, "INTERNAL_SERVER_ERROR"),
        (Fault::Maintenance, "PLANNED_MAINTENANCE"),
        (Fault::RateLimit, limits::code_of(path)),
        (Fault::CreditsExhausted, "CREDITS_EXHAUSTED"),
    ] {
        if state.faults.strikes(fault, path, None) {
            return Err(Refusal::new(code));
        }
    }
    if state.faults.strikes(Fault::RateLimitBare, path, None) {
        return Err(Refusal::new(limits::code_of(path)).bare());
    }
    if let Some(code) = state.faults.refuses(path) {
        return Err(Refusal::new(code));
    }
    if path == "/link/token/create" {
        fields.retain(|name, _| !endpoints::link::IGNORED.contains(&name.as_str()));
    }
    let body = serde_json::to_string(&fields).map_err(|_| Refusal::new("INVALID_BODY"))?;
    refuse_nulls(path, &body)?;
    endpoint(state, &Call { path, body: &body, request_id: request_id.to_owned() })
}

/// Takes the credentials out of the body or the headers and compares them.
fn authenticate(state: &State, request: &Request, fields: &mut BTreeMap<String, Box<RawValue>>) -> Result<(), Refusal> {
    let mut credential = |field: &str, header: &str| -> Result<Option<String>, Refusal> {
        match fields.remove(field) {
            None => Ok(request.header(header).map(str::to_owned)),
            Some(raw) => serde_json::from_str(raw.get())
                .map(Some)
                .map_err(|_| Refusal::field(format!("{field} must be a string"))),
        }
    };
    let client_id = credential("client_id", "plaid-client-id")?;
    let secret = credential("secret", "plaid-secret")?;
    let missing = [("client_id", &client_id), ("secret", &secret)];
    let missing: Vec<&str> = missing.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let message = format!("the following required fields are missing: {}", missing.join(", "));
        return Err(Refusal::new("MISSING_FIELDS").saying(message));
    }
    let right =
        client_id.as_deref() == Some(&state.config.client_id()) && secret.as_deref() == Some(&state.config.secret());
    if right { Ok(()) } else { Err(Refusal::new("INVALID_API_KEYS")) }
}

/// Fields that may be `null` in a request; all others may only be left out.
const NULLABLE: &[(&str, &str)] = &[
    ("/link/token/create", "products"),
    ("/link/token/create", "required_if_supported_products"),
    ("/link/token/create", "optional_products"),
    ("/link/token/create", "additional_consented_products"),
    ("/link/token/create", "access_token"),
    ("/link/token/create", "item_ids"),
    ("/item/remove", "reason_code"),
    ("/item/remove", "reason_note"),
    ("/item/webhook/update", "webhook"),
    ("/sandbox/public_token/create", "override_username"),
    ("/sandbox/public_token/create", "override_password"),
    ("/sandbox/public_token/create", "transactions"),
    ("/transactions/sync", "include_original_description"),
];

fn refuse_nulls(path: &str, body: &str) -> Result<(), Refusal> {
    fn find(value: &Value, name: &str, fine: &dyn Fn(&str) -> bool) -> Option<String> {
        match value {
            Value::Null if !fine(name) => Some(name.to_owned()),
            Value::Array(items) => items.iter().find_map(|item| find(item, "", fine)),
            Value::Object(fields) => fields.iter().find_map(|(name, value)| find(value, name, fine)),
            _ => None,
        }
    }
    let value: Value = serde_json::from_str(body).map_err(|_| Refusal::new("INVALID_BODY"))?;
    match find(&value, "", &|name| NULLABLE.contains(&(path, name))) {
        Some(name) => Err(Refusal::field(format!("{name} must not be null"))),
        None => Ok(()),
    }
}
