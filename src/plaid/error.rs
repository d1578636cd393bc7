//! Everything that can go wrong between bursar and Plaid, with enough structure to choose words and exit codes from.
//!
//! Invariant: no variant carries a token, a header or a body; texts from outside are capped and cleared of tokens.

use std::{error::Error as StdError, fmt, time::Duration};

use super::{
    action::{Action, action_of},
    endpoint::Endpoint,
    environment::Environment,
    token::redact,
    wire::ErrorObject,
};
pub(crate) use crate::http::cap;
use crate::secret::Secret;

/// What Plaid itself said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Where it was said.
    pub endpoint: Endpoint,
    /// HTTP status; Plaid uses 400 for nearly everything.
    pub status: u16,
    /// `ITEM_ERROR` …
    pub error_type: String,
    /// `ITEM_LOGIN_REQUIRED` …
    pub error_code: String,
    /// `OAUTH_USER_REVOKED` … where given.
    pub error_code_reason: Option<String>,
    /// For developers.
    pub message: String,
    /// For the bank's customer, where Plaid has such words.
    pub display_message: Option<String>,
    /// What Plaid suggests.
    pub suggested_action: Option<String>,
    /// Plaid's page on it.
    pub documentation_url: Option<String>,
    /// For Plaid's support.
    pub request_id: Option<String>,
    /// How long Plaid asked to wait.
    pub retry_after: Option<Duration>,
    /// What it leads to.
    pub action: Action,
}

/// Where and how an answer came that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Which call.
    pub endpoint: Endpoint,
    /// HTTP status.
    pub status: u16,
    /// For Plaid's support, where a header named it.
    pub request_id: Option<String>,
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HTTP {})", self.endpoint.path(), self.status)
    }
}

/// The cause below a transport error, never with a URL.
pub type Source = Box<dyn StdError + Send + Sync>;

/// An error of the bank room.
#[derive(Debug, thiserror::Error)]
pub enum PlaidError {
    /// Plaid answered with an error object.
    #[error("{0}")]
    Api(Box<ApiError>),
    /// No connection, or one that broke.
    #[error("cannot reach Plaid for {}: {reason}", endpoint.path())]
    Network {
        /// Which call.
        endpoint: Endpoint,
        /// Whether Plaid may have received the request.
        sent: bool,
        /// What the system says.
        reason: String,
        /// The transport's error.
        #[source]
        source: Source,
    },
    /// No answer in time.
    #[error("Plaid did not answer {} within {} s", endpoint.path(), after.as_secs())]
    Timeout {
        /// Which call.
        endpoint: Endpoint,
        /// Whether Plaid may have received the request.
        sent: bool,
        /// How long bursar waited.
        after: Duration,
    },
    /// The connection was not proven to be with Plaid.
    #[error("the secure connection to Plaid for {} failed: {reason}", endpoint.path())]
    Tls {
        /// Which call.
        endpoint: Endpoint,
        /// What was wrong with it.
        reason: String,
    },
    /// Something else than JSON, as a proxy or captive portal sends it.
    #[error("{at} answered with {content_type} instead of JSON; is a proxy or sign-in page in the way?")]
    NotJson {
        /// The answer.
        at: Answered,
        /// Its content type, printable.
        content_type: String,
    },
    /// The answer ended too early.
    #[error("the answer of {at} ended before it was complete")]
    Truncated {
        /// The answer.
        at: Answered,
    },
    /// The answer is larger than any that Plaid sends.
    #[error("the answer of {at} is larger than {limit} bytes and was not read")]
    TooLarge {
        /// The answer.
        at: Answered,
        /// The cap, after decompression.
        limit: usize,
    },
    /// JSON of another shape than Plaid's.
    #[error("the answer of {at} is not what Plaid's API promises: {what}")]
    Malformed {
        /// The answer.
        at: Answered,
        /// Which part; never a value.
        what: String,
    },
    /// Plaid never redirects; somebody in between does.
    #[error("{at} was redirected, which Plaid never does; nothing was sent further")]
    Redirected {
        /// The answer.
        at: Answered,
    },
    /// A token or secret of another environment.
    #[error("this {what} belongs to {found}, but {expected} is configured; it was not sent")]
    EnvironmentMismatch {
        /// Which credential.
        what: &'static str,
        /// The environment in use.
        expected: Environment,
        /// What the credential names.
        found: &'static str,
    },
    /// The base URL may not be used.
    #[error("the Plaid base URL is refused: {reason}")]
    BadBaseUrl {
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The client id or secret cannot be sent.
    #[error("the Plaid {what} is empty or contains characters that cannot be sent")]
    BadCredentials {
        /// Which one.
        what: &'static str,
    },
    /// No HTTP client could be made, for example for want of root certificates.
    #[error("no secure connection can be made on this machine: {reason}")]
    Setup {
        /// What the system says.
        reason: String,
    },
    /// A call that may be billed, and that could not be written down first.
    #[error("the call could not be written down, and so was not made: {reason}")]
    Unnoted {
        /// What the system says.
        reason: String,
    },
    /// A request that cannot be written.
    #[error("the request for {} cannot be written: {reason}", endpoint.path())]
    Unsendable {
        /// Which call.
        endpoint: Endpoint,
        /// Why not.
        reason: &'static str,
    },
    /// Pages without end.
    #[error("Plaid's change stream does not end: {reason} after {pages} pages; nothing of it was kept")]
    EndlessCursor {
        /// What showed it.
        reason: &'static str,
        /// Pages read until then.
        pages: usize,
    },
    /// The bank's data kept changing while it was read.
    #[error(
        "the bank's data changed {restarts} times while it was read; nothing of it was kept, the next sync tries again"
    )]
    StillChanging {
        /// How often the loop was started again.
        restarts: usize,
    },
    /// There is nobody to be at Plaid.
    #[error("there are no Plaid keys, neither in the environment nor in the vault")]
    NoKeys,
    /// The keys are where a file or a command should give them, and it did not.
    #[error("Plaid's keys cannot be had: {reason}")]
    KeysUnread {
        /// The sentence of the file or command.
        reason: String,
    },
    /// Whoever takes the pages went away.
    #[error("reading was stopped")]
    Stopped,
}

