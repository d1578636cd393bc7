//! Everything that can go wrong between bursar and a SimpleFIN server.
//!
//! Invariant: no variant carries a token, a URL, a header or a body.

use std::time::Duration;

use crate::http::{Ended, Failure, Unnoted};

/// An error of SimpleFIN.
#[derive(Debug, thiserror::Error)]
pub enum SimpleFinError {
    /// What was given is no setup token.
    #[error("this is not a SimpleFIN setup token: {reason}")]
    BadSetupToken {
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The server gave an access URL that may not be used.
    #[error("the SimpleFIN server gave an access URL that is refused: {reason}")]
    BadAccessUrl {
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The setup token was claimed before.
    #[error(
        "this setup token was claimed already; if it was not by you, somebody else may read your accounts: disable it where \
         you made it"
    )]
    AlreadyClaimed,
    /// The server takes the access URL no more.
    #[error("the SimpleFIN server does not take the access URL any more: it was disabled or revoked there")]
    Revoked,
    /// The server wants to be paid.
    #[error("the SimpleFIN server wants its subscription to be paid first")]
    PaymentRequired,
    /// The server did not do it.
    #[error("the SimpleFIN server answered with HTTP {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// No connection, or one that broke.
    #[error("cannot reach the SimpleFIN server: {reason}")]
    Network {
        /// Whether it may have received the request.
        sent: bool,
        /// What the system says.
        reason: String,
    },
    /// No answer in time.
    #[error("the SimpleFIN server did not answer within {} s", after.as_secs())]
    Timeout {
        /// Whether it may have received the request.
        sent: bool,
        /// How long bursar waited.
        after: Duration,
    },
    /// The connection was not proven.
    #[error("the secure connection to the SimpleFIN server failed: {reason}")]
    Tls {
        /// What was wrong with it.
        reason: String,
    },
    /// An answer of another shape than the protocol's.
    #[error("the SimpleFIN server's answer is not what the protocol promises: {what}")]
    Malformed {
        /// Which part; never a value.
        what: String,
    },
    /// A call that could not be written down first.
    #[error("the call could not be written down, and so was not made: {reason}")]
    Unnoted {
        /// What the system says.
        reason: String,
    },
    /// No HTTP client could be made.
    #[error("no secure connection can be made on this machine: {reason}")]
    Setup {
        /// What the system says.
        reason: String,
    },
}

impl SimpleFinError {
    /// A word for the log.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSetupToken { .. } => "BAD_SETUP_TOKEN",
            Self::BadAccessUrl { .. } => "BAD_ACCESS_URL",
            Self::AlreadyClaimed => "ALREADY_CLAIMED",
            Self::Revoked => "ACCESS_REVOKED",
            Self::PaymentRequired => "PAYMENT_REQUIRED",
            Self::Status { .. } => "HTTP_STATUS",
            Self::Network { .. } | Self::Timeout { .. } | Self::Tls { .. } | Self::Setup { .. } => "NO_ANSWER",
            Self::Malformed { .. } => "MALFORMED",
            Self::Unnoted { .. } => "NOT_MADE",
        }
    }

    /// Whether the server may have done what was asked, although no usable answer came back.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Network { sent, .. } | Self::Timeout { sent, .. } => *sent,
            Self::Malformed { .. } | Self::BadAccessUrl { .. } => true,
            Self::Status { status } => *status >= 500,
            _ => false,
        }
    }

    /// Whether somebody said no, the server or bursar itself, rather than that no answer came of it.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::BadSetupToken { .. }
                | Self::BadAccessUrl { .. }
                | Self::AlreadyClaimed
                | Self::Revoked
                | Self::PaymentRequired
        )
    }

    /// Whether nobody needs to do anything but run bursar again.
    pub fn heals_by_itself(&self) -> bool {
        match self {
            Self::Network { .. } | Self::Timeout { .. } | Self::Malformed { .. } => true,
            Self::Status { status } => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

impl From<Unnoted> for SimpleFinError {
    fn from(Unnoted(reason): Unnoted) -> Self {
        Self::Unnoted { reason }
    }
}

impl Ended for SimpleFinError {
    fn word(&self) -> &str {
        match self {
            Self::Network { .. } => "network",
            Self::Timeout { .. } => "timeout",
            Self::Tls { .. } => "tls",
            Self::Malformed { .. } => "malformed",
            other => other.code(),
        }
    }

    fn left(&self) -> bool {
        match self {
            Self::Network { sent, .. } | Self::Timeout { sent, .. } => *sent,
            Self::Tls { .. } | Self::Setup { .. } | Self::Unnoted { .. } => false,
            _ => true,
        }
    }

    fn done(&self) -> bool {
        self.outcome_unknown()
    }
}

impl From<Failure> for SimpleFinError {
    fn from(failure: Failure) -> Self {
        let malformed = |what: &str| Self::Malformed { what: what.to_owned() };
        match failure {
            Failure::Setup(reason) => Self::Setup { reason },
            Failure::Network { sent, reason, .. } => Self::Network { sent, reason },
            Failure::Timeout { sent, after } => Self::Timeout { sent, after },
            Failure::Tls(reason) => Self::Tls { reason },
            Failure::NotJson { content_type, .. } => {
                Self::Malformed { what: format!("{content_type} instead of JSON") }
            }
            Failure::Truncated(_) => malformed("it ended before it was complete"),
            Failure::TooLarge(_) => malformed("it is larger than any answer may be"),
            Failure::Redirected(_) => malformed("it leads to another address, and nothing was sent there"),
        }
    }
}
