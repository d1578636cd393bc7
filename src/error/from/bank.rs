//! Errors of the bank side: Plaid, the Link listener, the sandbox.

use crate::{
    error::{Error, Kind},
    loopback::LoopbackError,
    ops::provider::ProviderError,
    plaid::{Action, PlaidError},
    simplefin::SimpleFinError,
};

const LINK_SIMPLEFIN: &str = "bursar link simplefin";

impl From<PlaidError> for Error {
    fn from(error: PlaidError) -> Self {
        use PlaidError as P;
        let sentence = sentence(&error);
        match &error {
            P::Api(_) => of_action(error.action(), sentence),
            P::Network { .. } | P::Timeout { .. } | P::Tls { .. } => {
                Self::new(Kind::Unavailable, "network", format!("{sentence}; what was stored stays as it was"))
                    .hint("bursar sync")
            }
            P::NotJson { .. }
            | P::Truncated { .. }
            | P::TooLarge { .. }
            | P::Malformed { .. }
            | P::Redirected { .. } => {
                Self::new(Kind::Unavailable, "bad_answer", sentence).hint("bursar sync --verbose")
            }
            P::EnvironmentMismatch { .. } => {
                Self::new(Kind::Conflict, "environment_mismatch", sentence).hint("bursar status")
            }
            P::BadBaseUrl { .. } => Self::new(Kind::Refused, "base_url", sentence).hint("bursar help environment"),
            P::BadCredentials { .. } | P::Unsendable { .. } => {
                Self::new(Kind::Auth, "plaid_keys", sentence).hint("bursar config plaid")
            }
            P::NoKeys => Self::new(Kind::Auth, "no_plaid_keys", sentence).hint("bursar config plaid"),
            P::KeysUnread { .. } => Self::new(Kind::Auth, "no_secret", sentence).hint("bursar help environment"),
            P::Unnoted { .. } => Self::new(Kind::Io, "call_not_noted", sentence).hint("bursar doctor"),
            P::Setup { .. } => Self::new(Kind::Unavailable, "no_tls", sentence).hint("bursar doctor"),
            P::EndlessCursor { .. } | P::StillChanging { .. } => {
                Self::new(Kind::Unavailable, "endless_sync", sentence).hint("bursar sync")
            }
            P::Stopped => Self::new(Kind::Interrupted, "interrupted", sentence).hint("bursar sync"),
        }
    }
}

/// What is said, with the request id that Plaid's support asks for.
fn sentence(error: &PlaidError) -> String {
    let request = error.request_id().map_or_else(String::new, |id| format!(" (request {id})"));
    let text = error.to_string();
    if text.contains(request.trim()) && !request.is_empty() { text } else { format!("{text}{request}") }
}

fn of_action(action: Action, sentence: String) -> Error {
    use Action as A;
    match action {
        A::Relink | A::Consent | A::ChooseAccounts | A::UserAtBank => {
            Error::new(Kind::Reauth, "reauth", sentence).hint("bursar connections")
        }
        A::Retry | A::NotReady | A::RetryLater | A::RestartLoop | A::FullResync | A::UseCached => {
            Error::new(Kind::Unavailable, "bank_unavailable", sentence).hint("bursar sync")
        }
        A::Gone | A::RemoveAndLink => {
            Error::new(Kind::NotFound, "connection_gone", sentence).hint("bursar connections")
        }
        A::RetryInLink | A::NewToken => Error::new(Kind::Unavailable, "link_again", sentence).hint("bursar link"),
        A::Unsupported | A::DeadToken | A::Retire | A::Report => {
            Error::new(Kind::Refused, "refused", sentence).hint("bursar connections")
        }
        A::PlanLimit => Error::new(Kind::Refused, "refused", sentence).hint("bursar metrics"),
        A::Dashboard => Error::new(Kind::Refused, "plaid_dashboard", sentence).hint("bursar doctor --preflight"),
        A::Reconfigure => Error::new(Kind::Auth, "plaid_keys", sentence).hint("bursar config plaid"),
        A::OurBug => Error::new(Kind::Unexpected, "plaid_request", sentence).hint("bursar --version"),
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        let sentence = error.to_string();
        match error {
            ProviderError::Plaid(error) => error.into(),
            ProviderError::SimpleFin(error) => error.into(),
            ProviderError::Unable(_) => Self::new(Kind::Refused, "by_hand", sentence).hint("bursar connections"),
            ProviderError::Unknown(_) => Self::new(Kind::TooNew, "unknown_provider", sentence).hint("bursar --version"),
        }
    }
}

impl From<SimpleFinError> for Error {
    fn from(error: SimpleFinError) -> Self {
        use SimpleFinError as S;
        let sentence = error.to_string();
        match error {
            S::BadSetupToken { .. } => {
                Self::new(Kind::Usage, "setup_token", format!("{sentence}; nothing was sent")).hint(LINK_SIMPLEFIN)
            }
            S::BadAccessUrl { .. } => Self::new(Kind::Refused, "access_url", sentence).hint(LINK_SIMPLEFIN),
            S::AlreadyClaimed => Self::new(Kind::Refused, "already_claimed", format!("{sentence}, and make a new one"))
                .hint(LINK_SIMPLEFIN),
            S::Revoked => Self::new(Kind::Reauth, "reauth", sentence).hint("bursar connections"),
            S::PaymentRequired => Self::new(Kind::Refused, "payment_required", sentence).hint("bursar connections"),
            S::Unnoted { .. } => Self::new(Kind::Io, "call_not_noted", sentence).hint("bursar doctor"),
            S::Setup { .. } => Self::new(Kind::Unavailable, "no_tls", sentence).hint("bursar doctor"),
            S::Status { .. } | S::Network { .. } | S::Timeout { .. } | S::Tls { .. } => {
                Self::new(Kind::Unavailable, "network", sentence).hint("bursar sync")
            }
            S::Malformed { .. } => Self::new(Kind::Unavailable, "bad_answer", sentence).hint("bursar sync --verbose"),
        }
    }
}

impl From<LoopbackError> for Error {
    fn from(error: LoopbackError) -> Self {
        let sentence = error.to_string();
        Self::new(Kind::Io, "loopback", sentence).hint("bursar link --hosted").caused_by(error)
    }
}

#[cfg(feature = "sandbox")]
impl From<crate::sandbox::SandboxError> for Error {
    fn from(error: crate::sandbox::SandboxError) -> Self {
        Self::new(Kind::Io, "sandbox", error.to_string()).hint("bursar sandbox serve --port 0")
    }
}