impl PlaidError {
    /// Takes an error object off the wire.
    pub(crate) fn from_wire(
        at: &Answered,
        object: ErrorObject,
        retry_after: Option<Duration>,
        secret: &Secret<String>,
    ) -> Self {
        let clean = |text: String| cap(&redact(&text, secret));
        let error_type = cap(object.error_type.as_str());
        let error_code = cap(&object.error_code);
        let action = action_of(&error_type, &error_code);
        Self::Api(Box::new(ApiError {
            endpoint: at.endpoint,
            status: at.status,
            error_type,
            error_code,
            error_code_reason: object.error_code_reason.map(clean),
            message: clean(object.error_message),
            display_message: object.display_message.filter(|text| !text.is_empty()).map(clean),
            suggested_action: object.suggested_action.map(clean),
            documentation_url: object.documentation_url.map(clean),
            request_id: object.request_id.filter(|id| !id.is_empty()).map(clean).or_else(|| at.request_id.clone()),
            retry_after,
            action,
        }))
    }

    /// What Plaid said, if it was Plaid that spoke.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Plaid's `error_code`.
    pub fn code(&self) -> Option<&str> {
        self.api().map(|error| error.error_code.as_str())
    }

    /// Plaid's `error_type`.
    pub fn error_type(&self) -> Option<&str> {
        self.api().map(|error| error.error_type.as_str())
    }

    /// Words that Plaid means for the bank's customer.
    pub fn display_message(&self) -> Option<&str> {
        self.api().and_then(|error| error.display_message.as_deref())
    }

    /// The bank's or Plaid's own words, else what happened on the way.
    pub fn words(&self) -> String {
        match self {
            Self::Api(error) => error.display_message.clone().unwrap_or_else(|| error.message.clone()),
            other => other.to_string(),
        }
    }

