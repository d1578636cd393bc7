//! One call of an endpoint: what it is given and what it answers.
//!
//! Uses `state` and `refusal`. Invariant: an answer is written after the sandbox's memory was let go.

use serde::{Serialize, de::DeserializeOwned};

use super::{refusal::Refusal, state::State};

/// Writes the body of an answer; called after the sandbox's memory was let go.
pub(crate) type Answer = Box<dyn FnOnce() -> Vec<u8> + Send>;

/// One call of an endpoint.
pub(crate) struct Call<'a> {
    /// The endpoint.
    pub(crate) path: &'static str,
    /// The body without credentials.
    pub(crate) body: &'a str,
    /// The id of the answer.
    pub(crate) request_id: String,
}

/// An endpoint.
pub(crate) type Endpoint = fn(&mut State, &Call<'_>) -> Result<Answer, Refusal>;

/// The answer that a value makes.
#[expect(clippy::unnecessary_wraps, reason = "every endpoint ends with it")]
pub(crate) fn answer<T: Serialize + Send + 'static>(value: T) -> Result<Answer, Refusal> {
    Ok(Box::new(move || serde_json::to_vec(&value).unwrap_or_default()))
}

impl Call<'_> {
    /// The request's fields, or what is wrong with them.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_str(self.body).map_err(|error| explain(&error.to_string()))
    }
}

fn explain(error: &str) -> Refusal {
    let field = error.split('`').nth(1).unwrap_or_default();
    if error.starts_with("unknown field") {
        let message = format!("the following fields are not recognized by this endpoint: {field}");
        Refusal::new("UNKNOWN_FIELDS").saying(message)
    } else if error.starts_with("missing field") {
        Refusal::new("MISSING_FIELDS").saying(format!("the following required fields are missing: {field}"))
    } else {
        Refusal::field(error.split(" at line").next().unwrap_or(error))
    }
}
