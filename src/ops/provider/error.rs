//! What went wrong at a provider, in terms that hold for all of them.

use crate::{
    domain::{
        standing::Remedy,
        sync::{ItemError, NO_KEYS},
    },
    plaid::{Action, PlaidError},
    simplefin::SimpleFinError,
};

/// The code of a run that was stopped before its end.
const STOPPED: &str = "STOPPED";

/// An error of the bank side.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Plaid's.
    #[error(transparent)]
    Plaid(#[from] PlaidError),
    /// A SimpleFIN server's.
    #[error(transparent)]
    SimpleFin(#[from] SimpleFinError),
    /// The book was written by a bursar that knows more providers.
    #[error("this bursar does not know the provider {0:?}")]
    Unknown(String),
    /// What was asked for is none of its services.
    #[error("{0} does not do that for bursar")]
    Unable(&'static str),
}

/// The kind of a failure, which exit codes are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Network or provider are not to be had now.
    Unavailable,
    /// The provider was asked more often than it likes within minutes.
    TooOften,
    /// The provider's plan is used up.
    PlanLimit,
    /// The provider refused the keys.
    Keys,
    /// Whoever takes the answers went away.
    Stopped,
    /// Anything else.
    Other,
}

impl ProviderError {
    /// That nobody takes the answers any more.
    pub fn stopped() -> Self {
        Self::Plaid(PlaidError::Stopped)
    }

    /// The provider's code, or bursar's own for what the provider never heard of.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Plaid(PlaidError::NoKeys | PlaidError::KeysUnread { .. }) => Some(NO_KEYS),
            Self::Plaid(PlaidError::Stopped) => Some(STOPPED),
            Self::Plaid(error) => error.code(),
            Self::SimpleFin(error) => Some(error.code()),
            Self::Unknown(_) | Self::Unable(_) => None,
        }
    }

    /// The bank's or the provider's own words, else what happened on the way.
    pub fn words(&self) -> String {
        match self {
            Self::Plaid(error) => error.words(),
            Self::SimpleFin(_) | Self::Unknown(_) | Self::Unable(_) => self.to_string(),
        }
    }

    /// The answer's id, for the provider's support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Plaid(error) => error.request_id(),
            Self::SimpleFin(_) | Self::Unknown(_) | Self::Unable(_) => None,
        }
    }

    /// What a connection remembers of it.
    pub fn to_item_error(&self) -> ItemError {
        ItemError {
            code: self.code().unwrap_or("NO_ANSWER").to_owned(),
            message: self.words(),
            request_id: self.request_id().map(str::to_owned),
        }
    }

    /// What is to be done about the connection.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Plaid(error) => error.action().remedy(),
            Self::SimpleFin(SimpleFinError::Revoked) => Remedy::SignIn,
            Self::SimpleFin(SimpleFinError::PaymentRequired) => Remedy::Setup,
            Self::SimpleFin(error) if error.heals_by_itself() => Remedy::Wait,
            Self::SimpleFin(_) | Self::Unknown(_) | Self::Unable(_) => Remedy::Report,
        }
    }

    /// Whether the provider may have done what it was asked to, although no usable answer came back.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Plaid(error) => error.outcome_unknown(),
            Self::SimpleFin(error) => error.outcome_unknown(),
            Self::Unknown(_) | Self::Unable(_) => false,
        }
    }

    /// Whether the provider itself refused, rather than the way to it.
    pub fn answered(&self) -> bool {
        match self {
            Self::Plaid(error) => error.api().is_some(),
            Self::SimpleFin(error) => error.is_refusal(),
            Self::Unknown(_) | Self::Unable(_) => true,
        }
    }

    /// The kind of it.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Plaid(PlaidError::Stopped) => Trouble::Stopped,
            Self::Plaid(error) => match error.action() {
                Action::Reconfigure => Trouble::Keys,
                Action::PlanLimit => Trouble::PlanLimit,
                _ if error.status() == Some(429) => Trouble::TooOften,
                action if error.api().is_none() || action.heals_by_itself() => Trouble::Unavailable,
                _ => Trouble::Other,
            },
            Self::SimpleFin(SimpleFinError::PaymentRequired) => Trouble::PlanLimit,
            Self::SimpleFin(SimpleFinError::Status { status: 429 }) => Trouble::TooOften,
            Self::SimpleFin(error) if error.is_refusal() => Trouble::Other,
            Self::SimpleFin(_) => Trouble::Unavailable,
            Self::Unknown(_) | Self::Unable(_) => Trouble::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_refuses_nothing_and_gives_nothing_is_out_of_reach() {
        use SimpleFinError as S;
        let reason = || String::from("r");
        for (error, expected) in [
            (S::Tls { reason: reason() }, Trouble::Unavailable),
            (S::Status { status: 404 }, Trouble::Unavailable),
            (S::Status { status: 500 }, Trouble::Unavailable),
            (S::Status { status: 429 }, Trouble::TooOften),
            (S::Network { sent: true, reason: reason() }, Trouble::Unavailable),
            (S::Malformed { what: reason() }, Trouble::Unavailable),
            (S::PaymentRequired, Trouble::PlanLimit),
            (S::Revoked, Trouble::Other),
            (S::BadAccessUrl { reason: "r" }, Trouble::Other),
        ] {
            let words = error.to_string();
            assert_eq!(ProviderError::from(error).trouble(), expected, "{words}");
        }
    }
}