    /// The answer's id, for Plaid's support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            _ => self.answered().and_then(|at| at.request_id.as_deref()),
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            _ => self.answered().map(|at| at.status),
        }
    }

    fn answered(&self) -> Option<&Answered> {
        match self {
            Self::NotJson { at, .. }
            | Self::Truncated { at }
            | Self::TooLarge { at, .. }
            | Self::Malformed { at, .. }
            | Self::Redirected { at } => Some(at),
            _ => None,
        }
    }

    /// What the error leads to.
    pub fn action(&self) -> Action {
        match self {
            Self::Api(error) => error.action,
            Self::Network { .. } | Self::Timeout { .. } | Self::Truncated { .. } | Self::StillChanging { .. } => {
                Action::RetryLater
            }
            Self::NotJson { at, .. } | Self::Malformed { at, .. } if at.status >= 500 || at.status == 429 => {
                Action::RetryLater
            }
            Self::EnvironmentMismatch { .. }
            | Self::BadBaseUrl { .. }
            | Self::BadCredentials { .. }
            | Self::NoKeys
            | Self::KeysUnread { .. } => Action::Reconfigure,
            Self::Unsendable { .. } => Action::OurBug,
            Self::Tls { .. }
            | Self::NotJson { .. }
            | Self::TooLarge { .. }
            | Self::Malformed { .. }
            | Self::Redirected { .. }
            | Self::Setup { .. }
            | Self::Unnoted { .. }
            | Self::EndlessCursor { .. }
            | Self::Stopped => Action::Report,
        }
    }

    /// Whether running bursar again later may be all that is needed.
    pub fn retryable(&self) -> bool {
        self.action().heals_by_itself()
    }

    /// Whether the bank's customer has to act.
    pub fn needs_user(&self) -> bool {
        self.action().needs_user()
    }

    /// Whether Plaid may have received the request and acted on it, although no usable answer came back. After an exchange
    /// or an invalidation this means that a token may be lost.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Network { sent, .. } | Self::Timeout { sent, .. } => *sent,
            Self::Api(error) => error.status >= 500,
            other => other.answered().is_some(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.display_message.as_deref().unwrap_or(&self.message);
        write!(f, "Plaid refused {}: {}: {words}", self.endpoint.path(), self.error_code)?;
        self.action.advice().map_or(Ok(()), |advice| write!(f, "; {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(json: &str) -> PlaidError {
        let at = Answered { endpoint: Endpoint::ItemGet, status: 400, request_id: Some("from-header".to_owned()) };
        PlaidError::from_wire(&at, serde_json::from_str(json).unwrap(), None, &Secret::new("topsecret".to_owned()))
    }

    #[test]
    fn keeps_plaids_words_but_no_token_and_no_control_character() {
        let error = api(
            r#"{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED","error_message":"access-sandbox-1f\u001b[31m topsecret",
                "display_message":null,"request_id":"Abc","suggested_action":null,"tomorrow":1}"#,
        );
        assert_eq!(error.code(), Some("ITEM_LOGIN_REQUIRED"));
        assert_eq!(error.request_id(), Some("Abc"));
        assert!(error.needs_user() && !error.retryable());
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("1f") && !shown.contains('\u{1b}') && !shown.contains("topsecret"), "{shown}");
    }

    #[test]
    fn an_item_error_without_request_id_takes_the_headers() {
        let error = api(r#"{"error_type":"X","error_code":"Y","error_message":"","display_message":""}"#);
        assert_eq!(error.request_id(), Some("from-header"));
        assert_eq!(error.display_message(), None);
        assert_eq!(error.action(), Action::Report);
    }

    #[test]
    fn says_when_the_outcome_is_unknown() {
        let endpoint = Endpoint::PublicTokenExchange;
        let lost = PlaidError::Timeout { endpoint, sent: true, after: Duration::from_mins(1) };
        assert!(lost.outcome_unknown() && lost.retryable());
        let never = PlaidError::Timeout { endpoint, sent: false, after: Duration::from_secs(10) };
        assert!(!never.outcome_unknown());
        assert!(
            !api(r#"{"error_type":"X","error_code":"Y","error_message":"","display_message":null}"#).outcome_unknown()
        );
    }
}
