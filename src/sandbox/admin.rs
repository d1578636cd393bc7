//! Orders from outside Plaid's API, under `/sandbox-admin/`: set faults, break logins, let days pass.
//!
//! Uses the rest of the room. Invariants: only who knows the sandbox's secret gives orders;
//! a refusal is Plaid's error object, so that a Plaid client can read it.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    faults::Fault,
    http::{Reply, Request},
    refusal::Refusal,
    state::State,
};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    name: String,
    #[serde(default)]
    times: Option<u32>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    item_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetOrder {
    item_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceOrder {
    days: i64,
}

/// Answers an order.
pub(crate) fn answer(state: &Mutex<State>, request: &Request) -> Reply {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let request_id = state.request_id();
    let known = request.method == "POST" && request.header("plaid-secret") == Some(state.config.secret().as_str());
    let outcome = if known {
        obey(&mut state, request).map_err(Refusal::field)
    } else {
        let message = "orders need POST and the sandbox's secret in the header PLAID-SECRET";
        Err(Refusal::new("INVALID_API_KEYS").saying(message))
    };
    match outcome {
        Ok(mut value) => {
            value["request_id"] = Value::String(request_id);
            Reply::json(200, value.to_string().into_bytes())
        }
        Err(refusal) => {
            Reply::json(refusal.status, serde_json::to_vec(&refusal.object(Some(&request_id))).unwrap_or_default())
        }
    }
}

fn obey(state: &mut State, request: &Request) -> Result<Value, String> {
    match request.path.as_str() {
        "/sandbox-admin/fault" => {
            let order: FaultOrder = parse(request)?;
            let fault = Fault::from_name(&order.name).ok_or_else(|| format!("there is no fault {:?}", order.name))?;
            state.faults.set(fault, order.times, order.path, order.item_id);
            Ok(json!({ "armed": state.faults.armed() }))
        }
        "/sandbox-admin/faults" => {
            let known = Fault::ALL
                .iter()
                .map(|fault| json!({"name": fault.name(), "what": fault.what(), "times": fault.times()}));
            Ok(json!({ "known": known.collect::<Vec<_>>(), "armed": state.faults.armed() }))
        }
        "/sandbox-admin/clear" => {
            state.faults.clear();
            Ok(json!({ "armed": [] }))
        }
        "/sandbox-admin/reset-login" => {
            let order: ResetOrder = parse(request)?;
            let item = state.item_by_id(&order.item_id).ok_or("there is no Item of that id")?;
            item.error = Some("ITEM_LOGIN_REQUIRED");
            Ok(json!({ "reset_login": true }))
        }
        "/sandbox-admin/advance" => {
            let order: AdvanceOrder = parse(request)?;
            state.advance(order.days);
            Ok(json!({ "today": state.today().to_string() }))
        }
        _ => Err(format!("there is no order {}", request.path)),
    }
}

fn parse<T: for<'de> Deserialize<'de>>(request: &Request) -> Result<T, String> {
    serde_json::from_str(&request.body).map_err(|error| error.to_string())
}
